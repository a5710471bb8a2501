import random

import pytest

from listening.records import Reading, Tag
from listening.tagging.abstain import Band, Scored, band, precise, threshold_for, to_review


def reading(**scores: float) -> Reading:
    tags = [
        Tag(code=code, probability=score, polarity="negatif", polarity_probability=0.9, start=0, stop=4)
        for code, score in scores.items()
    ]
    return Reading(sentiment={"negatif": 1.0, "neutre": 0.0, "positif": 0.0}, tags=tuple(tags))


@pytest.mark.parametrize(("carriers", "others"), [(19, 199), (40, 500), (200, 2000)])
def test_abstain_band_keeps_its_promise_on_new_verbatims(carriers: int, others: int) -> None:
    """Over many draws, at most one carrier in ten falls below and one other in a hundred above."""
    chance = random.Random(carriers)
    below = above = 0
    for _ in range(2000):
        held = Scored(
            tuple(sorted(chance.betavariate(4, 2) for _ in range(carriers))),
            tuple(sorted(chance.betavariate(1, 8) for _ in range(others))),
        )
        found = band(held)
        below += chance.betavariate(4, 2) < found.low
        above += chance.betavariate(1, 8) > found.high
    assert below / 2000 <= 0.10 + 0.02
    assert above / 2000 <= 0.01 + 0.007


def test_abstain_band_of_a_code_with_too_few_carriers_starts_at_the_floor_and_is_not_sure() -> None:
    found = band(Scored((0.7, 0.8, 0.9), tuple(i / 1000 for i in range(400))), floor=0.05)
    assert found.low == 0.05
    assert not found.sure


def test_abstain_easy_code_leaves_the_gap_between_its_two_kinds() -> None:
    found = band(Scored(tuple(0.9 + i / 1000 for i in range(30)), tuple(i / 10000 for i in range(300))))
    assert 0.02 < found.low < 0.1 < 0.9 < found.high
    assert 0.5 in found


def test_abstain_threshold_reaches_the_wished_precision_with_as_many_tags_as_can_be() -> None:
    carriers = tuple(0.5 + rank / 25 for rank in range(10))  # 0.50, 0.54 … 0.86
    held = Scored(carriers, (0.1, 0.2, 0.55, 0.65))
    assert threshold_for(held, 0.8) == 0.5  # 10 of 12
    assert threshold_for(held, 0.85) is None  # 9 of 11 at 0.54; at 0.70 all are right, but too few to judge by
    assert precise({"x": held})["x"]["0.80"] == 0.5


def test_abstain_sends_to_review_what_falls_in_a_band() -> None:
    bands = {"a": Band(0.2, 0.4), "b": Band(0.2, 0.4)}
    assert to_review(reading(a=0.3, b=0.41, c=0.3), bands) == ("a",)
