from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from listening.codebook import Codebook
from listening.errors import CodebookError
from listening.records import CodeVerdict, Run, Verbatim, Verdict
from listening.review.verdicts import decisions
from listening.steps.carry import Carried, carried_lines, carry
from listening.store import audit, schema
from listening.store.queue import QueueItem, add_items, open_items, settle
from listening.store.store import Store
from listening.store.verdicts import add_verdicts, verdicts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="ingest", started_at=NOON)
A, B, C, D = "effort.attente", "effort.web", "prix.niveau", "prix.clarte"
Revised = Callable[..., Codebook]


def verbatim(external_id: str) -> Verbatim:
    return Verbatim(source="s", channel="survey", external_id=external_id, text="Trop long et trop cher", language="fr")


def verdict(place: str, *codes: str, minutes: int = 0, **facts: object) -> Verdict:
    """A decision of Léa on a place; `codes` are negative, but those after a plus."""
    given = tuple(CodeVerdict(code=c.lstrip("+"), polarity="positif" if c[0] == "+" else "negatif") for c in codes)
    post = verbatim(place)
    one = Verdict(
        id=f"{place}{minutes:031}",
        verbatim=post.id,
        version=post.version,
        coder="lea",
        at=NOON + timedelta(minutes=minutes),
        codebook="essai@1",
        codes=given,
    )
    return replace(one, **facts)  # type: ignore[arg-type]


@pytest.fixture
def next_version(revised: Revised) -> Codebook:
    """A split, a merge, a renaming and an addition."""
    return revised({A: (), "effort.file": (A,), "prix.tout": (C, D), "effort.site": (B,), "effort.neuf": ()})


def stored(store: Store, *given: Verdict) -> None:
    posts = {one.version: one for one in map(verbatim, "abcdef")}
    store.add_verbatims(list(posts.items()), RUN)
    add_verdicts(store, given)


def queued(store: Store) -> list[tuple[str, str, str | None, str]]:
    table = schema.queue
    names = {verbatim(place).version: place for place in "abcdef"}
    with store.transaction() as connection:
        rows = connection.execute(select(table).order_by(table.c.version)).all()
    return sorted((names[row.version], row.reason, row.code, row.asked_by) for row in rows)


def test_carry_adds_renamed_and_merged_codes_and_keeps_what_was_decided(
    store: Store, codebook: Codebook, next_version: Codebook
) -> None:
    first = verdict("a", B, C, D, blind=True, probability=0.2, queue="q", note="lu", sentiment="negatif")
    stored(store, first)
    carry(store, codebook, next_version)
    (one,) = verdicts(store, codebook="essai@2")
    assert [code.code for code in one.codes] == ["effort.site", "prix.tout"]
    assert one == replace(first, id=one.id, at=one.at, codes=one.codes, origin="carried", codebook="essai@2")
    assert list(verdicts(store, codebook="essai@1")) == [first]


def test_carry_asks_a_person_about_a_split_code_and_contrary_tones(
    store: Store, codebook: Codebook, next_version: Codebook
) -> None:
    stored(store, verdict("a", A, B), verdict("b", C, f"+{D}"), verdict("c", B))
    found = carry(store, codebook, next_version)
    assert queued(store) == [("a", "asked", None, "essai@2"), ("b", "asked", "prix.tout", "essai@2")]
    assert [one.verbatim for one in verdicts(store, codebook="essai@2")] == [verbatim("c").id]
    assert (len(found.verdicts), len(found.asked)) == (1, 2)


def test_carry_takes_the_last_decision_of_each_coder_that_was_not_taken_back(
    store: Store, codebook: Codebook, next_version: Codebook
) -> None:
    second = verdict("a", C, minutes=1)
    stored(
        store,
        verdict("a", B),
        second,
        verdict("a", state="undone", undoes=second.id, minutes=2),
        verdict("a", D, coder="momo", minutes=3),
        verdict("b", B, minutes=4),
        verdict("b", state="skipped", minutes=5),
    )
    found = carry(store, codebook, next_version)
    assert {(one.coder, one.codes[0].code) for one in found.verdicts} == {("lea", "effort.site"), ("momo", "prix.tout")}
    assert found.skipped == 1


def test_carry_leaves_what_was_decided_under_the_new_version(
    store: Store, codebook: Codebook, next_version: Codebook
) -> None:
    later = {"codebook": "essai@2", "minutes": 9}
    stored(
        store,
        verdict("a", B),
        verdict("a", "effort.neuf", **later),
        verdict("b", A),
        verdict("b", "effort.file", coder="momo", **later),  # type: ignore[arg-type]
    )
    found = carry(store, codebook, next_version)
    assert (found.verdicts, found.asked, found.known) == ([], {}, 2)


def test_carry_a_second_time_does_nothing(store: Store, codebook: Codebook, next_version: Codebook) -> None:
    stored(store, verdict("a", B), verdict("b", A))
    carry(store, codebook, next_version)
    before = list(verdicts(store)), queued(store)
    carry(store, codebook, next_version)
    assert (list(verdicts(store)), queued(store)) == before


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (1, "1 décision déjà reprise ou prise à nouveau."),
        (2, "2 décisions déjà reprises ou prises à nouveau."),
    ],
)
def test_carried_lines_count_what_was_known(codebook: Codebook, next_version: Codebook, known: int, said: str) -> None:
    lines = carried_lines(Carried(known=known), codebook, next_version)
    assert lines[1].replace("\xa0", " ") == said


