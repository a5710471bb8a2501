"""The same verbatims under two versions of a codebook: how far their figures may be read as one series."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from listening.codebook import Codebook
from listening.crosswalk import Crosswalk, Family, succession
from listening.insight.citations import citations, net_citations
from listening.insight.groups import Split, bases, splits
from listening.insight.intervals import Floats, effective_base, net_interval, wilson

Marks = npt.NDArray[np.bool_]  # a verbatim each
Level = Literal["net", "code"]
Carriers = dict[Level, dict[str, Marks]]
DIMENSIONS = ("ensemble", "wave")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bridge:
    """What became of shares from a version to the next, on the verbatims that were read under both.

    `lines` is long: a row a dimension (`ensemble`, `wave`), value and line, a line being a net or a family of codes
    (`line_table`). `parts` says where the verbatims of codes that were merged or split went (`part_table`). `left_out`
    counts the verbatims read under one version only, by French label.
    """

    old: Codebook
    new: Codebook
    crosswalk: Crosswalk
    lines: pd.DataFrame
    parts: pd.DataFrame
    base: int
    weighted: bool
    first: datetime | None = None
    last: datetime | None = None
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    """A net or a family, and which verbatims carried it before and carry it now (None where it was not, or is not)."""

    facts: dict[str, Any]
    before: Marks | None
    now: Marks | None


def build_bridge(
    before: tuple[pd.DataFrame, pd.DataFrame], now: tuple[pd.DataFrame, pd.DataFrame], old: Codebook, new: Codebook
) -> Bridge:
    """Give the bridge from the frames of verbatims and tags (as `summarize` takes them) under two versions.

    Raises CodebookError where `succession` does, and for a tag whose code its codebook does not have.
    """
    walk = succession(old, new)
    verbatims = now[0][now[0]["id"].isin(before[0]["id"])].sort_values("id", kind="stable", ignore_index=True)
    weights = pd.to_numeric(verbatims["weight"]).fillna(1.0).to_numpy(dtype=np.float64)
    moments = pd.to_datetime(verbatims["created_at"], utc=True).dropna()
    was, is_ = (_carriers(verbatims, tags, plan) for tags, plan in ((before[1], old), (now[1], new)))
    cuts = [split for split in splits(verbatims) if split.dimension in DIMENSIONS]
    return Bridge(
        old=old,
        new=new,
        crosswalk=walk,
        lines=line_table(list(_lines(walk, old, new, was, is_)), weights, cuts),
        parts=part_table(walk, was["code"], is_["code"]),
        base=len(verbatims),
        weighted=bool(np.ptp(weights) > 0) if len(weights) else False,
        first=moments.min().to_pydatetime() if len(moments) else None,
        last=moments.max().to_pydatetime() if len(moments) else None,
        left_out={
            f"lus sous {plan.reference} seulement": len(one) - len(verbatims)
            for plan, (one, _) in ((old, before), (new, now))
            if len(one) > len(verbatims)
        },
    )


def line_table(lines: Sequence[_Line], weights: Floats, cuts: Sequence[Split]) -> pd.DataFrame:
    """Give one row a dimension, value and line: its codes, then its figures under the two versions.

    `old` and `new` are tuples of codes (or a net), `kind` that of the family. `count_old` and `count_new` are numbers
    of verbatims that carry any of them, `both` those that carry it under both versions; `share_…` weighted shares of
    the base with Wilson's interval. `change` is the new share less the old one, on the same verbatims: its interval
    is that of a difference of paired shares (`net_interval`). `overlap` is the weighted share, among the verbatims
    that carry the line under either version, of those that do under both (Jaccard, 1912), with Wilson's interval.
    Figures that a line without a past or a future does not have are missing.
    """
    tables = [
        pd.concat([_row(line, weights, split) for line in lines]).sort_index(kind="stable")  # value by value
        for split in cuts
    ]
    return pd.concat(tables, ignore_index=True)


def part_table(walk: Crosswalk, was: dict[str, Marks], is_: dict[str, Marks]) -> pd.DataFrame:
    """Give one row an old and a new code of each family that is not one to one: where its verbatims went.

    `both` of the `count_old` verbatims that carried the old code carry the new one, which `count_new` carry in all;
    `kept` is `both` in `count_old`, with Wilson's interval; counts are not weighted.
    """
    pairs = [(a, b) for one in walk.families if len(one.old) + len(one.new) > 2 for a in one.old for b in one.new]
    table = pd.DataFrame(
        [(a, b, was[a].sum(), is_[b].sum(), (was[a] & is_[b]).sum()) for a, b in pairs],
        columns=["old", "new", "count_old", "count_new", "both"],
    ).astype(dict.fromkeys(("count_old", "count_new", "both"), "int64"))
    base = table["count_old"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = table["both"].to_numpy(dtype=np.float64) / base
    low, high = wilson(kept, base)
    return table.assign(kept=kept, low=low, high=high)


def _carriers(verbatims: pd.DataFrame, tags: pd.DataFrame, plan: Codebook) -> Carriers:
    """Give which verbatims carry each code and each net of a codebook."""
    cited = citations(verbatims, tags, plan)
    found: Carriers = {}
    levels: tuple[tuple[Level, Collection[str], pd.DataFrame], ...] = (
        ("code", plan.codes, cited),
        ("net", plan.nets, net_citations(cited, plan)),
    )
    for level, names, rows in levels:
        marks = np.zeros((len(names), len(verbatims)), dtype=np.bool_)
        marks[rows[level].to_numpy(), rows["row"].to_numpy()] = True
        found[level] = dict(zip(names, marks, strict=True))
    return found


def _lines(walk: Crosswalk, old: Codebook, new: Codebook, was: Carriers, is_: Carriers) -> Iterator[_Line]:
    """Give each net, then the families that it holds: by their first new code, or their first old one."""
    for net in {**new.nets, **old.nets}:
        ends = tuple((net,) if net in plan.nets else () for plan in (old, new))
        label = (new if ends[1] else old).nets[net].label
        yield _line("net", Family(*ends), label, was, is_)
        for family in walk.families:
            plan, code = (new, family.new[0]) if family.new else (old, family.old[0])
            if plan.net(code) == net:
                yield _line("code", family, " + ".join(plan.codes[c].label for c in family.new or family.old), was, is_)


def _line(level: Level, family: Family, label: str, was: Carriers, is_: Carriers) -> _Line:
    facts = {"level": level, "kind": family.kind, "old": family.old, "new": family.new, "label": label}
    before, now = (
        np.logical_or.reduce([marks[level][code] for code in codes]) if codes else None
        for codes, marks in ((family.old, was), (family.new, is_))
    )
    return _Line(facts, before, now)


def _row(line: _Line, weights: Floats, split: Split) -> pd.DataFrame:
    table = bases(split, weights)
    for name, value in line.facts.items():
        table[name] = [value] * len(table)
    total, size = table["weighted_base"].to_numpy(), table["effective_base"].to_numpy()
    for end, marks in (("old", line.before), ("new", line.now)):
        table[f"count_{end}"] = _count(split, marks)
        share = _share(split, weights, marks, total)
        low, high = wilson(share, size)
        table[f"share_{end}"], table[f"{end}_low"], table[f"{end}_high"] = share, low, high
    there = None if line.before is None or line.now is None else (line.before, line.now)
    both, either = (there[0] & there[1], there[0] | there[1]) if there else (None, None)
    gained, lost = (there[1] & ~there[0], there[0] & ~there[1]) if there else (None, None)
    table["both"] = _count(split, both)
    plus, minus = _share(split, weights, gained, total), _share(split, weights, lost, total)
    table["change"] = plus - minus
    table["change_low"], table["change_high"] = net_interval(plus, minus, size)
    held = np.zeros(len(weights)) if either is None else weights * either
    table["overlap"] = _share(split, weights, both, split.sums(held))
    table["overlap_low"], table["overlap_high"] = wilson(
        table["overlap"].to_numpy(), effective_base(split.sums(held), split.sums(held**2))
    )
    return table


def _count(split: Split, marks: Marks | None) -> Any:
    """Give the number of verbatims marked in each value; missing where nothing can be."""
    found = None if marks is None else split.sums(marks.astype(np.float64))
    return pd.array([pd.NA] * len(split.values) if found is None else found.astype(int), dtype="Int64")


def _share(split: Split, weights: Floats, marks: Marks | None, total: Floats) -> Floats:
    """Give the weighted share of the verbatims marked in each value; NaN where nothing can be, or of nothing."""
    if marks is None:
        return np.full(len(split.values), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(split.sums(weights * marks) / total, 0, 1)
