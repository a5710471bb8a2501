"""How far two who coded the same verbatims agree, beyond chance.

Intervals come from resampled verbatims. On few of them, or where somebody never varies, all draws give one coefficient,
and an interval of no width that feigns certainty. To each draw is therefore added a fictitious case, of weight 1 on
average, spread at random over the cells of its table as by a Dirichlet prior: a hundred verbatims hardly feel it.
Sources: Zapf et al. (2016), BMC Medical Research Methodology 16:93, for resampling; Perks (1947), Journal of the
Institute of Actuaries 73, for the weight; Basu, Banerjee and Sen (2000), Bayesian Inference for Kappa from Single and
Multiple Studies, Biometrics 56, for coefficients drawn with a prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from listening.training.bootstrap import Floats, Measure, measure, ratio, total
from listening.training.tally import NO_SENTIMENT, Flags, Ranks


@dataclass(frozen=True, slots=True)
class Coding:
    """What one coder or engine said: `tags` (V, C), and `sentiment` (V,) as ranks in POLARITIES, −1 unknown."""

    coder: str
    tags: Flags
    sentiment: Ranks


@dataclass(frozen=True, slots=True)
class Chance:
    """Three coefficients of agreement, each 1 when all is agreed and 0 when chance would do as well."""

    kappa: Measure
    alpha: Measure
    ac1: Measure


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two on `base` verbatims: presence of codes pooled (`themes`) and by code, and sentiment."""

    coders: tuple[str, str]
    base: int
    theme_micro_f1: Measure
    themes: Chance
    sentiment: Chance
    codes: dict[str, Chance]


def agree(one: Coding, other: Coding, codes: Sequence[str], weights: Floats, *, seed: int = 0) -> Agreement:
    """Compare two codings of the same verbatims; `weights` are the samples of `resample`, `seed` is for what is added.

    Micro-F1 between two is the same whichever of them is taken as the truth.
    """
    chances = np.random.default_rng(seed)
    by_code = total(weights, _crossed(one.tags.astype(np.int64), other.tags.astype(np.int64), 2))
    known = (one.sentiment != NO_SENTIMENT) & (other.sentiment != NO_SENTIMENT)
    moods = _crossed(one.sentiment[known, None], other.sentiment[known, None], 3)
    pooled = by_code.sum(axis=1)
    both, either = pooled[:, 1, 1], pooled[:, 0, 1] + pooled[:, 1, 0]
    return Agreement(
        coders=(one.coder, other.coder),
        base=len(one.tags),
        theme_micro_f1=measure(ratio(2 * both, 2 * both + either), float(both[0] + either[0])),
        themes=_chance(pooled, chances),
        sentiment=_chance(total(weights[:, known], moods)[:, 0], chances),
        codes={code: _chance(by_code[:, column], chances) for column, code in enumerate(codes)},
    )


def kappa(table: Floats) -> Floats:
    """Give Cohen's kappa of tables (…, K, K) of counts; NaN where chance alone agrees on all.

    Source: Cohen (1960), A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20.
    """
    size = table.sum(axis=(-2, -1))
    chance = ratio((table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1), size**2)
    return _beyond(_observed(table), chance)


def alpha(table: Floats) -> Floats:
    """Give Krippendorff's alpha of tables (…, K, K): two coders, nominal values, nothing missing.

    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections A and B.
    """
    values = table.sum(axis=-1) + table.sum(axis=-2)
    size = values.sum(axis=-1)
    return _beyond(_observed(table), ratio((values * (values - 1)).sum(axis=-1), size * (size - 1)))


def ac1(table: Floats) -> Floats:
    """Give Gwet's AC1 of tables (…, K, K); unlike kappa it stays steady where a value is very rare.

    Source: Gwet (2008), Computing inter-rater reliability in the presence of high agreement, BJMSP 61, 29-48.
    """
    size = table.sum(axis=(-2, -1))
    share = ratio(table.sum(axis=-1) + table.sum(axis=-2), 2 * size[..., None])
    return _beyond(_observed(table), (share * (1 - share)).sum(axis=-1) / (table.shape[-1] - 1))


def _observed(table: Floats) -> Floats:
    agreed: Floats = np.trace(table, axis1=-2, axis2=-1)
    return ratio(agreed, table.sum(axis=(-2, -1)))


def _beyond(observed: Floats, chance: Floats) -> Floats:
    return ratio(observed - chance, 1 - chance)


def _crossed(one: Ranks, other: Ranks, values: int) -> Floats:
    """Give (V, C, values, values): a one in the cell where both put the verbatim."""
    cells: Floats = np.eye(values * values)[one * values + other].reshape(*one.shape, values, values)
    return cells


def _chance(table: Floats, chances: np.random.Generator) -> Chance:
    """Give the coefficients of the first of the tables (1 + draws, K, K), with their intervals by the others."""
    cells = table.shape[-1] ** 2
    drawn = table[1:] + chances.standard_gamma(1 / cells, size=table[1:].shape)
    return Chance(*(_measure(formula(table[:1]), formula(drawn)) for formula in (kappa, alpha, ac1)))


def _measure(value: Floats, drawn: Floats) -> Measure:
    """Give a coefficient with its interval, which holds it: a fictitious verbatim may draw all others to one side."""
    found = measure(np.concatenate([value, drawn]))
    return Measure(found.value, min(found.low, found.value), max(found.high, found.value))
