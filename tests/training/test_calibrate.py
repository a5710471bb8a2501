import numpy as np
import pytest

from listening.training.calibrate import fit_calibration, presence, thresholds
from listening.training.corpus import Example, GoldTag


def test_calibrate_finds_the_true_slope_and_shift_and_leaves_useless_words_alone() -> None:
    chance = np.random.default_rng(0)
    true = chance.normal(0, 2, size=(4000, 2))
    present = (chance.random(true.shape) < 1 / (1 + np.exp(-true))).astype(float)
    scale, shift, words = fit_calibration((true + 1) * 2, chance.normal(0, 2, true.shape), present, seed=0)
    assert scale == pytest.approx([0.5, 0.5], abs=0.08)
    assert shift == pytest.approx([-1.0, -1.0], abs=0.15)
    assert words == 0.0


def test_calibrate_weighs_words_that_help() -> None:
    chance = np.random.default_rng(0)
    deep, lexical = chance.normal(0, 2, size=(2, 3000, 2))
    present = (chance.random(deep.shape) < 1 / (1 + np.exp(-(deep + 0.6 * lexical)))).astype(float)
    assert fit_calibration(deep, lexical, present, seed=0)[2] == pytest.approx(0.6)


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
