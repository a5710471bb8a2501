"""Whether what arrives now, and what the model makes of it, is still like what arrived before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtri

from listening.codebook import Codebook
from listening.insight.differences import LEVEL, against_rest, holm
from listening.insight.intervals import FRAGILE, Floats, wilson
from listening.store.arrivals import Windows

Flags = npt.NDArray[np.bool_]
Level = Literal["few", "stable", "watch", "drift"]
Aspect = Literal["source", "language", "length", "confidence", "unsure", "sentiment", "codes"]
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)
WATCH, DRIFT = 0.1, 0.25
BINS = 10
MANY = 3  # so many codes, or more, count together
HALF = 0.5  # a verbatim that nobody wrote, in each part: a part that is empty on one side has an index all the same
ABSENT = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period of arrival, how many current verbatims arrived in it, and how many of them the model read."""

    start: datetime
    stop: datetime
    base: int
    read: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drift:
    """How the verbatims that arrived recently differ from those of the reference, unweighted.

    `indices` has a row for each of ASPECTS: `aspect`, `psi`, `chance` (what the index exceeds once in twenty times
    where nothing changed), `level`, and the bases. `parts` says of what each is made: `aspect`, `part` (a value), or
    `low` and `high` (from, to under) for numbers, with count and share of both periods. `themes` compares the share of
    each code, with the interval of the `change` and `differs`, whether it is beyond chance over all codes.
    """

    reference: Period
    recent: Period
    indices: pd.DataFrame
    parts: pd.DataFrame
    themes: pd.DataFrame

    def level(self) -> Level:
        """Give the worst level of any aspect; `few` only where no aspect could be judged."""
        levels = list(self.indices["level"])
        return max(levels, key=get_args(Level).index, default="few")


def build_drift(
    verbatims: pd.DataFrame, codes: pd.DataFrame, codebook: Codebook, *, now: datetime, windows: Windows
) -> Drift:
    """Compare the verbatims that arrived in the last days with those of the weeks before.

    `verbatims` and `codes` are those of `store.arrivals`. Source and language are those of all that arrived; what the
    model says is of what it read. Verbatims are taken as independent: those of one thread or one campaign are not, and
    look surer than they are.
    """
    turn = windows.turn(now)
    recent = (pd.to_datetime(verbatims["arrived"], utc=True) >= turn).to_numpy(dtype=bool)
    known = verbatims["read"].astype(bool)  # of no verbatim, pandas would not know what the column holds
    frame = verbatims.assign(recent=recent, read=known, codes=_counted(verbatims, codes))
    tables = dict(_tables(frame))
    judged = [{"aspect": aspect} | judge(table) for aspect, table in tables.items()]
    read = frame["read"].to_numpy(dtype=bool)
    before, now_read = int((read & ~recent).sum()), int((read & recent).sum())
    return Drift(
        reference=Period(start=windows.since(now), stop=turn, base=int((~recent).sum()), read=before),
        recent=Period(start=turn, stop=now, base=int(recent.sum()), read=now_read),
        indices=pd.DataFrame(judged),
        parts=pd.concat([_shares(table).assign(aspect=aspect) for aspect, table in tables.items()], ignore_index=True),
        themes=_themes(frame[read], codes, codebook),
    )


def stability(before: Floats, now: Floats) -> tuple[float, float]:
    """Give the population stability index of two counts over the same parts, and what chance alone exceeds 1 in 20.

    Σ (q − p) · ln(q / p), with p and q the shares of each part before and now: Siddiqi (2006), Credit Risk Scorecards,
    Wiley, chapter 8; it is Jeffreys's divergence. Half a verbatim is added to each part, so that an empty one has an
    index. Where nothing changed it is about (1/n + 1/m) · χ² with parts − 1 degrees of freedom: Yurdakul and Naranjo
    (2020), Statistical properties of the population stability index, Journal of Risk Model Validation 14.

    >>> [round(one, 3) for one in stability(np.array([500.0, 500.0]), np.array([700.0, 300.0]))]
    [0.169, 0.008]
    """
    if not before.sum() or not now.sum():
        return float("nan"), float("nan")
    p, q = ((counts + HALF) / (counts + HALF).sum() for counts in (before, now))
    index = float(((q - p) * np.log(q / p)).sum())
    return index, float((1 / before.sum() + 1 / now.sum()) * chdtri(max(len(p) - 1, 1), LEVEL))


