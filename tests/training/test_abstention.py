import numpy as np
import pytest

from listening.tagging.abstain import Band
from listening.training.abstention import check_bands
from listening.training.bootstrap import resample
from listening.training.tally import Tally


def told(probability: list[float], given: list[bool]) -> Tally:
    scores = np.array(probability).reshape(-1, 1)
    carried = np.array(given).reshape(-1, 1)
    none = np.zeros_like(carried)
    return Tally(carried, scores > 0.5, none, none, none, scores, np.zeros(len(given), dtype=np.int64), scores)


def test_abstention_counts_what_passes_and_what_is_left() -> None:
    found = check_bands(
        told([0.9, 0.3, 0.1, 0.8, 0.3, 0.0], [True, True, True, False, False, False]),
        {"x": Band(0.2, 0.5)},
        ["x"],
        resample(6, draws=200),
        np.ones(6, dtype=bool),
        model="essai@1",
    )
    kept = found.codes["x"]
    assert (kept.cases, kept.others) == (3, 3)
    assert kept.missed.value == pytest.approx(1 / 3)
    assert kept.wrong.value == pytest.approx(1 / 3)
    assert kept.left.value == found.left.value == pytest.approx(2 / 6)
    assert found.left.low < found.left.value < found.left.high


def test_abstention_counts_natural_verbatims_only() -> None:
    natural = np.array([True, False])
    found = check_bands(
        told([0.3, 0.1], [True, True]), {"x": Band(0.2, 0.5)}, ["x"], resample(2, draws=9), natural, model="m@1"
    )
    assert (found.base, found.codes["x"].cases, found.codes["x"].missed.value) == (1, 1, 0.0)


def test_abstention_leaves_out_codes_without_a_band() -> None:
    found = check_bands(told([0.9], [True]), {}, ["x"], resample(1, draws=10), np.ones(1, dtype=bool), model="essai@1")
    assert found.codes == {}
    assert found.left.value == 0
