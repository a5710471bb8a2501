"""Whether probabilities mean what they say: calibration error, Brier score, log loss, reliability diagram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from listening.tagging.engine import FLOOR
from listening.training.bootstrap import Floats, Measure, measure, measures, ratio, total

BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Probabilities between `low` and `high`: how many, their mean, and how often what they announce is true."""

    low: float
    high: float
    base: int
    mean: float
    rate: Measure


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far `base` probabilities stand from what is true.

    `ece` is over bins of equal width, `ece_equal_mass` over bins of equal numbers; `ece_kept` leaves out what the
    engine did not keep (under FLOOR), which is most pairs of a verbatim and a code, and easy. `codes` has the ECE of
    each code.
    """

    base: int
    kept: int
    ece: Measure
    ece_equal_mass: Measure
    ece_kept: Measure
    brier: Measure
    log_loss: Measure
    bins: list[Bin]
    codes: dict[str, Measure]


def reliability(probability: Floats, truth: ArrayLike, weights: Floats, codes: Sequence[str]) -> Reliability:
    """Set probabilities (V, C) against what is true (V, C); `weights` are the samples of `resample`.

    Expected calibration error: the mean distance between probability and frequency over 15 bins, weighted by their
    numbers; Guo et al. (2017), On Calibration of Modern Neural Networks, ICML, here on each pair of verbatim and code
    instead of the top class. Brier (1950), Monthly Weather Review 78, 1-3. A tag that a reading lacks counts as 0.0;
    in the log loss, where 0 would be infinite, as FLOOR / 2. A bootstrapped ECE errs upwards: read it as a bound.
    """
    happened = np.asarray(truth, dtype=np.float64)
    drawn = weights.sum(axis=1) * probability.shape[1]
    by_code = np.abs(_gaps(probability, happened, _width(probability), weights))
    likely = np.clip(np.where(probability > 0, probability, FLOOR / 2), 1e-6, 1 - 1e-6)
    surprise = -np.log(np.where(happened > 0, likely, 1 - likely))
    kept = probability >= FLOOR
    return Reliability(
        base=probability.size,
        kept=int(kept.sum()),
        ece=measure(ratio(_error(probability, happened, _width(probability), weights), drawn)),
        ece_equal_mass=measure(ratio(_error(probability, happened, _mass(probability), weights), drawn)),
        ece_kept=measure(
            ratio(
                _error(probability * kept, happened * kept, _width(probability), weights),
                total(weights, kept.sum(axis=1)),
            )
        ),
        brier=measure(ratio(total(weights, np.square(probability - happened).sum(axis=1)), drawn)),
        log_loss=measure(ratio(total(weights, surprise.sum(axis=1)), drawn)),
        bins=_bins(probability, happened, weights),
        codes=dict(zip(codes, measures(ratio(by_code.sum(axis=2), weights.sum(axis=1)[:, None])), strict=True)),
    )


def _width(probability: Floats) -> NDArray[np.intp]:
    """Give the bin of each probability, bins being ](m − 1)/15, m/15] and 0 in the first."""
    return np.clip(np.ceil(probability * BINS).astype(np.intp) - 1, 0, BINS - 1)


def _mass(probability: Floats) -> NDArray[np.intp]:
    """Give the bin of each probability, bins holding as many each; equal probabilities stay in one bin."""
    if not probability.size:
        return np.zeros(probability.shape, dtype=np.intp)
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, probability, side="left")


def _gaps(probability: Floats, happened: Floats, bins: NDArray[np.intp], weights: Floats) -> Floats:
    """Give Σ(probability − truth) by sample, code and bin: (1 + draws, C, BINS)."""
    return total(weights, _spread(probability - happened, bins))


def _error(probability: Floats, happened: Floats, bins: NDArray[np.intp], weights: Floats) -> Floats:
    together = _spread(probability - happened, bins).sum(axis=1)
    error: Floats = np.abs(total(weights, together)).sum(axis=1)
    return error


def _spread(values: Floats, bins: NDArray[np.intp]) -> Floats:
    """Give values (V, C) set in their bins: (V, C, BINS)."""
    spread = np.zeros((*values.shape, BINS))
    np.put_along_axis(spread, bins[:, :, None], values[:, :, None], axis=2)
    return spread


def _bins(probability: Floats, happened: Floats, weights: Floats) -> list[Bin]:
    bins = _width(probability)
    parts = (np.ones(probability.shape), probability, happened)
    counts, sums, trues = (total(weights, _spread(part, bins).sum(axis=1)) for part in parts)
    rates = measures(ratio(trues, counts), counts[0])
    return [
        Bin(rank / BINS, (rank + 1) / BINS, int(counts[0, rank]), float(sums[0, rank] / counts[0, rank]), rates[rank])
        for rank in range(BINS)
        if counts[0, rank]
    ]
