import numpy as np
import pytest
from scipy import stats

from listening.insight.intervals import effective_base, fragile, mean_interval, net_interval, wilson


@pytest.mark.parametrize(("cited", "base"), [(0, 10), (1, 10), (10, 10), (37, 120), (600, 1200)])
def test_wilson_agrees_with_scipy(cited: int, base: int) -> None:
    expected = stats.binomtest(cited, base).proportion_ci(0.95, method="wilson")
    low, high = wilson(np.array(cited / base), np.array(float(base)))
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_without_base_is_unknown() -> None:
    low, high = wilson(np.array([np.nan]), np.array([0.0]))
    assert np.isnan(low).all()
    assert np.isnan(high).all()


@pytest.mark.parametrize(("weights", "expected"), [([1, 1, 1], 3.0), ([2, 2], 2.0), ([1, 3], 1.6), ([], 0.0)])
def test_effective_base_is_kish(weights: list[float], expected: float) -> None:
    given = np.array(weights, dtype=float)
    assert effective_base(given.sum(), (given**2).sum()) == pytest.approx(expected)


def test_fragile_begins_under_thirty() -> None:
    almost = effective_base(np.array([1.1] * 30).sum(), (np.array([1.1] * 30) ** 2).sum())
    assert fragile(np.array([29.0, 30.0, almost])).tolist() == [True, False, False]


def test_net_interval_by_hand() -> None:
    low, high = net_interval(np.array(0.5), np.array(0.2), np.array(97.0))
    plus, minus = (0.5 * 97 + 0.75) / 100, (0.2 * 97 + 0.75) / 100
    half = 1.959964 * ((plus + minus - (plus - minus) ** 2) / 100) ** 0.5
    assert (float(low), float(high)) == pytest.approx((plus - minus - half, plus - minus + half), abs=1e-6)


@pytest.mark.parametrize("base", [1, 2, 5, 40, 5000])
@pytest.mark.parametrize(("plus", "minus"), [(1, 0), (0, 1), (0, 0), (0.5, 0.5)])
def test_net_interval_holds_its_estimate_and_has_a_width(plus: float, minus: float, base: int) -> None:
    low, high = net_interval(np.array(plus), np.array(minus), np.array(float(base)))
    assert -1 <= low <= plus - minus <= high <= 1
    assert low < high


def test_mean_interval_agrees_with_scipy() -> None:
    answers = np.array([1, 2, 2, 5, 4, 3, 5], dtype=float)
    expected = stats.t.interval(0.95, 6, loc=answers.mean(), scale=stats.sem(answers))
    low, high = mean_interval(answers.mean(), answers.var(), np.array(7.0))
    assert (float(low), float(high)) == pytest.approx(expected)


def test_mean_interval_of_one_answer_is_unknown() -> None:
    low, high = mean_interval(np.array([4.0]), np.array([0.0]), np.array([1.0]))
    assert np.isnan([low, high]).all()
