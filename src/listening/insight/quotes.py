"""A few verbatims that let each theme be heard, always the same for the same data."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from listening.codebook import Codebook
from listening.records import POLARITIES, Polarity
from listening.text.segment import segments

SHORT, LONG = 40, 300  # characters between which a verbatim is quoted whole
ALIKE = 0.6  # two quotes that share this part of their words are near-duplicates
POOL = 50  # best candidates that a code and polarity are chosen from
MARKER = r"\[[A-ZÀ-Ý][A-ZÀ-Ý' -]+\]"  # what scrubbing leaves: [PERSONNE], [TÉLÉPHONE]…
CUT = "[…]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A verbatim, or a passage of it, that shows a code; the evidence is `text[start:stop]`."""

    code: str
    polarity: Polarity
    text: str
    start: int
    stop: int
    id: str
    source: str
    channel: str
    wave: str | None
    brand: str | None
    date: datetime | None


def choose_quotes(
    verbatims: pd.DataFrame,
    cited: pd.DataFrame,
    codebook: Codebook,
    *,
    per_code: int = 4,
    sizes: Mapping[tuple[int, int], int] | None = None,
) -> tuple[Quote, ...]:
    """Give at most `per_code` quotes for each code, in the codebook's order, negatif first.

    `cited` comes from `citations`; where it is not all of them, `sizes` counts them all, by positions of code and
    polarity. Places go to polarities in proportion to their citations (Sainte-Laguë's divisors, whose first places go
    to the largest). Within one, texts of 40 to 300 characters without a trace of scrubbing come
    first, then longer ones (quoted around the evidence), then shorter ones, then scrubbed ones; the most probable
    first. A text that is nearly another, or by the same author where the frame has one, is passed over, and one that
    serves another code is taken last. Rare codes choose first: they have the least choice.
    """
    names = list(codebook.codes)
    pool = _pool(verbatims, cited)
    all_cited = cited.groupby(["code", "polarity"]).size().to_dict() if sizes is None else sizes
    rare_first = cited.groupby("code").size().sort_values(kind="stable").index
    used: set[int] = set()
    chosen: dict[int, list[Quote]] = {}
    for code in rare_first:
        queues = {
            int(polarity): deque(sorted(part.to_dict("records"), key=lambda tag: tag["row"] in used))
            for polarity, part in pool[pool["code"] == code].groupby("polarity")
        }
        tags = _pick(queues, {polarity: all_cited[code, polarity] for polarity in queues}, verbatims, per_code)
        used.update(tag["row"] for tag in tags)
        chosen[code] = [_quote(tag, verbatims.iloc[tag["row"]], names[code]) for tag in tags]
    return tuple(quote for code in sorted(chosen) for quote in chosen[code])


def _pool(verbatims: pd.DataFrame, cited: pd.DataFrame) -> pd.DataFrame:
    text = verbatims["text"].astype("str")
    length = text.str.len().to_numpy(dtype=np.int64)
    scrubbed = text.str.contains(MARKER, regex=True).to_numpy(dtype=np.int64)
    tier = 3 * scrubbed + np.select([length > LONG, length < SHORT], [1, 2], 0)
    rank = verbatims["id"].astype("str").rank(method="first").to_numpy()
    pool = cited.assign(tier=tier[cited["row"]], rank=rank[cited["row"]])
    order = ["code", "polarity", "tier", "probability", "rank"]
    pool = pool.sort_values(order, ascending=[True, True, True, False, True])
    return pool.groupby(["code", "polarity"]).head(POOL)


def _pick(
    queues: dict[int, deque[dict[Any, Any]]], sizes: dict[int, int], verbatims: pd.DataFrame, number: int
) -> list[dict[Any, Any]]:
    chosen: list[dict[Any, Any]] = []
    seen: list[frozenset[str]] = []
    authors: set[str] = set()
    places = dict.fromkeys(queues, 0)
    while len(chosen) < number and any(queues.values()):
        left = [polarity for polarity in queues if queues[polarity]]
        polarity = max(left, key=lambda polarity: (sizes[polarity] / (2 * places[polarity] + 1), -polarity))
        tag = queues[polarity].popleft()
        verbatim = verbatims.iloc[tag["row"]]
        words, author = _words(str(verbatim["text"])), _known(verbatim.get("author"))
        if author in authors or any(_alike(words, other) for other in seen):
            continue
        chosen.append(tag)
        seen.append(words)
        authors |= {author} if author else set()
        places[polarity] += 1
    return sorted(chosen, key=lambda tag: tag["polarity"])


def _quote(tag: dict[Any, Any], verbatim: pd.Series, code: str) -> Quote:
    text, start, stop = passage(str(verbatim["text"]), int(tag["start"]), int(tag["stop"]))
    date = verbatim["created_at"]
    return Quote(
        code=code,
        polarity=POLARITIES[int(tag["polarity"])],
        text=text,
        start=start,
        stop=stop,
        id=str(verbatim["id"]),
        source=str(verbatim["source"]),
        channel=str(verbatim["channel"]),
        wave=_known(verbatim["wave"]),
        brand=_known(verbatim["brand"]),
        date=None if pd.isna(date) else pd.Timestamp(date).to_pydatetime(),
    )


def passage(text: str, start: int, stop: int, *, limit: int = LONG) -> tuple[str, int, int]:
    """Give a text, or the segments around its evidence that fit in `limit` characters, and the evidence's new place.

    What is left out shows as « […] ». Evidence longer than the limit is itself cut after a word.

    >>> passage("Le colis est venu. Il était vide ! Je suis déçue.", 19, 34, limit=34)
    ('Le colis est venu. Il était vide ! […]', 19, 34)
    """
    if len(text) <= limit:
        return text, start, stop
    spans = [(piece.start, piece.stop) for piece in segments(text)]
    held = [place for place, span in enumerate(spans) if span[0] < stop and span[1] > start]
    first, last = _window(spans, held, limit) if held else (start, stop)
    if last - first > limit:
        first, last = start, stop
    if last - first > limit:
        last = max(text.rfind(" ", first, first + limit), first + limit // 2)
    before, after = f"{CUT} " if first > 0 else "", f" {CUT}" if last < len(text) else ""
    shift = len(before) - first
    return before + text[first:last] + after, max(start, first) + shift, min(stop, last) + shift


def _window(spans: list[tuple[int, int]], held: Iterable[int], limit: int) -> tuple[int, int]:
    left, right = min(held), max(held)
    grown = True
    while grown:
        grown = False
        if left > 0 and spans[right][1] - spans[left - 1][0] <= limit:
            left, grown = left - 1, True
        if right + 1 < len(spans) and spans[right + 1][1] - spans[left][0] <= limit:
            right, grown = right + 1, True
    return spans[left][0], spans[right][1]


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFD", text.casefold()).encode("ascii", "ignore").decode()
    return frozenset(re.findall(r"\w+", plain)) or frozenset([text])


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


def _known(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