def test_carry_does_not_bring_back_what_was_taken_back(
    store: Store, codebook: Codebook, next_version: Codebook
) -> None:
    stored(store, verdict("a", B))
    (one,) = carry(store, codebook, next_version).verdicts
    undone = verdict("a", state="undone", undoes=one.id, codebook="essai@2", minutes=9)
    add_verdicts(store, [undone])
    assert carry(store, codebook, next_version).verdicts == []


def test_carry_asks_a_text_whole_when_one_of_its_coders_used_a_split_code(
    store: Store, codebook: Codebook, next_version: Codebook
) -> None:
    stored(store, verdict("a", A), verdict("a", B, coder="momo", minutes=1))
    assert carry(store, codebook, next_version).verdicts == []
    assert queued(store) == [("a", "asked", None, "essai@2")]


def test_carry_takes_of_what_was_reconciled_the_reconciliation(
    store: Store, codebook: Codebook, next_version: Codebook
) -> None:
    third = verdict("a", B, C, coder="zoe", origin="adjudication", minutes=2)
    stored(store, verdict("a", A), verdict("a", C, coder="momo", minutes=1), third)
    carry(store, codebook, next_version)
    (one,) = verdicts(store, codebook="essai@2")
    assert (one.coder, [code.code for code in one.codes]) == ("zoe", ["effort.site", "prix.tout"])
    assert decisions([one]) == {(one.version, "essai@2"): one}


def test_carry_asks_again_what_was_asked_and_read_before(
    store: Store, codebook: Codebook, next_version: Codebook
) -> None:
    one = verdict("a", A)
    stored(store, one)
    add_items(store, [QueueItem(verbatim=one.verbatim, version=one.version, reason="asked", source="s")], RUN)
    assert settle(store, codebook="essai@1", at=NOON) == 1
    carry(store, codebook, next_version)
    assert [(item.version, item.asked_by) for item in open_items(store)] == [(one.version, "essai@2")]


def test_carry_goes_on_to_a_third_version(store: Store, codebook: Codebook, next_version: Codebook) -> None:
    third = next_version.model_dump() | {"version": "3", "from": "essai@2"}
    third["codes"] = {"prix.valeur": {"label": "Valeur", "definition": "d", "replaces": ["prix.tout"]}}
    stored(store, verdict("a", C))
    carry(store, codebook, next_version)
    carry(store, next_version, Codebook.model_validate(third))
    (one,) = verdicts(store, codebook="essai@3")
    assert [code.code for code in one.codes] == ["prix.valeur"]


def test_carry_asks_nobody_about_a_text_that_changed(store: Store, codebook: Codebook, next_version: Codebook) -> None:
    stored(store, verdict("a", A))
    changed = replace(verbatim("a"), text="Finalement très bien")
    store.add_verbatims([(changed.version, changed)], RUN)
    carry(store, codebook, next_version)
    assert queued(store) == []


def test_carry_on_trial_writes_nothing(store: Store, codebook: Codebook, next_version: Codebook) -> None:
    stored(store, verdict("a", B), verdict("b", A))
    found = carry(store, codebook, next_version, trial=True)
    assert (len(found.verdicts), len(found.asked)) == (1, 1)
    assert (len(list(verdicts(store))), queued(store)) == (2, [])


def test_carry_is_told_to_the_audit_and_to_the_runs(store: Store, codebook: Codebook, next_version: Codebook) -> None:
    stored(store, verdict("a", B), verdict("b", A))
    carry(store, codebook, next_version)
    assert [line.action for line in audit.lines(store)] == ["web", "web", "carried"]
    with store.transaction() as connection:
        (run,) = connection.execute(select(schema.runs)).all()
    assert (run.step, run.codebook, run.status, run.counts) == (
        "carry",
        "essai@2",
        "completed",
        {"carried": 1, "asked": 1},
    )


def test_carry_refuses_two_plans_of_one_reference(store: Store, codebook: Codebook) -> None:
    with pytest.raises(CodebookError, match="même référence"):
        carry(store, codebook, codebook)


def test_carried_lines_say_what_is_not_known(store: Store, codebook: Codebook, revised: Revised) -> None:
    new = revised({A: (), "effort.file": (A,), C: (), "prix.neuf": ()})
    stored(store, verdict("a", B, C), verdict("b", A), verdict("c", state="skipped"))
    lines = [line.replace("\xa0", " ") for line in carried_lines(carry(store, codebook, new), codebook, new)]
    assert lines == [
        "1 décision reprise sous essai@2, 1 verbatim à relire (code scindé, ou codes réunis dont les tons s'opposent).",
        "1 verbatim passé sans décision, non repris.",
        "1 décision reprise y perd un code retiré.",
        "Une décision reprise ne dit rien des codes ajoutés : prix.neuf.",
    ]
