"""A store with something in every table that is copied or exported."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from listening.records import CodeVerdict, Reading, RowProblem, Run, Scores, Segment, Tag, Verbatim, Verdict
from listening.store.attempts import attempt, wait_or_count
from listening.store.coders import Coder, add_coder
from listening.store.copies import Examined, add_examined
from listening.store.quarantine import put_aside
from listening.store.sessions import begin_session
from listening.store.shown import note_shown
from listening.store.store import Store
from listening.store.verdicts import add_verdicts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="tag", started_at=NOON, model="m@1", codebook="c@1", configuration={"thresholds": {"a.b": 0.5}})
ANSWER = Verbatim(
    source="enquête",
    channel="survey",
    external_id="1",
    text="Accueil parfait 🙂",
    language="fr",
    created_at=NOON,
    flags=("sante",),
    scores=Scores(nps=9),
    meta={"région": "Île-de-France"},
)
LEA = Coder(name="lea", role="coder", password="$argon2id$", created_at=NOON)
TAG = Tag(code="a.b", probability=0.9, polarity="positif", polarity_probability=0.8, start=0, stop=15)
READING = Reading(sentiment={"negatif": 0.1, "neutre": 0.1, "positif": 0.8}, tags=(TAG,))


@pytest.fixture
def full_store(store: Store) -> Store:
    """Three verbatims, one edited since and one taken back, with their readings, a verdict and a refused row."""
    store.start_run(RUN)
    answers = [replace(ANSWER, external_id=str(rank), text=f"{rank} {ANSWER.text}") for rank in range(3)]
    store.add_verbatims([(one.version, one) for one in answers], RUN)
    waiting = store.pending("m@1", "c@1", limit=9)
    rows = [(one, [Segment(0, 15, one.text[:15])], READING) for one in waiting]
    store.add_readings(rows, model="m@1", codebook="c@1", run=RUN)
    found = [Examined(one.version, answers[0].version, None, (-(2**63), rank)) for rank, one in enumerate(answers)]
    add_examined(store, found, {}, method="1", run=RUN)
    store.add_verbatims([("f9", replace(answers[1], text="Accueil froid"))], RUN)
    store.mark_deleted({answers[2].id: NOON}, RUN)
    verdict = Verdict(
        id="1" * 32,
        verbatim=answers[1].id,
        version=answers[1].version,
        coder="lea",
        at=NOON,
        codebook="c@1",
        codes=(CodeVerdict(code="a.b", polarity="positif", start=0, stop=7),),
        note="à revoir",
    )
    add_verdicts(store, [verdict])
    note_shown(store, "lea", [answers[0].version, verdict.version], at=NOON)
    wait_or_count(store, attempt(b"cle", "lea", "192.0.2.7"), at=NOON)
    add_coder(store, LEA, by="essai")
    begin_session(store, LEA, "secret", at=NOON)
    put_aside(store, [RowProblem(source="enquête", row="ligne 4", reason="note illisible", content="dix")], RUN)
    store.keep_cursor("enquête", "x", "42", RUN)
    return store
