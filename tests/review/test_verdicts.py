from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listening.records import CodeVerdict, Verdict
from listening.review.verdicts import alike, codings, decisions, disputes, opinions, standing, undo

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DELAY = CodeVerdict(code="effort.attente", polarity="negatif", start=0, stop=4)
PRICE = CodeVerdict(code="offre.prix", polarity="neutre")


def verdict(id: str, coder: str = "lea", **facts: object) -> Verdict:
    given = {"verbatim": "v", "version": "v1", "codebook": "c@1", "sentiment": "negatif", "codes": (DELAY,)} | facts
    return Verdict(id=id, coder=coder, at=NOON + timedelta(minutes=int(id)), **given)  # type: ignore[arg-type]


def taken_back(one: Verdict, id: str) -> Verdict:
    return undo(one, id=id, at=NOON + timedelta(minutes=int(id)))


FIRST, SECOND = verdict("1"), verdict("2", codes=())
OTHER = verdict("2", coder="momo", codes=(PRICE,))


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        ([FIRST], ["1"]),
        ([SECOND, FIRST], ["2"]),
        ([FIRST, SECOND, taken_back(SECOND, "3")], ["1"]),
        ([FIRST, taken_back(FIRST, "3")], []),
        ([FIRST, taken_back(FIRST, "3"), verdict("4")], ["4"]),
        ([FIRST, replace(taken_back(FIRST, "3"), coder="momo")], ["1"]),  # not theirs to take back
        ([FIRST, replace(taken_back(FIRST, "3"), at=NOON)], []),  # by a clock that went back
        ([FIRST, verdict("5", state="skipped", codes=())], ["5"]),
        ([FIRST, verdict("2", coder="momo")], ["1", "2"]),
        ([FIRST, verdict("2", codebook="c@2")], ["1", "2"]),
        ([FIRST, verdict("2", version="v0")], ["1", "2"]),  # of the text as it was, in a page left open
    ],
)
def test_standing_is_the_last_that_was_not_taken_back(given: list[Verdict], stands: list[str]) -> None:
    assert sorted(one.id for one in standing(given).values()) == stands


def test_undo_refuses_what_takes_back() -> None:
    with pytest.raises(ValueError, match="cannot be taken back"):
        taken_back(taken_back(FIRST, "2"), "3")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (verdict("2", codes=(replace(DELAY, start=None, stop=None),), note="vu"), True),
        (verdict("2", codes=(PRICE, DELAY)), False),
        (verdict("2", codes=(replace(DELAY, polarity="positif"),)), False),
        (verdict("2", sentiment="neutre"), False),
    ],
)
def test_alike_compares_what_is_said(other: Verdict, same: bool) -> None:
    assert alike(FIRST, other) is same


def test_codings_leave_out_skips_and_reconciliations() -> None:
    reconciled = verdict("3", origin="adjudication")
    skipped = verdict("4", coder="zoe", state="skipped")
    found = codings([verdict("2", coder="momo"), FIRST, reconciled, skipped])
    assert {subject: [one.id for one in ones] for subject, ones in found.items()} == {("v1", "c@1"): ["1", "2"]}


@pytest.mark.parametrize(
    ("given", "decided", "disputed"),
    [
        ([FIRST], "1", False),
        ([FIRST, verdict("2", coder="momo")], "1", False),
        ([FIRST, verdict("2", coder="momo", codes=(PRICE,))], None, True),
        (
            [FIRST, verdict("2", coder="momo", codes=(PRICE,)), verdict("3", coder="chef", origin="adjudication")],
            "3",
            False,
        ),
        # who decides between others may be one of them
        ([FIRST, verdict("2", coder="momo", codes=(PRICE,)), verdict("3", origin="adjudication")], "3", False),
        ([FIRST, verdict("2", coder="momo", version="v2", codes=(PRICE,))], "1", False),  # another text
        ([FIRST, taken_back(FIRST, "2")], None, False),
    ],
)
def test_decisions_are_what_all_say_or_who_reconciles(
    given: list[Verdict], decided: str | None, disputed: bool
) -> None:
    found = decisions(given).get(("v1", "c@1"))
    assert (found.id if found else None) == decided
    assert (("v1", "c@1") in disputes(given)) is disputed


@pytest.mark.parametrize(
    ("given", "all_told", "told_blind"),
    [
        ([FIRST], ["1"], []),
        ([replace(FIRST, blind=True)], ["1"], ["1"]),
        ([replace(FIRST, blind=True), OTHER], ["1", "2"], ["1"]),
        ([replace(FIRST, blind=True), replace(OTHER, blind=True)], ["1", "2"], ["1", "2"]),
        # who decides between them saw what they said, which counts as blind where all of them were
        ([replace(FIRST, blind=True), OTHER, verdict("3", origin="adjudication")], ["3"], ["1"]),
        (
            [replace(FIRST, blind=True), replace(OTHER, blind=True), verdict("3", "chef", origin="adjudication")],
            ["3"],
            ["3"],
        ),
    ],
)
def test_opinions_are_what_decides_or_what_each_said(
    given: list[Verdict], all_told: list[str], told_blind: list[str]
) -> None:
    found = [opinions(given, blind=blind).get(("v1", "c@1"), []) for blind in (False, True)]
    assert [[one.id for one in ones] for ones in found] == [all_told, told_blind]
