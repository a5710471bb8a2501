"""How good a linear head is on what it has not seen: repeated cross-validation, calibration and threshold included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from listening.codebook import NEVER
from listening.tagging.engine import FLOOR
from listening.training.bootstrap import Measure, measure, ratio, resample, total

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Learn = Callable[[Floats, Flags], tuple[Floats, float]]  # features and what carries the code, to weights and intercept
FOLDS, REPEATS = 5, 5
SILENT = -10.0  # the logit of a probability that is not worth keeping


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What heads that had not seen a text say of it, for V texts and R repeats.

    `scores` (V, R) are before calibration, `likely` (V, R) probabilities, `given` (V, R) whether the code was given.
    """

    scores: Floats
    likely: Floats
    given: Flags


def cross_validate(features: Floats, present: Flags, learn: Learn, *, seed: int) -> HeldOut:
    """Score each text by a head learnt without it, once a repeat, in stratified folds drawn anew.

    Calibration and threshold by which a fold is decided come from the other folds, so that the decisions are as good
    as they will be on new texts, not better.
    """
    from sklearn.model_selection import StratifiedKFold

    scores, likely = np.zeros((2, len(features), REPEATS))
    given = np.zeros(scores.shape, dtype=bool)
    for repeat in range(REPEATS):
        folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed + repeat).split(features, present))
        for inside, outside in folds:
            weights, intercept = learn(features[inside], present[inside])
            scores[outside, repeat] = features[outside] @ weights + intercept
        for inside, outside in folds:
            scale, shift, threshold = decision(scores[inside, repeat], present[inside])
            likely[outside, repeat] = sigmoid(scale * scores[outside, repeat] + shift)
            given[outside, repeat] = likely[outside, repeat] >= threshold
    return HeldOut(scores, likely, given)


def decision(scores: Floats, present: Flags) -> tuple[float, float, float]:
    """Give scale and shift that make σ(scale · score + shift) a probability, and the threshold of best F1.

    The F1 is the one that the probabilities promise, 2 Σp / (given + Σp), smoother than that of a few examples: see
    Lipton, Elkan and Naryanaswamy (2014), https://arxiv.org/abs/1402.1892.
    Where what carries the code scores no higher, nothing was learnt: the scale is 0, and the probability of every text
    that of SILENT, which the threshold NEVER keeps out.
    """
    scale, shift = platt(scores, present)
    if scale <= 0:
        return 0.0, SILENT, NEVER
    likely = np.sort(sigmoid(scale * scores + shift))[::-1]
    promised = 2 * likely.cumsum() / (np.arange(1, len(likely) + 1) + likely.sum())
    return scale, shift, round(max(float(likely[promised.argmax()]), FLOOR), 3)


def platt(scores: Floats, present: Flags) -> tuple[float, float]:
    """Give scale and shift that make σ(scale · score + shift) a probability.

    Targets are held off 0 and 1, lest few examples well told apart make it too sure: Platt (1999), « Probabilistic
    outputs for support vector machines », section 2.2.
    """
    from sklearn.linear_model import LogisticRegression

    yes = (present.sum() + 1) / (present.sum() + 2)
    no = 1 / ((~present).sum() + 2)
    target = np.where(present, yes, no)
    answers = np.repeat([True, False], len(scores))
    fitted = LogisticRegression(C=1e6).fit(
        np.tile(scores, 2)[:, None], answers, sample_weight=np.concatenate([target, 1 - target])
    )
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def sigmoid(logits: Floats) -> Floats:
    """Give probabilities of logits."""
    from scipy.special import expit

    found: Floats = expit(logits)
    return found


def held_out_measures(held: HeldOut, present: Flags) -> dict[str, Measure]:
    """Give `precision`, `recall`, `f1` and `average_precision`, means over the repeats, with bootstrap intervals."""
    weights = resample(len(present))
    hits = total(weights, held.given & present[:, None])
    given, cases = total(weights, held.given), total(weights, present)[:, None]
    found = {
        "precision": ratio(hits, given),
        "recall": ratio(hits, cases),
        "f1": ratio(2 * hits, given + cases),
        "average_precision": np.stack([_average_precision(one, present, weights) for one in held.scores.T], axis=1),
    }
    return {name: measure(values.mean(axis=1)) for name, values in found.items()}


def _average_precision(scores: Floats, present: Flags, weights: Floats) -> Floats:
    """Give the average precision in each sample, (1 + draws,)."""
    order = np.argsort(-scores)
    drawn = weights[:, order]
    hits = drawn * present[order]
    precision = ratio(hits.cumsum(axis=1), drawn.cumsum(axis=1))
    return ratio(np.nansum(precision * hits, axis=1), hits.sum(axis=1))
