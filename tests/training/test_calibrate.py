import numpy as np
import pytest

from listening.tagging.rating import rating
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


def test_thresholds_rare_code_does_not_take_its_own_by_luck() -> None:
    chance = np.random.default_rng(1)
    probabilities = np.column_stack([chance.beta(0.5, 0.5, 3000), chance.beta(0.2, 4, 3000)])
    present = (chance.random(probabilities.shape) < probabilities).astype(float)
    common, hard = thresholds(probabilities, present, ["courant", "difficile"]).values()
    present[:, 1] = 0
    present[int(probabilities[:, 1].argmax()), 1] = 1  # one case: by itself it would ask for the highest score
    lucky = thresholds(probabilities, present, ["courant", "difficile"])["difficile"]
    assert hard < common - 0.1  # what is hard to tell wants a lower one
    assert lucky == pytest.approx(hard, abs=0.1)


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


def test_fit_rating_tells_few_middling_and_many_stars() -> None:
    chance = np.random.default_rng(1)
    stars = chance.uniform(-1, 1, 3000)
    ranks = (stars > -0.3).astype(np.int64) + (stars > 0.4)
    moods = np.column_stack([(1 - stars) / 2, np.full(3000, 0.1), (1 + stars) / 2]).clip(0.01)
    moods /= moods.sum(axis=1, keepdims=True)
    weights = fit_rating(stars, moods, ranks)
    assert (rating(weights, stars, moods).argmax(axis=1) == ranks).mean() > 0.95


def test_held_out_parts_carriers_from_others_in_rising_order() -> None:
    scores = np.array([[0.9, 0.12345], [0.2, 0.5], [0.7, 0.3]])
    present = np.array([[True, False], [False, False], [True, False]])
    assert held_out(scores, present, ["a", "b"]) == {
        "a": {"carriers": [0.7, 0.9], "others": [0.2]},
        "b": {"carriers": [], "others": [0.1234, 0.3, 0.5]},
    }
