"""Probabilities that mean what they say, and thresholds, both fitted on verbatims that were not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from listening.tagging.rating import clues
from listening.training.tally import Flags, Ranks

Scores = NDArray[np.float64]
SUPPORT = 100.0  # cases of a code at which its own threshold weighs as much as the one that is presumed
PRESUMED = 0.7  # of which this is the share of what the probabilities promise, the rest that of the common threshold
PULL = 2.0  # how strongly a code's scale and shift are drawn to the common ones
MIDDLING = 1.5
WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
FOLDS = 5


def fit_calibration(
    deep: Scores, lexical: Scores, present: Flags, natural: Flags, *, seed: int
) -> tuple[Scores, Scores, float]:
    """Give scale (C,), shift (C,) and words that make σ(scale·deep + words·lexical + shift) a probability.

    `deep` and `lexical` are logits (V, C), `present` says what is true. Each code has its own scale and shift (Platt
    1999, « Probabilistic outputs for support vector machines »), drawn to the common ones. Verbatims drawn for being
    rare carry codes more often: where `natural` (V,) is false they have a shift more, which is not given, so that
    the probabilities are those of verbatims as they come. The weight of the words is that of WEIGHTS with the best
    cross-validated likelihood.
    """
    folds = np.random.default_rng(seed).integers(0, FOLDS, len(deep))

    def surprise(words: float) -> float:
        total = 0.0
        for fold in range(FOLDS):
            inside, outside = folds != fold, folds == fold
            scale, shift, more = _platt(deep[inside], words * lexical[inside], present[inside], natural[inside])
            logits = scale * deep[outside] + words * lexical[outside] + shift + _enriched(natural[outside]) * more
            total += _entropy(logits, present[outside])
        return total

    words = min(WEIGHTS, key=surprise)
    scale, shift, _ = _platt(deep, words * lexical, present, natural)
    return scale, shift, words


def cross_fitted(deep: Scores, lexical: Scores, present: Flags, natural: Flags, words: float, *, seed: int) -> Scores:
    """Give the probabilities (V, C) of verbatims by a calibration that did not see them, fold by fold.

    Thresholds and bands are taken from these: a calibration looks better than it is on what it was fitted on.
    """
    from scipy.special import expit

    folds = np.random.default_rng(seed).integers(0, FOLDS, len(deep))
    found = np.zeros_like(deep)
    for fold in range(FOLDS):
        inside, outside = folds != fold, folds == fold
        scale, shift, _ = _platt(deep[inside], words * lexical[inside], present[inside], natural[inside])
        found[outside] = expit(scale * deep[outside] + words * lexical[outside] + shift)
    return found


def fit_rating(stars: Scores, moods: Scores, ranks: Ranks) -> list[list[float]]:
    """Give the weights (3, 6) of `rating`, from what the network says of rated texts: stars (V,) and sentiments (V, 3).

    `ranks` (V,) are 0 for 1–2 stars, 1 for 3, 2 for 4–5. A middling rating, rare and hard to tell, weighs MIDDLING
    times as much: else it would hardly ever be the most likely.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    weighed = LogisticRegression(class_weight={0: 1.0, 1: MIDDLING, 2: 1.0}, max_iter=2000, random_state=0)
    scaler, fitted = make_pipeline(StandardScaler(), weighed).fit(clues(stars, moods), ranks).named_steps.values()
    slopes = fitted.coef_ / scaler.scale_
    constant = fitted.intercept_ - slopes @ scaler.mean_
    weights: list[list[float]] = np.column_stack([slopes, constant]).round(4).tolist()
    return weights


def held_out(probabilities: Scores, present: Flags, codes: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """Give by code, in rising order, the scores of the verbatims that carry it and of the others."""
    return {
        code: {
            name: sorted(probabilities[present[:, column] == value, column].round(4).tolist())
            for name, value in (("carriers", True), ("others", False))
        }
        for column, code in enumerate(codes)
    }


def _platt(deep: Scores, offset: Scores, present: Flags, natural: Flags) -> tuple[Scores, Scores, Scores]:
    """Give scale, shift and what more an enriched draw shifts, each (C,)."""
    from scipy.optimize import minimize
    from scipy.special import expit

    codes, enriched = deep.shape[1], _enriched(natural)

    def unpacked(values: Scores) -> Scores:
        whole: Scores = values[:3, None] + values[3:].reshape(3, codes)  # what is common, and each code's own
        return whole

    def cost(values: Scores) -> tuple[float, Scores]:
        scale, shift, more = unpacked(values)
        logits = scale * deep + offset + shift + enriched * more
        error = expit(logits) - present
        own = np.stack([(error * deep).sum(axis=0), error.sum(axis=0), (error * enriched).sum(axis=0)])
        gradient = np.concatenate([own.sum(axis=1), own.ravel()])
        gradient[3:] += 2 * PULL * values[3:]
        return _entropy(logits, present) + PULL * float((values[3:] ** 2).sum()), gradient

    start = np.array([1.0, *[0.0] * (3 * codes + 2)])
    scale, shift, more = unpacked(minimize(cost, x0=start, jac=True, method="L-BFGS-B").x)
    return scale, shift, more


def _enriched(natural: Flags) -> Scores:
    return (~natural).astype(float)[:, None]


def _entropy(logits: Scores, present: Flags) -> float:
    return float(np.sum(np.logaddexp(0, logits) - present * logits))


def thresholds(probabilities: Scores, present: Flags, codes: Sequence[str]) -> dict[str, float]:
    """Give the threshold of each code for best F1: with n cases the one that is best on them weighs n / (n + SUPPORT).

    A code with few cases would take a threshold by luck. So it is drawn to one that is presumed, between the best for
    all codes together and the one of which the code's own probabilities promise most: a code that is hard to tell wants
    a low one, half of its best F1 (Lipton et al. 2014, https://arxiv.org/abs/1402.1892). SUPPORT and PRESUMED are those
    of best cross-validated F1, micro and macro.
    """
    common = _best(probabilities, present)
    found = {}
    for column, code in enumerate(codes):
        cases = float(present[:, column].sum())
        scores = probabilities[:, [column]]
        presumed = PRESUMED * _promising(scores) + (1 - PRESUMED) * common
        own = _best(scores, present[:, [column]]) if cases else presumed
        found[code] = round((cases * own + SUPPORT * presumed) / (cases + SUPPORT), 3)
    return found


def _promising(probabilities: Scores) -> float:
    """Give the threshold whose F1 is best if the probabilities are right."""
    grid = np.arange(0.05, 0.9, 0.01)
    chosen = probabilities >= grid  # (V, T)
    promised = 2 * (probabilities * chosen).sum(axis=0) / (chosen.sum(axis=0) + probabilities.sum())
    return float(grid[int(promised.argmax())])


def best_f1(probabilities: Scores, present: Flags) -> float:
    """Give the micro-F1 (V, C) at the common threshold that suits best."""
    return _f1(probabilities, present, _best(probabilities, present))


def _best(probabilities: Scores, present: Flags) -> float:
    grid = np.arange(0.1, 0.9, 0.01)
    values = np.array([_f1(probabilities, present, threshold) for threshold in grid])
    smooth = np.convolve(values, np.ones(5) / 5, mode="same")[2:-2]  # a plateau, not a lucky peak
    return float(grid[2:-2][int(smooth.argmax())])


def _f1(probabilities: Scores, present: Flags, threshold: float) -> float:
    chosen = probabilities >= threshold
    return float(2 * (chosen * present).sum() / max(chosen.sum() + present.sum(), 1))
