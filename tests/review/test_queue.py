from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from listening.records import Scores
from listening.review.queue import (
    Quotas,
    Rule,
    abstained,
    against_another,
    audit,
    choose,
    contradicted,
    draw,
    flagged,
)
from listening.store.queue import QueueItem
from listening.store.reviewable import Reviewable, Scored
from listening.tagging.abstain import Band

GLAD, SAD = ({"negatif": 1 - share, "neutre": 0.0, "positif": share} for share in (0.9, 0.2))
THRESHOLDS = {"a.b": 0.4, "a.c": 0.4}
DOUBT = abstained({"a.b": Band(0.2, 0.8), "a.c": Band(0.2, 0.8)}, THRESHOLDS)


def read(name: str = "v", codes: dict[str, float] | None = None, **facts: Any) -> Reviewable:
    given = {"source": "avis", "mine": Scored(GLAD, codes or {}), "scores": Scores()} | facts  # type: ignore[arg-type]
    return Reviewable(verbatim=f"p{name}", version=name, **given)


def ranks(items: Iterable[QueueItem]) -> dict[str | None, float]:
    return {one.code: round(one.rank, 3) for one in items}


@pytest.mark.parametrize(
    ("score", "rank"), [(0.1, None), (0.2, 1.0), (0.3, 0.5), (0.4, 0.0), (0.6, 0.5), (0.8, 1.0), (0.9, None)]
)
def test_abstained_asks_first_where_the_score_is_nearest_to_the_threshold(score: float, rank: float | None) -> None:
    assert ranks(DOUBT(read(codes={"a.b": score, "z": 0.4}))) == ({} if rank is None else {"a.b": rank})


def test_abstained_measures_from_the_band_where_the_threshold_is_outside() -> None:
    rule = abstained({"a.b": Band(0.2, 0.6)}, {"a.b": 1.01})
    assert ranks(rule(read(codes={"a.b": 0.6}))) == {"a.b": 0.0}
    assert ranks(rule(read(codes={"a.b": 0.4}))) == {"a.b": 0.5}


@pytest.mark.parametrize(
    ("scores", "sentiment", "rank"),
    [
        (Scores(nps=0), GLAD, 0.05),
        (Scores(stars=1.0), GLAD, 0.05),
        (Scores(nps=6), GLAD, None),
        (Scores(), GLAD, None),
        (Scores(nps=10), GLAD, None),
        (Scores(nps=10), SAD, 0.6),
        (Scores(ces=7), SAD, 0.6),
        (Scores(nps=0), SAD, None),
        (Scores(nps=0, csat=5), GLAD, None),  # the grades contradict one another
    ],
)
def test_contradicted_sets_grades_against_the_text(
    scores: Scores, sentiment: dict[str, float], rank: float | None
) -> None:
    found = ranks(contradicted(read(scores=scores, mine=Scored(sentiment, {}))))  # type: ignore[arg-type]
    assert found == ({} if rank is None else {None: rank})


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (None, {}),
        (Scored(GLAD, {"a.b": 0.9}), {}),  # type: ignore[arg-type]
        (Scored(GLAD, {}), {"a.b": 0.3}),  # type: ignore[arg-type]
        (Scored(GLAD, {"a.b": 0.9, "a.c": 0.7, "z": 0.9}), {"a.c": 0.3}),  # type: ignore[arg-type]
        (Scored(SAD, {"a.b": 0.9}), {None: 0.2}),  # type: ignore[arg-type]
    ],
)
def test_against_another_asks_where_two_engines_decide_differently(
    other: Scored | None, expected: dict[str | None, float]
) -> None:
    rule = against_another(THRESHOLDS, THRESHOLDS)
    assert ranks(rule(read(codes={"a.b": 0.7}, other=other))) == expected


def test_flagged_asks_to_look_at_flags() -> None:
    assert [one.reason for one in flagged(read(flags=("sante",)))] == ["flagged"]
    assert list(flagged(read())) == []


def test_audit_draws_the_probability_of_each_source() -> None:
    rule = audit({"avis": 0.2, "forum": 0.05})
    many = [read(str(rank), source=source) for rank in range(4000) for source in ("avis", "forum", "autre")]
    drawn = [item for one in many for item in rule(one)]
    counts = {source: sum(one.source == source for one in drawn) for source in ("avis", "forum", "autre")}
    assert counts["avis"] == pytest.approx(800, abs=4 * (4000 * 0.2 * 0.8) ** 0.5)
    assert counts["forum"] == pytest.approx(200, abs=4 * (4000 * 0.05 * 0.95) ** 0.5)
    assert counts["autre"] == 0
    assert {(one.source, one.probability) for one in drawn} == {("avis", 0.2), ("forum", 0.05)}
    assert all(0 <= one.rank < 1 for one in drawn)


