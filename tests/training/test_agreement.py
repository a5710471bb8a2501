"""The worked examples that the authors of the coefficients published."""

import numpy as np
import pytest

from listening.training.agreement import Coding, ac1, agree, alpha, kappa
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
