"""Minimal pairs that a tagger must read alike, or differently: tests of behaviour in the manner of CheckList.

Ribeiro et al. 2020, « Beyond Accuracy: Behavioral Testing of NLP Models with CheckList »,
https://arxiv.org/abs/2005.04118.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from listening.errors import FormatError
from listening.faults import Strict, located
from listening.records import Polarity, Reading
from listening.tagging.engine import Tagger, decide, strongest
from listening.training.corpus import lines


class Claim(Strict):
    """What one text must give: its sentiment, codes with a polarity, codes that it must not carry."""

    sentiment: Polarity | None = None
    has: tuple[tuple[str, Polarity], ...] = ()
    lacks: tuple[str, ...] = ()


class Expectation(Strict):
    """What a pair must give: the same reading twice, or what is said of each text."""

    same: bool = False
    a: Claim | None = None
    b: Claim | None = None


class Pair(Strict):
    """Two texts that differ by one thing, and what that thing must change."""

    family: str
    a: str
    b: str
    expect: Expectation


@dataclass(frozen=True, slots=True)
class Outcome:
    """A pair, and what was wrong with its reading; nothing when it passed."""

    pair: Pair
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What came of all pairs with one engine."""

    model: str
    outcomes: list[Outcome]

    def families(self) -> dict[str, tuple[int, int]]:
        """Give, by family in the order of the file, how many pairs passed and how many there are."""
        families: dict[str, tuple[int, int]] = {}
        for outcome in self.outcomes:
            passed, number = families.get(outcome.pair.family, (0, 0))
            families[outcome.pair.family] = passed + (not outcome.faults), number + 1
        return families


def default_pairs() -> Path:
    """Give the file of the pairs that come with the project."""
    return Path(__file__).parents[3] / "data" / "evaluation" / "behaviour.jsonl"


def read_pairs(path: Path) -> list[Pair]:
    """Read pairs from JSON lines: `family`, `a`, `b`, `expect`. Raises FormatError with the line."""
    pairs = []
    for number, record in lines(path):
        try:
            pairs.append(Pair.model_validate(record))
        except ValidationError as error:
            wrong = ", ".join(located(fault) for fault in error.errors())
            raise FormatError(f"{path.name}, ligne {number} : paire mal formée : {wrong}") from error
    return pairs


def check(pairs: Sequence[Pair], tagger: Tagger, thresholds: Mapping[str, float]) -> list[Outcome]:
    """Tag both texts of each pair and say what is not as it must be."""
    readings = tagger.tag([text for pair in pairs for text in (pair.a, pair.b)])
    held = [decide(reading, thresholds) for reading in readings]
    return [Outcome(pair, tuple(_faults(pair, held[2 * n], held[2 * n + 1]))) for n, pair in enumerate(pairs)]


def _faults(pair: Pair, first: Reading, second: Reading) -> list[str]:
    faults = []
    if pair.expect.same:
        one, other = _said(first), _said(second)
        if one["sentiment"] != other["sentiment"]:
            faults.append(f"sentiment {one['sentiment']} puis {other['sentiment']}")
        faults += [f"{code} {polarity} change" for code, polarity in sorted(one["tags"] ^ other["tags"])]
    for name, claim, reading in (("a", pair.expect.a, first), ("b", pair.expect.b, second)):
        faults += [f"{name} : {fault}" for fault in (_unmet(claim, reading) if claim else ())]
    return faults


def _said(reading: Reading) -> dict[str, Any]:
    return {
        "sentiment": strongest(reading.sentiment),
        "tags": {(tag.code, tag.polarity) for tag in reading.tags},
    }


def _unmet(claim: Claim, reading: Reading) -> list[str]:
    said = _said(reading)
    faults = []
    if claim.sentiment and said["sentiment"] != claim.sentiment:
        faults.append(f"sentiment {said['sentiment']} au lieu de {claim.sentiment}")
    faults += [f"{code} {polarity} manque" for code, polarity in claim.has if (code, polarity) not in said["tags"]]
    found = {code for code, _ in said["tags"]}
    faults += [f"{code} en trop" for code in claim.lacks if code in found]
    return faults
