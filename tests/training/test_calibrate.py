import numpy as np
import pytest

from listening.training.calibrate import presence, scale, thresholds
from listening.training.corpus import Example, GoldTag


def test_calibrate_scale_finds_the_true_slope_and_shift() -> None:
    chance = np.random.default_rng(0)
    true = chance.normal(0, 2, size=(4000, 2))
    present = (chance.random(true.shape) < 1 / (1 + np.exp(-true))).astype(float)
    slope, shift = scale((true + 1) * 2, present)
    assert (slope, shift) == pytest.approx((0.5, -1.0), abs=0.08)


def test_calibrate_rare_code_takes_the_common_threshold() -> None:
    chance = np.random.default_rng(1)
    present = np.zeros((1000, 2))
    present[:300, 0] = 1
    present[0, 1] = 1
    scores = np.clip(np.where(present > 0, 0.6, 0.2) + chance.normal(0, 0.05, present.shape), 0, 1)
    scores[0, 1] = 0.95
    found = thresholds(scores, present, ["courant", "rare"])
    assert 0.3 < found["courant"] < 0.5
    assert found["rare"] == pytest.approx(found["courant"], abs=0.05)


def test_calibrate_presence_is_a_table_of_codes() -> None:
    example = Example(id="x", text="t", tags=(GoldTag("b", "negatif", 0, 1),))
    assert presence([example], ["a", "b"]).tolist() == [[0.0, 1.0]]
