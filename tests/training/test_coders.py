from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from listening.records import CodeVerdict, Verdict
from listening.training.agreement import ac1, alpha, kappa
from listening.training.coders import coders_agree

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CODES = ["a.b", "a.c", "a.d"]
LEA = ["b", "b", "bc", "", "c", "b"]
MOMO = ["b", "", "bc", "", "b", "b"]


def coded(coder: str, given: list[str], *, blind: bool = True) -> list[Verdict]:
    return [
        Verdict(
            id=f"{coder}{rank}",
            verbatim=f"v{rank}",
            version=f"v{rank}",
            coder=coder,
            at=NOON,
            codebook="c@1",
            blind=blind,
            sentiment="negatif" if rank else None,
            codes=tuple(CodeVerdict(code=f"a.{code}", polarity="negatif") for code in codes),
        )
        for rank, codes in enumerate(given)
    ]


def test_coders_agree_by_code_as_the_coefficients_do() -> None:
    (found,) = coders_agree([*coded("momo", MOMO), *coded("lea", LEA)], CODES, codebook="c@1", draws=50)
    assert found.agreement.coders == ("lea", "momo")
    assert found.agreement.base == 6
    table = np.array([[1.0, 1.0], [1.0, 3.0]])  # neither, momo alone; lea alone, both
    chance = found.agreement.codes["a.b"]
    assert chance.kappa.value == pytest.approx(float(kappa(table)))
    assert chance.alpha.value == pytest.approx(float(alpha(table)))
    assert chance.ac1.value == pytest.approx(float(ac1(table)))
    assert chance.kappa.low <= chance.kappa.value <= chance.kappa.high
    assert found.cases == {"a.b": 5, "a.c": 2, "a.d": 0}


def test_coders_agree_on_what_both_coded_only() -> None:
    (found,) = coders_agree([*coded("momo", MOMO[:2]), *coded("lea", LEA)], CODES, codebook="c@1", draws=5)
    assert found.agreement.base == 2
    assert coders_agree(coded("lea", LEA), CODES, codebook="c@1") == []


def test_coders_agree_pair_by_pair() -> None:
    three = [one for name in ("zoe", "lea", "momo") for one in coded(name, LEA)]
    pairs = [one.agreement.coders for one in coders_agree(three, CODES, codebook="c@1", draws=5)]
    assert pairs == [("lea", "momo"), ("lea", "zoe"), ("momo", "zoe")]


def test_coders_who_saw_the_tags_count_only_when_told() -> None:
    seen = [*coded("lea", LEA), *coded("momo", MOMO, blind=False)]
    assert coders_agree(seen, CODES, codebook="c@1") == []
    assert len(coders_agree(seen, CODES, codebook="c@1", blind=False, draws=5)) == 1


def test_coders_agree_on_what_they_said_before_reconciling() -> None:
    coded_twice = [*coded("momo", MOMO), *coded("lea", LEA)]
    settled = [replace(one, id=f"z{one.id}", coder="lea", origin="adjudication") for one in coded("momo", MOMO)]
    before, after = (
        coders_agree(given, CODES, codebook="c@1", draws=5) for given in (coded_twice, coded_twice + settled)
    )
    assert [one.agreement.themes.kappa.value for one in before] == [one.agreement.themes.kappa.value for one in after]


def test_coders_agree_under_one_codebook() -> None:
    given = [*coded("lea", LEA), *(replace(one, codebook="c@2") for one in coded("momo", MOMO))]
    assert coders_agree(given, CODES, codebook="c@1") == []
