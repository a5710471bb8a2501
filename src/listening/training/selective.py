"""What is gained by leaving the doubtful verbatims to a person: risk against coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from listening.training.bootstrap import Floats, Measure, measure, measures

COVERAGES = tuple(round(0.05 * step, 2) for step in range(1, 21))


@dataclass(frozen=True, slots=True)
class Curve:
    """The risk at each of `coverage` (shares of verbatims kept, the surest first), and the area under the curve."""

    aurc: Measure
    coverage: list[float]
    risk: list[Measure]

    def at(self, coverage: float) -> Measure:
        """Give the risk at a coverage that is a multiple of 0.05."""
        return self.risk[self.coverage.index(coverage)]


def margins(probability: Floats, thresholds: Floats) -> Floats:
    """Give how far from any threshold each verbatim's closest call is, from 0 to 1: (V,), from (V, C) and (C,).

    A distance is divided by what it can be at most on its side of the threshold.

    >>> margins(np.array([[0.9, 0.1], [0.5, 0.0]]), np.array([0.6, 0.2])).round(2).tolist()
    [0.5, 0.17]
    """
    side = np.where(probability < thresholds, thresholds, 1 - thresholds)
    closest: Floats = (np.abs(probability - thresholds) / side).min(axis=1)
    return closest


def risk_coverage(confidence: Floats, errors: ArrayLike, sizes: ArrayLike, weights: Floats, *, seed: int = 0) -> Curve:
    """Give the risk Σ errors / Σ sizes among the surest verbatims, at each coverage; all arguments are (V,).

    With errors = wrong + missed tags and sizes = given + found tags it is 1 − micro-F1; with sizes of 1, the share of
    errors. Where there is nothing to get wrong the risk is 0. Equal confidences are put in a random order.
    Source: Geifman and El-Yaniv (2017), Selective Classification for Deep Neural Networks, NeurIPS; the area is the
    mean of the risks over all coverages.
    """
    order = np.lexsort((np.random.default_rng(seed).random(len(confidence)), -confidence))
    both = np.stack([np.asarray(errors, dtype=np.float64), np.asarray(sizes, dtype=np.float64)])[:, order]
    drawn = [_risks(sample, both) for sample in weights[:, order]]
    area, risks = (np.array(part) for part in zip(*drawn, strict=True))
    return Curve(measure(area), list(COVERAGES), measures(risks))


def _risks(sample: Floats, both: Floats) -> tuple[float, Floats]:
    """Give one sample's area under the curve and its risks at COVERAGES."""
    errors, sizes = np.cumsum(sample * both, axis=1)
    risk = np.divide(errors, sizes, out=np.zeros(len(errors)), where=sizes > 0)
    covered = np.cumsum(sample)
    if not covered.size or not covered[-1]:
        return float("nan"), np.full(len(COVERAGES), np.nan)
    places = np.searchsorted(covered, np.array(COVERAGES) * covered[-1] - 1e-9)
    return float((risk * sample).sum() / covered[-1]), risk[np.minimum(places, len(risk) - 1)]
