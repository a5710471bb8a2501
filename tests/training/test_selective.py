import numpy as np
import pytest

from listening.training.bootstrap import resample
from listening.training.selective import risk_coverage

WEIGHTS = resample(4, draws=20)


def test_risk_coverage_by_hand() -> None:
    curve = risk_coverage(np.array([0.9, 0.2, 0.8, 0.5]), np.array([0, 1, 0, 1]), np.ones(4), WEIGHTS)
    assert [curve.at(share).value for share in (0.5, 0.75, 1.0)] == pytest.approx([0, 1 / 3, 1 / 2])
    assert curve.aurc.value == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


def test_risk_coverage_without_tags_is_no_risk() -> None:
    curve = risk_coverage(np.ones(4), np.zeros(4), np.zeros(4), WEIGHTS)
    assert curve.aurc.value == 0


def test_risk_coverage_of_nothing_has_no_value() -> None:
    curve = risk_coverage(np.ones(0), np.ones(0), np.ones(0), np.ones((3, 0)))
    assert np.isnan(curve.aurc.value)
    assert np.isnan(curve.at(1.0).value)
