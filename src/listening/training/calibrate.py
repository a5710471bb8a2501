"""Probabilities that mean what they say, and thresholds, both fitted on verbatims that were not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from listening.training.corpus import Example

Scores = NDArray[np.float64]
SUPPORT = 20.0  # cases of a code at which its own threshold weighs as much as the common one


def scale(logits: Scores, present: Scores) -> tuple[float, float]:
    """Give the scale and shift of logits (V, C) that make σ(scale·x + shift) a probability of `present` (V, C).

    Platt scaling, one pair for all codes: J. Platt 1999, « Probabilistic outputs for support vector machines ».
    """
    from scipy.optimize import minimize

    def entropy(pair: Scores) -> float:
        scaled = pair[0] * logits + pair[1]
        return float(np.mean(np.logaddexp(0, scaled) - present * scaled))

    found = minimize(entropy, x0=np.array([1.0, 0.0]), method="Nelder-Mead")
    return float(found.x[0]), float(found.x[1])


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
