import numpy as np
import pytest
from scipy import stats

from listening.insight.differences import against_rest, holm


def test_against_rest_is_the_pooled_test_of_two_proportions() -> None:
    difference, p_value = against_rest(np.array([[30.0], [20.0], [10.0]]), np.full(3, 100.0), np.full(3, 100.0))
    expected = stats.chi2_contingency([[30, 70], [30, 170]], correction=False).pvalue
    assert difference[:, 0] == pytest.approx([0.15, 0.0, -0.15])
    assert p_value[0, 0] == pytest.approx(expected)
    assert p_value[1, 0] == pytest.approx(1.0)


def test_against_rest_weighs_less_with_unequal_weights() -> None:
    cited, total = np.array([[30.0], [10.0]]), np.full(2, 100.0)
    _, equal = against_rest(cited, total, np.full(2, 100.0))
    _, unequal = against_rest(cited, total, np.full(2, 200.0))
    assert (unequal > equal).all()


@pytest.mark.parametrize("cited", [[[4.0], [0.0]], [[100.0], [99.0]]])
def test_against_rest_leaves_out_what_is_too_rare(cited: list[list[float]]) -> None:
    _, p_value = against_rest(np.array(cited), np.full(2, 100.0), np.full(2, 100.0))
    assert np.isnan(p_value).all()


def test_against_rest_needs_a_rest() -> None:
    _, p_value = against_rest(np.array([[30.0]]), np.array([100.0]), np.array([100.0]))
    assert np.isnan(p_value).all()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([0.01, 0.02, 0.03, 0.04], [0.04, 0.06, 0.06, 0.06]),
        ([0.5, 0.9], [1.0, 1.0]),
        ([np.nan, 0.02], [np.nan, 0.02]),
        ([], []),
    ],
)
def test_holm_by_hand(given: list[float], expected: list[float]) -> None:
    assert holm(np.array(given)) == pytest.approx(np.array(expected), nan_ok=True)
