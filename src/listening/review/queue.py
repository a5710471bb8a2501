"""Which verbatims people should read: rules that name them, and quotas by code and source that keep them few.

A rule is a callable: it gives the questions that a verbatim raises, the most pressing with the smallest rank.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappush, heappushpop
from typing import Any

from pydantic import Field

from listening.faults import Strict
from listening.records import Polarity, content_id
from listening.store.queue import QueueItem, Reason
from listening.store.reviewable import Reviewable, Scored
from listening.tagging.abstain import Band
from listening.tagging.engine import strongest

Rule = Callable[[Reviewable], Iterable[QueueItem]]
LOWEST = {"nps": 3, "csat": 1, "ces": 2, "stars": 1}  # whoever gives no more is not content
HIGHEST = {"nps": 10, "csat": 5, "ces": 7, "stars": 5}  # nor is whoever gives this much discontent
Cell = tuple[Reason, str, str | None]  # reason, source, code


class Quotas(Strict):
    """How much is left to people: open questions for each reason in each source, in all and on each code.

    Of each source, an audit draws `audit_share` of the verbatims at random, yet expects no fewer than `audit_least` and
    no more than `audit_most`.
    """

    per_source: int = Field(default=30, ge=0)
    per_code: int = Field(default=5, ge=0)
    audit_share: float = Field(default=0.02, ge=0, le=1)
    audit_least: int = Field(default=20, ge=0)
    audit_most: int = Field(default=100, ge=0)

    def chance(self, size: int) -> float:
        """Give the probability with which an audit draws each verbatim of a source of some size.

        >>> [Quotas().chance(size) for size in (10, 200, 3000, 50_000)]
        [1.0, 0.1, 0.02, 0.002]
        """
        wished = max(self.audit_share * size, self.audit_least)
        return min(wished, self.audit_most, size) / size if size else 0.0


def abstained(bands: Mapping[str, Band], thresholds: Mapping[str, float]) -> Rule:
    """Ask about the codes whose score falls in their band, those nearest to their threshold first.

    Source: uncertainty sampling, Lewis and Gale (1994), A Sequential Algorithm for Training Text Classifiers, SIGIR.
    """

    def rule(read: Reviewable) -> Iterator[QueueItem]:
        for code, score in read.mine.codes.items():
            if (band := bands.get(code)) and score in band:
                cut = min(max(thresholds[code], band.low), band.high)
                reach = cut - band.low if score < cut else band.high - cut
                yield _item(read, "abstained", code=code, rank=abs(score - cut) / reach if reach else 0.0)

    return rule


def contradicted(read: Reviewable) -> Iterator[QueueItem]:
    """Ask about a low grade with a positive text, or a high one with a negative text.

    The latter come after: whoever is content is often asked what to improve.
    """
    given = {name: value for name in LOWEST if (value := getattr(read.scores, name)) is not None}
    low = any(value <= LOWEST[name] for name, value in given.items())
    high = any(value >= HIGHEST[name] for name, value in given.items())
    tone = strongest(read.mine.sentiment)
    against: dict[Polarity, tuple[bool, float]] = {"positif": (low, 0.0), "negatif": (high, 0.5)}
    contrary, after = against.get(tone, (False, 0.0))
    if contrary and low != high:
        yield _item(read, "disagreement", rank=after + (1 - read.mine.sentiment[tone]) / 2)


def against_another(mine: Mapping[str, float], other: Mapping[str, float]) -> Rule:
    """Ask about what two engines decide differently by their thresholds, the widest apart first.

    Codes that one of them does not know are left out.
    """

    def rule(read: Reviewable) -> Iterator[QueueItem]:
        if read.other is None:
            return
        for code in read.mine.codes.keys() | read.other.codes.keys():
            if code in mine and code in other:
                one, two = read.mine.codes.get(code, 0.0), read.other.codes.get(code, 0.0)
                if (one >= mine[code]) != (two >= other[code]):
                    yield _item(read, "disagreement", code=code, rank=1 - abs(one - two))
        if strongest(read.mine.sentiment) != strongest(read.other.sentiment):
            yield _item(read, "disagreement", rank=1 - min(_certainty(read.mine), _certainty(read.other)))

    return rule


def flagged(read: Reviewable) -> Iterator[QueueItem]:
    """Ask to look at texts with a flag, in an order of chance."""
    if read.flags:
        yield _item(read, "flagged", rank=draw("flagged", read.version))


def audit(chances: Mapping[str, float]) -> Rule:
    """Draw verbatims at random, each with the probability of its source; those that come first are a random part too.

    The number that decides belongs to the version, so that what was drawn once is drawn again: Poisson sampling with
    permanent random numbers. Source: Ohlsson (1995), Coordination of Samples using Permanent Random Numbers, in
    Business Survey Methods, Wiley.
    """

    def rule(read: Reviewable) -> Iterator[QueueItem]:
        number, chance = draw("audit", read.version), chances.get(read.source, 0.0)
        if number < chance:
            yield _item(read, "audit", rank=number / chance, probability=chance)

    return rule


def draw(purpose: str, version: str) -> float:
    """Give the random number of a version, from 0 to 1, always the same for one purpose.

    >>> round(draw("audit", "v1"), 3)
    0.669
    """
    return int(content_id(purpose, version), 16) / 16**20


@dataclass(frozen=True, slots=True)
class Selection:
    """What changes in the queue: what is new, the ids of what nothing speaks for any more, and the whole audit."""

    new: list[QueueItem]
    stale: set[str]
    drawn: list[QueueItem]


def choose(
    read: Iterable[Reviewable],
    rules: Sequence[Rule],
    auditing: Rule,
    *,
    quotas: Quotas,
    waiting: Iterable[QueueItem],
    coded: Collection[str],
) -> Selection:
    """Choose what people should read, `waiting` (the open items) kept as long as a rule still asks for it.

    Versions that were `coded`, and copies of others, raise no question; the audit draws them all the same, or its
    estimates would lack them. The same input gives the same choice, in a memory that does not grow with `read`.
    """
    cells = _Cells(quotas, {one.id: one for one in waiting if one.reason not in ("audit", "asked")})
    drawn: list[QueueItem] = []
    for one in read:
        drawn += auditing(one)
        if one.version not in coded and not one.repeats:
            for item in _pressing(question for rule in rules for question in rule(one)):
                cells.add(item)
    return Selection(cells.chosen(), cells.waiting.keys() - cells.kept, drawn)


@dataclass(slots=True)
class _Cells:
    """The most pressing items of each reason, source and code, as many as the quotas let in."""

    quotas: Quotas
    waiting: Mapping[str, QueueItem]
    kept: set[str] = field(default_factory=set)
    heaps: dict[Cell, list[tuple[float, str, QueueItem]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, item: QueueItem) -> None:
        if item.id in self.waiting:
            self.kept.add(item.id)
            return
        heap = self.heaps[item.reason, item.source, item.code]
        entry = (-item.rank, item.id, item)  # the least pressing on top, to go first
        if len(heap) < self._most(item.code):
            heappush(heap, entry)
        elif heap:
            heappushpop(heap, entry)

    def chosen(self) -> list[QueueItem]:
        """Give the items that join those kept: of each reason and source in turn, the codes one after the other."""
        kept = [self.waiting[name] for name in self.kept]
        inside = Counter((one.reason, one.source, one.code) for one in kept)
        around = Counter((one.reason, one.source) for one in kept)
        turns: dict[tuple[Reason, str], list[tuple[int, float, str, QueueItem]]] = defaultdict(list)
        for cell, heap in self.heaps.items():
            reason, source, code = cell
            ordered = sorted((-pressing, name, item) for pressing, name, item in heap)
            free = ordered[: max(self._most(code) - inside[cell], 0)]
            turns[reason, source] += [(turn, *entry) for turn, entry in enumerate(free, start=inside[cell])]
        found = []
        for place, entries in turns.items():
            free_places = range(around[place], self.quotas.per_source)
            for rank, (*_, item) in zip(free_places, sorted(entries), strict=False):
                found.append(replace(item, rank=(rank + 0.5) / self.quotas.per_source))
        return sorted(found, key=lambda one: (one.rank, one.id))

    def _most(self, code: str | None) -> int:
        return self.quotas.per_source if code is None else self.quotas.per_code


def _item(read: Reviewable, reason: Reason, **facts: Any) -> QueueItem:
    return QueueItem(verbatim=read.verbatim, version=read.version, source=read.source, reason=reason, **facts)


def _pressing(items: Iterable[QueueItem]) -> Iterable[QueueItem]:
    """Give each question once, as the rule that presses most asks it."""
    found: dict[str, QueueItem] = {}
    for item in items:
        if item.id not in found or item.rank < found[item.id].rank:
            found[item.id] = item
    return found.values()


def _certainty(scored: Scored) -> float:
    return max(scored.sentiment.values())