def judge(parts: pd.DataFrame) -> dict[str, Any]:
    """Give the index of a table of parts, its chance and its level.

    From 0.1 on it is to be watched, from 0.25 on it is drift (the custom of credit scoring, Siddiqi 2006), if chance
    does not do as much; under 30 verbatims on either side nothing is said.
    """
    before, now = (parts[name].to_numpy(dtype=np.float64) for name in ("reference_count", "recent_count"))
    index, chance = stability(before, now)
    level: Level = "stable"
    if min(before.sum(), now.sum()) < FRAGILE:
        level = "few"
    elif index > chance and index >= WATCH:
        level = "drift" if index >= DRIFT else "watch"
    bases = {"reference_base": int(before.sum()), "recent_base": int(now.sum())}
    return {"psi": index, "chance": chance, "level": level} | bases


def change_interval(before: Floats, base: Floats, now: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Give the 95 % interval of `now − before`, two shares of independent bases.

    Source: Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17, 873-890, method 10.

    >>> [float(end.round(4)) for end in change_interval(*map(np.array, (48 / 80, 80.0, 56 / 70, 70.0)))]
    [0.0524, 0.3339]
    """
    (low, high), (least, most) = wilson(before, base), wilson(now, size)
    difference = now - before
    return (
        difference - np.sqrt((now - least) ** 2 + (high - before) ** 2),
        difference + np.sqrt((most - now) ** 2 + (before - low) ** 2),
    )


def _tables(frame: pd.DataFrame) -> Iterator[tuple[Aspect, pd.DataFrame]]:
    read = frame[frame["read"]]
    for aspect in ASPECTS:
        arrived = frame if aspect in ("source", "language", "length") else read
        cut = _cut_numbers if aspect in ("length", "confidence") else _cut_values
        yield aspect, cut(arrived[aspect], arrived["recent"].to_numpy(dtype=bool))


def _cut_values(column: pd.Series[Any], recent: Flags) -> pd.DataFrame:
    told = column.astype(object).where(column.notna(), ABSENT).astype(str)
    parts = sorted(set(told))
    before, now = (told[flags].value_counts().reindex(parts, fill_value=0).to_numpy() for flags in (~recent, recent))
    return pd.DataFrame({"part": parts, "low": np.nan, "high": np.nan, "reference_count": before, "recent_count": now})


def _cut_numbers(column: pd.Series[Any], recent: Flags) -> pd.DataFrame:
    """Cut at the deciles of the reference; numbers that repeat make fewer parts."""
    values = column.to_numpy(dtype=np.float64)
    kept = values[~recent]
    edges = np.unique(np.quantile(kept, np.linspace(0, 1, BINS + 1)[1:-1])) if len(kept) else np.array([])
    before, now = (
        np.bincount(np.searchsorted(edges, values[flags], side="right"), minlength=len(edges) + 1)
        for flags in (~recent, recent)
    )
    low, high = np.append(-np.inf, edges), np.append(edges, np.inf)
    return pd.DataFrame({"part": "", "low": low, "high": high, "reference_count": before, "recent_count": now})


def _shares(table: pd.DataFrame) -> pd.DataFrame:
    shares = {}
    for name in ("reference", "recent"):
        count = table[f"{name}_count"].to_numpy(dtype=np.float64)
        with np.errstate(invalid="ignore"):
            shares[f"{name}_share"] = count / count.sum() if len(count) else count
    return table.assign(**shares)


def _counted(verbatims: pd.DataFrame, codes: pd.DataFrame) -> pd.Series[Any]:
    """Give how many codes each verbatim has: « 0 », « 1 », « 2 », « 3+ »."""
    number = codes.groupby("version").size()
    held = verbatims["version"].map(number).fillna(0).astype(int)
    return held.astype(str).where(held < MANY, f"{MANY}+")


def _themes(read: pd.DataFrame, codes: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    recent: Mapping[str, bool] = dict(zip(read["version"], read["recent"], strict=True))
    known = codes[codes["version"].isin(recent)]
    turns = known["version"].map(recent).to_numpy(dtype=bool)
    names = list(codebook.codes)
    counts = np.array(
        [known.loc[flags, "code"].value_counts().reindex(names, fill_value=0) for flags in (~turns, turns)],
        dtype=np.float64,
    )
    bases = np.array([(~read["recent"]).sum(), read["recent"].sum()], dtype=np.float64)
    difference, p_values = against_rest(counts, bases, bases)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = counts / bases[:, None]
        low, high = change_interval(shares[0], bases[0], shares[1], bases[1])
    corrected = holm(p_values[1])
    return pd.DataFrame(
        {
            "code": names,
            "label": [code.label for code in codebook.codes.values()],
            "reference_count": counts[0].astype(int),
            "reference_share": shares[0],
            "recent_count": counts[1].astype(int),
            "recent_share": shares[1],
            "reference_base": int(bases[0]),
            "recent_base": int(bases[1]),
            "change": difference[1],
            "change_low": low,
            "change_high": high,
            "p_value": corrected,
            "differs": corrected < LEVEL,
            "fragile": bool(bases.min() < FRAGILE),
        }
    )
