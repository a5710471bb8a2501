import numpy as np
import pytest

from listening.codebook import NEVER
from listening.tagging.engine import FLOOR
from listening.training.held_out import cross_validate, decision, held_out_measures, platt, sigmoid


def mean_difference(features, present):
    weights = features[present].mean(axis=0) - features[~present].mean(axis=0)
    return weights, 0.0


def sample(distance: float, *, carriers: int = 20, others: int = 200):
    features = np.random.default_rng(0).normal(size=(carriers + others, 8))
    present = np.arange(carriers + others) < carriers
    features[present, 0] += distance
    return features, present


@pytest.mark.parametrize(("distance", "low", "high"), [(0.0, 0.0, 0.25), (8.0, 0.95, 1.0)])
def test_held_out_tells_a_code_that_can_be_learnt_from_one_that_cannot(
    distance: float, low: float, high: float
) -> None:
    features, present = sample(distance)
    found = held_out_measures(cross_validate(features, present, mean_difference, seed=0), present)
    assert low <= found["f1"].value <= high
    assert low <= found["average_precision"].value <= high


def test_held_out_a_text_learnt_by_heart_earns_nothing() -> None:
    features, present = np.eye(60), np.arange(60) < 10  # each text has a feature of its own
    held = cross_validate(features, present, mean_difference, seed=0)
    assert not held.scores[present].any()


def test_held_out_intervals_hold_the_value() -> None:
    features, present = sample(2.0)
    for one in held_out_measures(cross_validate(features, present, mean_difference, seed=0), present).values():
        assert one.low <= one.value <= one.high
        assert one.low < one.high


def test_held_out_same_seed_gives_the_same() -> None:
    features, present = sample(2.0)
    one, two = (cross_validate(features, present, mean_difference, seed=3) for _ in range(2))
    assert (one.scores == two.scores).all()


def test_platt_finds_the_true_slope_and_shift() -> None:
    chance = np.random.default_rng(0)
    scores = chance.normal(0, 2, 8000)
    present = chance.random(8000) < sigmoid(0.5 * scores - 1)
    assert platt(scores, present) == pytest.approx((0.5, -1.0), abs=0.1)


def test_platt_stays_modest_on_few_examples_well_told_apart() -> None:
    scale, shift = platt(np.array([-1.0] * 10 + [1.0] * 10), np.arange(20) >= 10)
    assert sigmoid(np.array([scale + shift])) == pytest.approx([11 / 12], abs=0.01)


def test_decision_threshold_parts_what_is_well_told_apart() -> None:
    scores, present = np.array([-1.0] * 100 + [1.0] * 10), np.arange(110) >= 100
    scale, shift, threshold = decision(scores, present)
    assert sigmoid(np.array([shift - scale]))[0] < threshold <= sigmoid(np.array([shift + scale]))[0] + 0.001


def test_decision_of_scores_that_say_the_contrary_lets_nothing_pass() -> None:
    scores, present = np.array([1.0] * 90 + [-1.0] * 8), np.arange(98) >= 90
    scale, shift, threshold = decision(scores, present)
    assert (scale, threshold) == (0.0, NEVER)
    assert sigmoid(np.array([shift]))[0] < FLOOR
