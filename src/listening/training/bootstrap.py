"""How sure a measure is: bootstrap over verbatims, all draws in one matrix product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95 % bootstrap interval; NaN where it has no meaning."""

    value: float
    low: float
    high: float


NONE = Measure(float("nan"), float("nan"), float("nan"))


def resample(base: int, *, draws: int = DRAWS, seed: int = 0) -> Floats:
    """Give how often each of `base` verbatims stands in each sample, (1 + draws, base); row 0 is the sample itself.

    A draw with replacement is a multinomial count, so that counts (base, …) are summed for all draws by one product.
    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13 (percentile intervals).
    """
    chances = np.full(base, 1 / base)
    drawn = np.random.default_rng(seed).multinomial(base, chances, size=draws)
    return np.vstack([np.ones((1, base)), drawn])


def total(weights: Floats, counts: ArrayLike) -> Floats:
    """Give the sums of `counts` (base, …) in each sample: (1 + draws, …)."""
    summed: Floats = np.tensordot(weights, np.asarray(counts, dtype=np.float64), axes=1)
    return summed


def ratio(part: Floats, whole: Floats) -> Floats:
    """Give `part / whole`, NaN where the whole is 0."""
    part, whole = np.broadcast_arrays(part, whole)
    quotient: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)
    return quotient


def measure(values: Floats, base: float = 0) -> Measure:
    """Give the first of `values` (1 + draws,) with the percentiles of the others; draws without a value are left out.

    Where the figure is 0 or 1 and no draw differs, the percentiles would feign certainty: with a `base`, how many cases
    it rests on, the far bound is the exact one, 0.025^(1 / base) from it (Clopper and Pearson 1934, Biometrika 26).

    >>> measure(np.array([0.5, 0.4, 0.6, np.nan]))
    Measure(value=0.5, low=0.405, high=0.595)
    >>> measure(np.array([1.0, 1.0, 1.0]), base=9).low
    0.664
    """
    value, drawn = float(values[0]), values[1:][~np.isnan(values[1:])]
    if np.isnan(value) or not len(drawn):
        return Measure(value, float("nan"), float("nan"))
    low, high = (round(float(bound), 12) for bound in np.percentile(drawn, [2.5, 97.5]))
    if base and low == high == value and value in (0, 1):
        reach = round(0.025 ** (1 / base), 3)
        low, high = (reach, 1.0) if value else (0.0, 1 - reach)
    return Measure(value, low, high)


def measures(values: Floats, bases: Floats | None = None) -> list[Measure]:
    """Give one measure a column of `values` (1 + draws, columns), each on its own of `bases` (columns,)."""
    sizes = np.zeros(values.shape[1]) if bases is None else bases
    return [measure(column, float(size)) for column, size in zip(values.T, sizes, strict=True)]
