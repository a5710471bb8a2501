"""Probabilities that mean what they say, and thresholds, both fitted on verbatims that were not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from listening.training.corpus import Example

Scores = NDArray[np.float64]
SUPPORT = 200.0  # cases of a code at which its own threshold weighs as much as the common one
PULL = 20.0  # how strongly a code's scale and shift are drawn to the common ones
WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
FOLDS = 5


def fit_calibration(deep: Scores, lexical: Scores, present: Scores, *, seed: int) -> tuple[Scores, Scores, float]:
    """Give scale (C,), shift (C,) and words that make σ(scale·deep + words·lexical + shift) a probability.

    `deep` and `lexical` are logits (V, C), `present` says what is true. Each code has its own scale and shift (Platt
    1999, « Probabilistic outputs for support vector machines »), drawn to the common ones. The weight of the words is
    that of WEIGHTS with the best cross-validated likelihood.
    """
    folds = np.random.default_rng(seed).integers(0, FOLDS, len(deep))

    def held_out(words: float) -> float:
        total = 0.0
        for fold in range(FOLDS):
            inside, outside = folds != fold, folds == fold
            scale, shift = _platt(deep[inside], words * lexical[inside], present[inside])
            total += _entropy(scale * deep[outside] + words * lexical[outside] + shift, present[outside])
        return total

    words = min(WEIGHTS, key=held_out)
    return *_platt(deep, words * lexical, present), words


def _platt(deep: Scores, offset: Scores, present: Scores) -> tuple[Scores, Scores]:
    from scipy.optimize import minimize
    from scipy.special import expit

    codes = deep.shape[1]

    def unpacked(values: Scores) -> tuple[Scores, Scores]:
        return values[0] + values[2 : 2 + codes], values[1] + values[2 + codes :]

    def cost(values: Scores) -> tuple[float, Scores]:
        scale, shift = unpacked(values)
        logits = scale * deep + offset + shift
        error = expit(logits) - present
        own_scale, own_shift = (error * deep).sum(axis=0), error.sum(axis=0)
        gradient = np.concatenate([[own_scale.sum(), own_shift.sum()], own_scale, own_shift])
        gradient[2:] += 2 * PULL * values[2:]
        return _entropy(logits, present) + PULL * float((values[2:] ** 2).sum()), gradient

    found = minimize(cost, x0=np.array([1.0, *[0.0] * (2 * codes + 1)]), jac=True, method="L-BFGS-B")
    return unpacked(found.x)


def _entropy(logits: Scores, present: Scores) -> float:
    return float(np.sum(np.logaddexp(0, logits) - present * logits))


def thresholds(probabilities: Scores, present: Scores, codes: Sequence[str]) -> dict[str, float]:
    """Give the threshold of each code for best F1, drawn towards the one that is best for all codes together.

    A code with few cases would take a threshold by luck: with n cases its own weighs n / (n + SUPPORT).
    """
    common = _best(probabilities, present)
    found = {}
    for column, code in enumerate(codes):
        cases = float(present[:, column].sum())
        own = _best(probabilities[:, [column]], present[:, [column]]) if cases else common
        found[code] = round((cases * own + SUPPORT * common) / (cases + SUPPORT), 3)
    return found


def _best(probabilities: Scores, present: Scores) -> float:
    grid = np.arange(0.1, 0.9, 0.01)

    def f1(threshold: float) -> float:
        chosen = probabilities >= threshold
        return float(2 * (chosen * present).sum() / max(chosen.sum() + present.sum(), 1))

    values = np.array([f1(threshold) for threshold in grid])
    smooth = np.convolve(values, np.ones(5) / 5, mode="same")[2:-2]  # a plateau, not a lucky peak
    return float(grid[2:-2][int(smooth.argmax())])


def presence(examples: Sequence[Example], codes: Sequence[str]) -> Scores:
    """Give which example carries which code, as (V, C) of 0 and 1."""
    given = [{tag.code for tag in example.tags or ()} for example in examples]
    return np.array([[code in carried for code in codes] for carried in given], dtype=float)
