"""When the tagger does not know: thresholds and bands, taken from verbatims that it was not trained on.

For each code, `Scored` keeps the scores of held-out verbatims that carry it and of those that do not. From it come
the threshold for a wished precision, and the band of scores in which a person should decide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from listening.records import Reading

MISSED = 0.10  # of the verbatims that carry a code, how many may at most pass below its band
FEWEST = 10  # held-out verbatims that a wished precision is judged by
WRONG = 0.01  # of the verbatims that do not carry it, how many may at most pass above


@dataclass(frozen=True, slots=True)
class Scored:
    """Held-out scores of one code: of the verbatims that carry it, and of those that do not; in rising order."""

    carriers: tuple[float, ...]
    others: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Scores from `low` to `high`, both included, are uncertain; `sure` where the guarantee could be had."""

    low: float
    high: float
    sure: bool = True

    def __contains__(self, score: object) -> bool:
        return isinstance(score, float) and self.low <= score <= self.high


def band(scored: Scored, *, missed: float = MISSED, wrong: float = WRONG, floor: float = 0.0) -> Band:
    """Give the band of a code by class-conditional conformal prediction.

    For a new verbatim that comes as the held-out ones did, if it carries the code its score falls below the band with
    a probability of at most `missed`; if not, above it with at most `wrong` (Vovk 2012, « Conditional validity of
    inductive conformal predictors », https://arxiv.org/abs/1209.2673). With n carriers the least that can be promised
    is 1 / (n + 1): with fewer than 1 / `missed` - 1 of them, or carriers that score below `floor`, the band starts at
    `floor` and is not `sure`.

    >>> band(Scored(tuple(i / 100 for i in range(50, 69)), tuple(i / 1000 for i in range(199))), missed=0.1, wrong=0.01)
    Band(low=0.197, high=0.51, sure=True)
    """
    below = math.floor(missed * (len(scored.carriers) + 1))  # so many carriers may lie under the lower end
    above = math.floor(wrong * (len(scored.others) + 1))
    low = scored.carriers[below - 1] if below else floor
    high = scored.others[-above] if above else 1.0
    return Band(max(min(low, high), floor), max(low, high), sure=bool(below and above) and low >= floor)


def threshold_for(scored: Scored, precision: float) -> float | None:
    """Give the least threshold above which at least `precision` of the held-out verbatims carry the code.

    None when no threshold does, or fewer than FEWEST verbatims would be left to judge it by. It is what was reached
    there, not a promise: elsewhere expect a little less.
    """
    merged = sorted([(score, 1) for score in scored.carriers] + [(score, 0) for score in scored.others], reverse=True)
    found, right = None, 0
    for number, (score, carries) in enumerate(merged, start=1):
        right += carries
        last = number == len(merged) or merged[number][0] < score
        if last and number >= FEWEST and right / number >= precision:
            found = score
    return found


def precise(held_out: Mapping[str, Scored]) -> dict[str, dict[str, float]]:
    """Give, by code and wished precision (« 0.50 » to « 0.95 »), the threshold that reached it, if one did."""
    found = {}
    for code, scored in held_out.items():
        wished = {f"{step / 100:.2f}": threshold_for(scored, step / 100) for step in range(50, 100, 5)}
        found[code] = {name: least for name, least in wished.items() if least is not None}
    return found


def to_review(reading: Reading, bands: Mapping[str, Band]) -> tuple[str, ...]:
    """Give the codes on which a person should decide: those whose score falls in its band."""
    return tuple(tag.code for tag in reading.tags if tag.code in bands and tag.probability in bands[tag.code])
