import numpy as np
import pytest

from listening.training.bootstrap import measure, ratio, resample, total


def test_resample_draws_as_many_as_there_are() -> None:
    weights = resample(7, draws=20)
    assert weights.shape == (21, 7)
    assert (weights.sum(axis=1) == 7).all()
    assert (weights[0] == 1).all()


def test_measure_of_a_mean_has_the_width_of_the_normal_law() -> None:
    values = np.random.default_rng(0).normal(size=400)
    found = measure(total(resample(400, draws=2000), values) / 400)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.08)


def test_ratio_of_nothing_is_nan() -> None:
    assert np.isnan(ratio(np.array([0.0]), np.array([0.0])))[0]
