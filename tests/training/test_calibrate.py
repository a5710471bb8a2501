import numpy as np
import pytest

from listening.training.calibrate import cross_fitted, fit_calibration, fit_rating, held_out, thresholds


def test_calibrate_finds_the_true_slope_and_shift_and_leaves_useless_words_alone() -> None:
    chance = np.random.default_rng(0)
    true = chance.normal(0, 2, size=(4000, 2))
    present = (chance.random(true.shape) < 1 / (1 + np.exp(-true))).astype(float)
    natural = np.ones(len(present), dtype=bool)
    scale, shift, words = fit_calibration((true + 1) * 2, chance.normal(0, 2, true.shape), present, natural, seed=0)
    assert scale == pytest.approx([0.5, 0.5], abs=0.08)
    assert shift == pytest.approx([-1.0, -1.0], abs=0.15)
    assert words == 0.0


def test_calibrate_weighs_words_that_help() -> None:
    chance = np.random.default_rng(0)
    deep, lexical = chance.normal(0, 2, size=(2, 3000, 2))
    present = (chance.random(deep.shape) < 1 / (1 + np.exp(-(deep + 0.6 * lexical)))).astype(float)
    assert fit_calibration(deep, lexical, present, np.ones(len(present), dtype=bool), seed=0)[2] == pytest.approx(0.6)


def test_calibrate_gives_probabilities_of_verbatims_as_they_come() -> None:
    """Half the verbatims are drawn for being rare, and carry the code far more often than their words tell."""
    chance = np.random.default_rng(2)
    natural = np.arange(6000) < 3000
    true = chance.normal(-1, 1.5, size=(6000, 1)) + np.where(natural, 0.0, 2.0)[:, None]
    present = chance.random(true.shape) < 1 / (1 + np.exp(-true))
    seen = true - np.where(natural, 0.0, 2.0)[:, None]
    scale, shift, _ = fit_calibration(seen, np.zeros_like(seen), present, natural, seed=0)
    assert (scale.item(), shift.item()) == (pytest.approx(1, abs=0.1), pytest.approx(0, abs=0.15))


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


def test_cross_fitted_does_not_learn_a_verbatim_from_its_own_label() -> None:
    chance = np.random.default_rng(2)
    deep, lexical = chance.normal(0, 2, size=(2, 200, 2))
    present = deep + chance.normal(0, 1, deep.shape) > 0
    turned = present.copy()
    turned[0] = ~turned[0]
    before, after = (
        cross_fitted(deep, lexical, labels, np.ones(len(labels), dtype=bool), 0.4, seed=0)
        for labels in (present, turned)
    )
    unmoved = (before == after).all(axis=1)
    assert unmoved[0]
    assert 20 < unmoved.sum() < 60  # its fold, one in five; all others learnt from it


def test_fit_rating_finds_the_true_slope_and_cuts() -> None:
    chance = np.random.default_rng(1)
    stars = chance.uniform(-1, 1, 8000)
    draw = 5 * stars + chance.logistic(size=8000)
    ranks = (draw > -1.5).astype(np.int64) + (draw > 2.0)
    assert fit_rating(stars, ranks) == pytest.approx([5.0, -1.5, 2.0], abs=0.25)


def test_held_out_parts_carriers_from_others_in_rising_order() -> None:
    scores = np.array([[0.9, 0.12345], [0.2, 0.5], [0.7, 0.3]])
    present = np.array([[True, False], [False, False], [True, False]])
    assert held_out(scores, present, ["a", "b"]) == {
        "a": {"carriers": [0.7, 0.9], "others": [0.2]},
        "b": {"carriers": [], "others": [0.1234, 0.3, 0.5]},
    }