def test_audit_draws_again_what_it_drew() -> None:
    many = [read(str(rank)) for rank in range(500)]
    few, more = ({one.version for each in many for one in audit({"avis": chance})(each)} for chance in (0.1, 0.3))
    assert few < more


def test_draw_is_apart_for_each_purpose() -> None:
    assert draw("audit", "v") != draw("flagged", "v")


# choose


def chosen(many: list[Reviewable], *, rules: list[Rule] | None = None, **facts: Any) -> Any:
    given = {"quotas": Quotas(per_source=6, per_code=4), "waiting": [], "coded": set()} | facts
    return choose(many, rules or [DOUBT], audit({}), **given)


DOUBTS = [read(f"v{rank}", {"a.b": 0.4 + rank / 100, "a.c": 0.5 + rank / 100}) for rank in range(10)]


def test_choose_keeps_to_the_quotas_of_codes_and_sources() -> None:
    found = chosen([*DOUBTS, *(replace(one, version=f"f{one.version}", source="forum") for one in DOUBTS)]).new
    for source in ("avis", "forum"):
        codes = [one.code for one in found if one.source == source]
        assert (codes.count("a.b"), codes.count("a.c")) == (3, 3)
    assert [one.version for one in found if (one.source, one.code) == ("avis", "a.b")] == ["v0", "v1", "v2"]
    assert chosen(DOUBTS, quotas=Quotas(per_source=9, per_code=1)).new[0].code == "a.b"
    assert chosen(DOUBTS, quotas=Quotas(per_source=0)).new == chosen(DOUBTS, quotas=Quotas(per_code=0)).new == []


def test_choose_orders_codes_in_turn() -> None:
    found = chosen(DOUBTS).new
    assert [(one.code, one.version) for one in found[:4]] == [
        ("a.b", "v0"),
        ("a.c", "v0"),
        ("a.b", "v1"),
        ("a.c", "v1"),
    ]
    assert [one.rank for one in found] == sorted(one.rank for one in found)
    assert 0 < found[0].rank < found[-1].rank < 1


def test_choose_is_the_same_in_any_order() -> None:
    shuffled = list(DOUBTS)
    Random(3).shuffle(shuffled)
    assert chosen(shuffled).new == chosen(DOUBTS).new


def test_choose_again_changes_nothing() -> None:
    first = chosen(DOUBTS)
    again = chosen(DOUBTS, waiting=first.new)
    assert (again.new, again.stale) == ([], set())


def test_choose_fills_the_place_of_what_was_coded() -> None:
    first = chosen(DOUBTS).new
    left = [one for one in first if one.version != "v0"]
    again = chosen(DOUBTS, waiting=left, coded={"v0"})
    assert [(one.code, one.version) for one in again.new] == [("a.b", "v3"), ("a.c", "v3")]


def test_choose_lets_go_what_nothing_speaks_for() -> None:
    waiting = chosen(DOUBTS).new
    asked = replace(waiting[0], reason="asked", asked_by="lea")
    sure = [read(one.version, {"a.b": 0.95}) for one in DOUBTS]
    again = chosen(sure, waiting=[*waiting, asked, replace(asked, reason="audit", asked_by=None)])
    assert again.stale == {one.id for one in waiting}


def test_choose_leaves_copies_and_what_was_coded_to_the_audit() -> None:
    many = [replace(DOUBTS[0], repeats=True), DOUBTS[1]]
    found = choose(many, [DOUBT], audit({"avis": 1.0}), quotas=Quotas(), waiting=[], coded={"v1"})
    assert found.new == []
    assert [one.version for one in found.drawn] == ["v0", "v1"]


def test_choose_asks_a_question_once_by_the_rule_that_presses_most() -> None:
    rules: list[Rule] = [contradicted, against_another({}, {})]
    other = Scored({"negatif": 0.9, "neutre": 0.1, "positif": 0.0}, {})
    (found,) = chosen([read(scores=Scores(nps=0), other=other)], rules=rules).new
    assert (found.reason, found.code) == ("disagreement", None)


@pytest.mark.parametrize(("size", "chance"), [(0, 0.0), (10, 1.0), (100, 0.2), (2000, 0.02), (100_000, 0.001)])
def test_quotas_audit_neither_too_few_nor_too_many(size: int, chance: float) -> None:
    assert Quotas().chance(size) == chance
