import numpy as np
import pytest

from listening.training.bootstrap import resample
from listening.training.reliability import reliability

WEIGHTS = resample(4, draws=20)


def test_reliability_by_hand() -> None:
    probability = np.array([[0.9], [0.9], [0.1], [0.0]])
    found = reliability(probability, np.array([[1], [0], [0], [0]]), WEIGHTS, ["a"])
    assert found.ece.value == pytest.approx((2 * 0.4 + 0.1) / 4)
    assert found.ece_kept.value == pytest.approx((2 * 0.4 + 0.1) / 3)
    assert found.codes["a"].value == found.ece.value
    assert found.brier.value == pytest.approx((0.01 + 0.81 + 0.01) / 4)
    assert found.log_loss.value == pytest.approx(-np.log([0.9, 0.1, 0.9, 0.975]).mean())
    assert [(part.base, part.mean, part.rate.value) for part in found.bins] == [(1, 0, 0), (1, 0.1, 0), (2, 0.9, 0.5)]
    assert (found.base, found.kept) == (4, 3)


def test_reliability_of_a_missed_tag_is_finite() -> None:
    found = reliability(np.zeros((4, 1)), np.ones((4, 1)), WEIGHTS, ["a"])
    assert found.log_loss.value == pytest.approx(-np.log(0.025))
    assert found.ece.value == 1


def test_reliability_of_honest_probabilities_is_near_nothing() -> None:
    chance = np.random.default_rng(0)
    probability = chance.random((4000, 2))
    found = reliability(probability, chance.random((4000, 2)) < probability, resample(4000, draws=20), ["a", "b"])
    assert found.ece.value < 0.02
    assert found.ece_equal_mass.value < 0.02
    assert found.brier.value == pytest.approx(1 / 6, abs=0.01)


def test_reliability_keeps_equal_probabilities_in_one_bin() -> None:
    probability = np.full((4, 1), 0.5)
    assert reliability(probability, np.array([[1], [0], [1], [0]]), WEIGHTS, ["a"]).ece_equal_mass.value == 0
