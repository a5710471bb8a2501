"""The worked examples that the authors of the coefficients published, and intervals on few cases."""

import numpy as np
import pytest

from listening.training.agreement import Chance, Coding, ac1, agree, alpha, kappa
from listening.training.bootstrap import resample

# Cohen (1960), table 2; Gwet (2002), Kappa Statistic is not Satisfactory, table on 125 subjects
COHEN = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]], dtype=float)
GWET = np.array([[118, 5], [2, 0]], dtype=float)


def crossed(one: str, other: str) -> np.ndarray:
    values = sorted({*one, *other})
    table = np.zeros((len(values), len(values)))
    for left, right in zip(one, other, strict=True):
        table[values.index(left), values.index(right)] += 1
    return table


def test_kappa_as_cohen_computes_it() -> None:
    assert kappa(COHEN) == pytest.approx(0.492, abs=5e-4)
    assert kappa(GWET) == pytest.approx(-0.0234, abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [  # Krippendorff (2011), A and B
        ("0100000010", "1110010000", 0.095),
        ("aabbdcccedda", "babbbccceddd", 0.692),
    ],
)
def test_alpha_as_krippendorff_computes_it(one: str, other: str, value: float) -> None:
    assert alpha(crossed(one, other)) == pytest.approx(value, abs=5e-4)


def test_ac1_as_gwet_computes_it() -> None:
    assert ac1(GWET) == pytest.approx(0.941, abs=5e-4)


@pytest.mark.parametrize("formula", [kappa, alpha, ac1])
def test_agreement_is_whole_on_a_diagonal(formula) -> None:
    assert formula(np.diag([3.0, 5.0])) == pytest.approx(1)


def test_agree_crosses_codes_and_sentiments() -> None:
    one = Coding("un", np.array([[1, 0], [1, 1], [0, 0]], dtype=bool), np.array([0, 2, -1]))
    other = Coding("deux", np.array([[1, 0], [0, 1], [0, 0]], dtype=bool), np.array([0, 2, 1]))
    found = agree(one, other, ["a", "b"], resample(3, draws=20))
    assert found.theme_micro_f1.value == pytest.approx(2 * 2 / (2 * 2 + 1))
    assert found.codes["b"].kappa.value == 1
    assert found.sentiment.kappa.value == 1
    assert found.base == 3


def compared(table: list[list[int]], *, draws: int = 200) -> Chance:
    """Give the agreement of two on one code, from how often neither, the other, the first, both gave it."""
    cells = [(row, column) for row in (0, 1) for column in (0, 1) for _ in range(table[row][column])]
    unknown = np.full(len(cells), -1)
    one, other = (Coding(str(rank), np.array([[cell[rank]] for cell in cells], dtype=bool), unknown) for rank in (0, 1))
    return agree(one, other, ["a"], resample(len(cells), draws=draws)).codes["a"]


@pytest.mark.parametrize(
    "table",
    [
        [[17, 3], [0, 0]],  # the first never gives it
        [[17, 0], [3, 0]],
        [[0, 0], [3, 5]],
        [[17, 0], [0, 3]],  # all is agreed
        [[1, 0], [0, 1]],
        [[0, 2], [2, 0]],
    ],
)
@pytest.mark.parametrize("name", ["kappa", "alpha", "ac1"])
def test_interval_on_few_cases_feigns_no_certainty(table: list[list[int]], name: str) -> None:
    found = getattr(compared(table), name)
    assert found.low <= found.value <= found.high
    assert found.high - found.low > 0.1


def test_interval_narrows_as_cases_come() -> None:
    few, many = compared([[5, 0], [0, 3]]).kappa, compared([[500, 0], [0, 300]]).kappa
    assert few.low < 0.6 and many.low > 0.95


def test_coefficients_are_unknown_where_a_code_is_nowhere() -> None:
    found = compared([[20, 0], [0, 0]])
    assert all(np.isnan([one.value, one.low, one.high]).all() for one in (found.kappa, found.alpha))
    assert (found.ac1.value, found.ac1.high) == (1, 1)
    assert found.ac1.low < 0.95


def test_interval_holds_the_truth_as_often_as_it_says_on_ten_verbatims() -> None:
    truth = np.array([[0.45, 0.05], [0.05, 0.45]])  # kappa 0.8, of which resampling alone holds two thirds
    tables = np.random.default_rng(1).multinomial(10, truth.ravel(), size=150).reshape(-1, 2, 2)
    found = [compared(table.tolist()).kappa for table in tables]
    assert np.mean([one.low <= 0.8 <= one.high for one in found if not np.isnan(one.value)]) >= 0.9
