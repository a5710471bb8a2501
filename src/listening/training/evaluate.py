"""How well an engine reads: its tags and sentiments against a coder's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from listening.records import POLARITIES, Reading
from listening.tagging.engine import decide, strongest
from listening.training.corpus import Example

Counts = NDArray[np.int64]
MEASURES = {
    "theme_micro_f1": "Thèmes, F1 micro",
    "theme_macro_f1": "Thèmes, F1 macro (codes de 5 cas ou plus)",
    "polarity_accuracy": "Polarité, exactitude",
    "sentiment_accuracy": "Sentiment, exactitude",
    "sentiment_macro_f1": "Sentiment, F1 macro",
    "evidence_overlap": "Preuve, recouvrement",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an engine reached: overall measures, F1 by net, and by code precision, recall, F1 and number of cases."""

    model: str
    base: int
    measures: dict[str, Measure]
    nets: dict[str, Measure]
    codes: dict[str, tuple[float, float, float, int]]


@dataclass(frozen=True, slots=True)
class _Counted:
    """For each of V texts: true, wrong and missed tags by code (V, C); right and all polarities and evidences (V,)."""

    hit: Counts
    wrong: Counts
    missed: Counts
    polarity: Counts
    overlap: Counts
    confusion: Counts


def evaluate(
    gold: Sequence[Example],
    readings: Sequence[Reading],
    *,
    model: str,
    codes: Sequence[str],
    thresholds: Mapping[str, float],
    draws: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Compare readings with coded examples; intervals by bootstrap over verbatims (percentiles, `draws` samples).

    Polarity and evidence are judged on the tags that both give: polarity the same, and a coder's words overlapped.
    """
    counted = _count(gold, readings, codes, thresholds)
    chance = np.random.default_rng(seed)
    samples = chance.integers(0, len(gold), size=(draws, len(gold)))

    def measure(figure: Callable[[NDArray[np.int64]], float]) -> Measure:
        values = np.array([figure(sample) for sample in samples])
        values = values[~np.isnan(values)]
        low, high = np.percentile(values, [2.5, 97.5]) if len(values) else (np.nan, np.nan)
        return Measure(figure(np.arange(len(gold))), float(low), float(high))

    enough = (counted.hit + counted.missed).sum(axis=0) >= 5
    nets = sorted({code.split(".")[0] for code in codes}, key=[code.split(".")[0] for code in codes].index)
    inside = {net: np.array([code.split(".")[0] == net for code in codes]) for net in nets}
    return Evaluation(
        model=model,
        base=len(gold),
        measures={
            "theme_micro_f1": measure(lambda rows: _micro(counted, rows, slice(None))),
            "theme_macro_f1": measure(lambda rows: _ratio(_f1(counted, rows)[enough].sum(), enough.sum())),
            "polarity_accuracy": measure(lambda rows: _ratio(counted.polarity[rows].sum(), counted.hit[rows].sum())),
            "sentiment_accuracy": measure(lambda rows: _accuracy(counted.confusion[rows].sum(axis=0))),
            "sentiment_macro_f1": measure(lambda rows: _macro(counted.confusion[rows].sum(axis=0))),
            "evidence_overlap": measure(lambda rows: _ratio(counted.overlap[rows].sum(), counted.hit[rows].sum())),
        },
        nets={net: measure(lambda rows, net=net: _micro(counted, rows, inside[net])) for net in nets},  # type: ignore[misc]
        codes=_by_code(counted, codes),
    )


def _count(
    gold: Sequence[Example], readings: Sequence[Reading], codes: Sequence[str], thresholds: Mapping[str, float]
) -> _Counted:
    rank = {code: column for column, code in enumerate(codes)}
    hit, wrong, missed = (np.zeros((len(gold), len(codes)), dtype=np.int64) for _ in range(3))
    polarity, overlap = (np.zeros(len(gold), dtype=np.int64) for _ in range(2))
    confusion = np.zeros((len(gold), 3, 3), dtype=np.int64)
    for row, (example, reading) in enumerate(zip(gold, readings, strict=True)):
        true = {tag.code: tag for tag in example.tags or ()}
        found = {tag.code: tag for tag in decide(reading, thresholds).tags}
        for code in true.keys() | found.keys():
            if code in true and code in found:
                hit[row, rank[code]] = 1
                polarity[row] += true[code].polarity == found[code].polarity
                overlap[row] += min(true[code].stop, found[code].stop) > max(true[code].start, found[code].start)
            else:
                (missed if code in true else wrong)[row, rank[code]] = 1
        if example.sentiment:
            guess = strongest(reading.sentiment)
            confusion[row, POLARITIES.index(example.sentiment), POLARITIES.index(guess)] = 1
    return _Counted(hit, wrong, missed, polarity, overlap, confusion)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _micro(counted: _Counted, rows: Counts, columns: slice | NDArray[np.bool_]) -> float:
    hit = counted.hit[rows][:, columns].sum()
    return _ratio(2 * hit, 2 * hit + counted.wrong[rows][:, columns].sum() + counted.missed[rows][:, columns].sum())


def _f1(counted: _Counted, rows: Counts) -> NDArray[np.float64]:
    hit = counted.hit[rows].sum(axis=0)
    both = 2 * hit + counted.wrong[rows].sum(axis=0) + counted.missed[rows].sum(axis=0)
    f1: NDArray[np.float64] = np.divide(2 * hit, both, out=np.zeros(len(hit)), where=both > 0)
    return f1


def _accuracy(confusion: Counts) -> float:
    return _ratio(np.trace(confusion), confusion.sum())


def _macro(confusion: Counts) -> float:
    hit = np.diag(confusion)
    both = confusion.sum(axis=0) + confusion.sum(axis=1)
    return float(np.mean(np.divide(2 * hit, both, out=np.zeros(3), where=both > 0)))


def _by_code(counted: _Counted, codes: Sequence[str]) -> dict[str, tuple[float, float, float, int]]:
    hit, wrong, missed = (table.sum(axis=0) for table in (counted.hit, counted.wrong, counted.missed))
    f1 = _f1(counted, np.arange(len(counted.hit)))
    return {
        code: (
            _ratio(hit[rank], hit[rank] + wrong[rank]),
            _ratio(hit[rank], hit[rank] + missed[rank]),
            float(f1[rank]),
            int(hit[rank] + missed[rank]),
        )
        for rank, code in enumerate(codes)
    }
