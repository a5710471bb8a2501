from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listening.errors import StoreError
from listening.records import CodeVerdict, Reading, Run, Scores, Tag, Verbatim, Verdict
from listening.store import audit
from listening.store.lineage import Export, add_exports
from listening.store.queue import QueueItem, add_items
from listening.store.store import Store
from listening.store.traces import Trace, trace
from listening.store.verdicts import add_verdicts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
POST = Verbatim(source="s", channel="forum", external_id="17", text="Trop cher", language="fr", scores=Scores(stars=2))
EDITED = replace(POST, text="Bien trop cher")
OTHER = replace(POST, external_id="18", text="Accueil parfait")
TAGS = tuple(
    Tag(code=code, probability=probability, polarity="negatif", polarity_probability=0.9, start=0, stop=4)
    for code, probability in (("a.b", 0.9), ("a.c", 0.3))
)
READING = Reading(sentiment={"negatif": 0.8, "neutre": 0.1, "positif": 0.1}, tags=TAGS)
VERDICT = Verdict(
    id="v" * 32,
    verbatim=POST.id,
    version=POST.version,
    coder="lise",
    at=NOON,
    codebook="c@1",
    codes=(CodeVerdict(code="a.b", polarity="negatif"),),
)


def run(store: Store, hour: int, step: str = "ingest:s") -> Run:
    lineage = {"thresholds": {"a.b": 0.5, "a.c": 0.5}}
    return store.start_run(Run(id=f"r{hour}", step=step, started_at=NOON + timedelta(hours=hour), lineage=lineage))


@pytest.fixture
def lived(store: Store) -> Store:
    """A store where a verbatim was read, tagged, asked about, coded, shown, scored anew, edited; beside another."""
    store.add_verbatims([("f1", POST), ("g1", OTHER)], run(store, 1))
    tagging = run(store, 2, "tag")
    pending = store.pending("m@1", "c@1", limit=2)
    store.add_readings([(one, [], READING) for one in pending], model="m@1", codebook="c@1", run=tagging)
    add_items(store, [QueueItem(verbatim=POST.id, version=POST.version, reason="audit", source="s")], tagging)
    add_verdicts(store, [VERDICT, replace(VERDICT, id="w" * 32, verbatim=OTHER.id, version=OTHER.version)])
    shown = Export(kind="report", path="/a.html", sha256="0", versions=(POST.version,), at=NOON, run="r3")
    add_exports(store, [shown, replace(shown, path="/b.csv", versions=(OTHER.version,))])
    store.add_verbatims([("f2", replace(POST, scores=Scores(stars=1)))], run(store, 4))
    store.add_verbatims([("f3", EDITED)], run(store, 5))
    return store


@pytest.mark.parametrize("name", [POST.id, POST.version, EDITED.version, "17"])
def test_trace_is_found_by_any_of_its_names(lived: Store, name: str) -> None:
    assert trace(lived, name).id == POST.id


def states(found: Trace) -> object:
    return [(one.text, one.facts["stars"], one.run, one.ended_by) for one in found.states]


def readings(found: Trace) -> object:
    return [(one.version, one.run, [tag.code for tag in one.tags], set(one.held)) for one in found.readings]


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (states, [("Trop cher", 2, "r1", "r4"), ("Trop cher", 1, "r4", "r5"), ("Bien trop cher", 2, "r5", None)]),
        (readings, [(POST.version, "r2", ["a.b", "a.c"], {"a.b"})]),
        (lambda found: [one.reason for one in found.asked], ["audit"]),
        (lambda found: [one.id for one in found.verdicts], ["v" * 32]),
        (lambda found: [one.path for one in found.exports], ["/a.html"]),
        (lambda found: [one.actor for one in found.lines], ["lise"]),
    ],
)
def test_trace_tells_its_whole_history_and_no_other(
    lived: Store, look: Callable[[Trace], object], expected: object
) -> None:
    assert look(trace(lived, POST.id)) == expected


def test_trace_tells_when_its_source_took_it_back(lived: Store) -> None:
    lived.mark_deleted({POST.id: NOON}, run(lived, 6))
    assert [(one.text, one.deleted_at, one.ended_by) for one in trace(lived, POST.id).states[2:]] == [
        ("Bien trop cher", NOON, "r6")
    ]


def test_trace_of_what_was_erased_is_its_audit(store: Store) -> None:
    with store.transaction() as connection:
        audit.note(connection, at=NOON, actor="lise", action="erase", subject=POST.id, detail={})
    found = trace(store, POST.id)
    assert (found.states, [one.action for one in found.lines]) == ([], ["erase"])


def test_trace_of_an_unknown_name_says_where_names_are(lived: Store) -> None:
    with pytest.raises(StoreError, match="aucun verbatim « 99 » ; donnez la colonne « identifiant »"):
        trace(lived, "99")


def test_trace_of_a_name_of_two_sources_asks_which(lived: Store) -> None:
    there = replace(POST, source="t")
    lived.add_verbatims([("h1", there)], run(lived, 6))
    with pytest.raises(StoreError, match="plusieurs verbatims s'appellent « 17 »"):
        trace(lived, "17")
