"""Where an engine reads well and where it does not: by channel, domain, length and draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listening.training.bootstrap import NONE, Floats, Measure, measure, ratio, total
from listening.training.corpus import Example
from listening.training.tally import NO_SENTIMENT, Tally

LENGTHS = {"moins de 60": 60, "60 à 199": 200, "200 à 499": 500}  # characters, upper bound left out
LONGEST = "500 et plus"
DRAWS = {True: "tirage naturel", False: "tirage enrichi"}  # by Example.natural


@dataclass(frozen=True, slots=True)
class Group:
    """Verbatims of one channel, domain, length or draw; `name` is empty where the file does not say."""

    name: str
    base: int
    theme_micro_f1: Measure
    sentiment_accuracy: Measure


def by_group(gold: Sequence[Example], told: Tally, weights: Floats) -> dict[str, list[Group]]:
    """Give groups by `channel`, `domain`, `length` and `draw`; a dimension that the file does not know is left out.

    Channels, domains and draws come largest first, lengths shortest first. The draw counts only where both occur.
    """
    drawn = [DRAWS[one.natural] for one in gold]
    dimensions = {
        "channel": _largest([one.channel for one in gold]),
        "domain": _largest([one.domain for one in gold]),
        "length": _ordered([length_class(len(one.text)) for one in gold]),
        "draw": _largest(drawn) if len(set(drawn)) > 1 else {},
    }
    return {
        dimension: [_group(name, rows, told, weights) for name, rows in groups.items()]
        for dimension, groups in dimensions.items()
        if set(groups) - {""}
    }


def length_class(characters: int) -> str:
    """Give the name of a length.

    >>> length_class(59), length_class(60), length_class(700)
    ('moins de 60', '60 à 199', '500 et plus')
    """
    return next((name for name, bound in LENGTHS.items() if characters < bound), LONGEST)


def _largest(values: list[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        rows.setdefault(value, []).append(row)
    return dict(sorted(rows.items(), key=lambda item: (-len(item[1]), item[0])))


def _ordered(values: list[str]) -> dict[str, list[int]]:
    rows = _largest(values)
    return {name: rows[name] for name in [*LENGTHS, LONGEST] if name in rows}


def _group(name: str, rows: list[int], told: Tally, weights: Floats) -> Group:
    sample = weights[:, rows]
    hit, found, given = (total(sample, table[rows].sum(axis=1)) for table in (told.hit, told.found, told.given))
    known = told.sentiment[rows] != NO_SENTIMENT
    right = total(sample, known & (told.guess[rows] == told.sentiment[rows]))
    return Group(
        name,
        len(rows),
        measure(ratio(2 * hit, found + given)) if told.reads_themes else NONE,
        measure(ratio(right, total(sample, known)), known.sum()) if told.reads_sentiment else NONE,
    )
