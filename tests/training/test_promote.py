import numpy as np
import pytest

from listening.records import POLARITIES, Polarity, Reading, Tag
from listening.training.bootstrap import Measure
from listening.training.corpus import Example, GoldTag
from listening.training.promote import FIRST, OTHERS, Contest, Gain, Rule, Said, contest, decide

CODES = ["a.x", "a.y"]
CUTS = dict.fromkeys(CODES, 0.5)


def example(rank: int, *codes: str) -> Example:
    tags = tuple(GoldTag(code, "negatif", 0, 4) for code in codes)
    return Example(id=str(rank), text="Trop cher", tags=tags, sentiment="negatif")


def reading(*codes: str, sentiment: Polarity = "negatif", polarity: Polarity = "negatif") -> Reading:
    tags = [
        Tag(code=code, probability=0.9, polarity=polarity, polarity_probability=0.9, start=0, stop=4) for code in codes
    ]
    return Reading(sentiment={name: float(name == sentiment) for name in POLARITIES}, tags=tuple(tags))


def said(*readings: Reading) -> Said:
    return Said(readings=readings, thresholds=CUTS)


def test_contest_gives_both_figures_and_the_gain() -> None:
    examples = [example(rank, "a.x") for rank in range(40)]
    worse = [reading(*(["a.x"] if rank % 2 else ["a.y"]), sentiment="neutre") for rank in range(40)]
    better = [reading("a.x") for _ in range(40)]
    found = contest(examples, said(*worse), said(*better), CODES).gains
    assert (found[FIRST].champion, found[FIRST].challenger, found[FIRST].gain.value) == (0.5, 1.0, 0.5)
    assert 0.3 < found[FIRST].gain.low < 0.5 < found[FIRST].gain.high < 0.7
    assert found["sentiment_accuracy"].gain == Measure(1.0, 1.0, 1.0)
    assert found["polarity_accuracy"].gain.value == 0


def test_contest_is_paired() -> None:
    random = np.random.default_rng(0)
    right = random.random(200) < 0.5
    examples = [example(rank, "a.x") for rank in range(200)]
    champion = [reading(*["a.x"] * bool(hit)) for hit in right]
    challenger = [reading(*["a.x"] * bool(hit or rank < 20)) for rank, hit in enumerate(right)]
    gain = contest(examples, said(*champion), said(*challenger), CODES).gains[FIRST].gain
    assert gain.low > 0  # two intervals side by side would overlap
    assert gain.high - gain.low < 0.1


def test_contest_weighs_by_the_chance_of_the_draw() -> None:
    examples = [example(rank, "a.x") for rank in range(10)]
    champion = said(*(reading("a.x", sentiment="negatif" if rank < 5 else "neutre") for rank in range(10)))
    challenger = said(*(reading("a.x", sentiment="neutre" if rank < 5 else "negatif") for rank in range(10)))
    chances = [0.5] * 5 + [0.1] * 5
    found = contest(examples, champion, challenger, CODES, chances=chances).gains["sentiment_accuracy"]
    assert (round(found.champion, 3), round(found.challenger, 3)) == (round(10 / 60, 3), round(50 / 60, 3))


def test_contest_of_nothing_has_no_gains() -> None:
    assert contest([], said(), said(), CODES) == Contest(base=0, gains={})


def contested(base: int, low: float, high: float, *others: tuple[float, float]) -> Contest:
    bounds = dict(zip((FIRST, *OTHERS), [(low, high), *others], strict=True))
    return Contest(
        base=base,
        gains={name: Gain(0.5, 0.5, Measure((one + two) / 2, one, two)) for name, (one, two) in bounds.items()},
    )


NAN = float("nan")
EVEN = (-0.01, 0.01)


@pytest.mark.parametrize(
    ("recent", "gold", "failed"),
    [
        (contested(100, 0.001, 0.1, EVEN, EVEN), contested(500, -0.02, 0.01, EVEN, EVEN), []),
        (contested(99, 0.01, 0.1, EVEN, EVEN), contested(500, *EVEN, EVEN, EVEN), [("base", "")]),
        (contested(100, 0.0, 0.1, EVEN, EVEN), contested(500, *EVEN, EVEN, EVEN), [("recent", FIRST)]),
        (contested(100, NAN, NAN, EVEN, EVEN), contested(500, *EVEN, EVEN, EVEN), [("recent", FIRST)]),
        (contested(100, 0.01, 0.1, (-0.2, -0.1), EVEN), contested(500, *EVEN, EVEN, EVEN), [("recent", OTHERS[0])]),
        (contested(100, 0.01, 0.1, EVEN, (NAN, NAN)), contested(500, *EVEN, EVEN, EVEN), []),
        (contested(100, 0.01, 0.1, EVEN, EVEN), contested(500, -0.021, 0.1, EVEN, EVEN), [("gold", FIRST)]),
        (contested(100, 0.01, 0.1, EVEN, EVEN), contested(500, *EVEN, EVEN, (-0.03, 0.1)), [("gold", OTHERS[1])]),
        (Contest(base=0, gains={}), contested(500, *EVEN, EVEN, EVEN), [("base", "")]),
    ],
)
def test_decide_promotes_only_what_meets_every_condition(
    recent: Contest, gold: Contest, failed: list[tuple[str, str]]
) -> None:
    ruling = decide(gold, recent, Rule())
    assert [(one.on, one.measure) for one in ruling.conditions if not one.held] == failed
    assert ruling.promoted == (not failed)
