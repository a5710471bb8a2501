import io

import pytest
from rich.console import Console

from listening.codebook import NEVER
from listening.report.added import advice, fragile, print_heads
from listening.tagging.heads import Figure, Head, Heads, Quality
from listening.training.held_out import FOLDS, REPEATS


def quality(f1: float | None = 0.8, *, width: float = 0.2, **fields: object) -> Quality:
    figure = Figure(value=f1, low=None if f1 is None else f1 - width / 2, high=None if f1 is None else f1 + width / 2)
    known = {"examples": 20, "counterexamples": 5, "others": 800, "missed": (), "polarities": 0, "agreed": 0}
    figures = dict.fromkeys(("precision", "recall", "f1", "average_precision"), figure)
    return Quality(**(known | figures | fields))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (quality(0.8), False),
        (quality(0.59), True),
        (quality(0.8, width=0.5), True),
        (quality(None), True),
    ],
)
def test_added_verdict(found: Quality, expected: bool) -> None:
    assert fragile(found) is expected


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (quality(0.4), "donnez plus d'exemples, variés (20 aujourd'hui"),
        (quality(counterexamples=0), "donnez des contre-exemples"),
        (quality(missed=(7, 3)), "7 et 3 (rang dans le plan)"),
        (quality(polarities=9, agreed=8), "juste dans 8 exemples sur 9"),
    ],
)
def test_added_advice(found: Quality, words: str) -> None:
    assert any(words in line.replace("\xa0", " ") for line in advice(found))


def test_added_good_code_needs_no_advice() -> None:
    assert not list(advice(quality()))


def head(found: Quality, *, threshold: float = 0.5) -> Head:
    numbers = {"intercept": 0, "scale": 1, "shift": 0, "threshold": threshold}
    return Head(weights=(1.0,), carriers=(), others=(), quality=found, **numbers)


def printed(one: Head) -> str:
    stream = io.StringIO()
    print_heads(Heads(model="m@1", heads={"effort.parking": one}), Console(file=stream, width=140))
    return " ".join(stream.getvalue().split())


def test_added_code_that_is_never_given_is_said_once_and_clearly() -> None:
    found = printed(head(quality(0.0, missed=(1, 2)), threshold=NEVER))
    assert "jamais donné" in found
    assert "effort.parking : ses exemples ne se distinguent pas des autres textes" in found
    assert "mal reconnus" not in found


def test_added_table_shows_base_measures_and_verdict() -> None:
    found = printed(head(quality(0.4)))
    for words in ("effort.parking", "20 / 825", "40 % [30 ; 50]", "fragile", f"{FOLDS} plis, {REPEATS} fois"):
        assert words in found
