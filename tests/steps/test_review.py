from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from listening.codebook import Codebook
from listening.errors import StoreError
from listening.records import Reading, Run, Tag, Verbatim, Verdict, content_id
from listening.review.queue import Quotas
from listening.steps.review import ask, fill_queue
from listening.store.frames import counts
from listening.store.queue import QueueItem, items_of, open_items
from listening.store.store import Store
from listening.store.verdicts import add_verdicts
from listening.tagging.abstain import Scored
from listening.tagging.engine import Tagger

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CODES = ("effort.attente", "effort.web", "prix.niveau")
UNSURE = Scored((0.2, 0.3, 0.8), (0.1, 0.6))  # too few held-out texts: all scores are in the band
SAD = {"negatif": 0.8, "neutre": 0.1, "positif": 0.1}
DOUBTED, SURE = (
    tuple(
        Tag(code=code, probability=score, polarity="negatif", polarity_probability=0.9, start=0, stop=5)
        for code, score in scores.items()
    )
    for scores in ({"effort.attente": 0.4, "effort.web": 0.7}, {"prix.niveau": 0.9, "effort.attente": 0.4})
)
READING = Reading(sentiment=SAD, tags=DOUBTED)  # type: ignore[arg-type]
FEW = Quotas(per_source=2, per_code=1, audit_share=0.0, audit_least=0)


@dataclass
class Told:
    """An engine that read already: what it knows of its codes is told."""

    model: str = "m@1"
    codes: tuple[str, ...] = CODES
    thresholds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(CODES, 0.5))
    held_out: dict[str, Scored] = field(default_factory=lambda: dict.fromkeys(CODES, UNSURE))

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        return [READING for _ in texts]


def read_all(store: Store, model: str, codebook: Codebook, reading: Reading, **facts: Any) -> None:
    origin = {"model": model, "codebook": codebook.reference}
    run = store.start_run(Run(id=content_id(*origin.values()), step="tag", started_at=NOON, **origin, **facts))
    pending = store.pending(limit=9, **origin)
    store.add_readings([(one, [], reading) for one in pending], run=run, **origin)


@pytest.fixture
def read(store: Store, codebook: Codebook) -> tuple[Store, Tagger, Codebook]:
    """Four verbatims that were read, with a queue of two questions."""
    for rank in range(4):
        one = Verbatim(source="avis", channel="review", external_id=str(rank), text=f"Texte {rank}", language="fr")
        store.add_verbatims([(one.version, one)], Run(id="r", step="ingest", started_at=NOON))
    read_all(store, "m@1", codebook, READING)
    fill_queue(store, Told(), codebook, FEW)
    return store, Told(), codebook


def code_all(store: Store, items: list[QueueItem], **facts: object) -> None:
    given = {"coder": "lea", "at": NOON, "codebook": "essai@1", "sentiment": "negatif"} | facts
    add_verdicts(
        store,
        [
            Verdict(id=uuid4().hex, verbatim=one.verbatim, version=one.version, **given)  # type: ignore[arg-type]
            for one in items
        ],
    )


def test_fill_queue_keeps_to_the_quotas(read: tuple[Store, Tagger, Codebook]) -> None:
    store, *engine = read
    items = open_items(store)
    assert [one.reason for one in items] == ["abstained", "abstained"]
    assert len({one.code for one in items}) == 2
    assert fill_queue(store, *engine, Quotas(per_source=9, per_code=9)) == {"abstained": 4, "audit": 4}
    assert items == [one for one in open_items(store) if one.id in {each.id for each in items}]


def test_fill_queue_again_changes_nothing(read: tuple[Store, Tagger, Codebook]) -> None:
    store, *engine = read
    fill_queue(store, *engine)
    before = counts(store), open_items(store)
    fill_queue(store, *engine)
    assert (counts(store), open_items(store)) == before


def test_fill_queue_replaces_what_was_coded(read: tuple[Store, Tagger, Codebook]) -> None:
    store, *engine = read
    coded = open_items(store)[:1]
    code_all(store, coded)
    fill_queue(store, *engine, FEW)
    left = open_items(store)
    assert coded[0].version not in {one.version for one in left}
    assert len(left) == 2


def test_fill_queue_for_a_tagger_that_read_nothing_changes_nothing(read: tuple[Store, Tagger, Codebook]) -> None:
    store, _, codebook = read
    before = open_items(store)
    assert fill_queue(store, Told(model="neuf@1"), codebook, FEW) == {"abstained": len({one.version for one in before})}
    assert open_items(store) == before != []


def test_fill_queue_audits_what_was_coded_too(read: tuple[Store, Tagger, Codebook]) -> None:
    store, *engine = read
    coded = open_items(store)[:1]
    code_all(store, coded)
    fill_queue(store, *engine)
    (drawn,) = [one for one in items_of(store, [coded[0].version])[coded[0].version] if one.reason == "audit"]
    assert drawn.closed_at is not None
    assert len(open_items(store, reason="audit")) == 3


def test_fill_queue_asks_again_under_another_codebook(read: tuple[Store, Tagger, Codebook]) -> None:
    store, tagger, codebook = read
    fill_queue(store, tagger, codebook, every := Quotas(audit_least=9))
    code_all(store, open_items(store))
    fill_queue(store, tagger, codebook, every)
    assert open_items(store) == []
    newer = Codebook.model_validate(codebook.model_dump() | {"version": "2"})
    read_all(store, "m@1", newer, replace(READING, tags=()))
    assert fill_queue(store, tagger, newer, every) == {"audit": 4}


def test_fill_queue_raises_the_probability_of_what_a_larger_audit_draws(
    read: tuple[Store, Tagger, Codebook],
) -> None:
    store, *engine = read
    fill_queue(store, *engine, Quotas(per_source=0, audit_share=0.5, audit_least=0))
    few = {one.id for one in open_items(store, reason="audit")}
    fill_queue(store, *engine, Quotas(per_source=0, audit_least=4))
    drawn = open_items(store, reason="audit")
    assert few <= {one.id for one in drawn}
    assert [one.probability for one in drawn] == [1.0] * 4
    fill_queue(store, *engine, Quotas(per_source=0, audit_share=0.5, audit_least=0))
    assert open_items(store, reason="audit") == drawn


def test_fill_queue_asks_where_another_engine_decides_differently(read: tuple[Store, Tagger, Codebook]) -> None:
    store, tagger, codebook = read
    thresholds = {"prix.niveau": 0.5}  # of effort.web it knows nothing
    read_all(store, "autre@1", codebook, Reading(sentiment=SAD, tags=SURE), configuration={"thresholds": thresholds})
    fill_queue(store, tagger, codebook, Quotas(audit_least=0))
    assert {one.code for one in open_items(store, reason="disagreement")} == {"prix.niveau"}
    assert len(open_items(store, reason="disagreement")) == 4


def test_ask_puts_verbatims_first(read: tuple[Store, Tagger, Codebook]) -> None:
    store, *engine = read
    last = open_items(store)[-1]
    assert ask(store, [last.verbatim], asked_by="zoe") == 1
    assert ask(store, [last.version], asked_by="zoe") == 0
    assert replace(open_items(store)[0], rank=0.0) == QueueItem(
        verbatim=last.verbatim, version=last.version, source="avis", reason="asked", asked_by="zoe"
    )
    fill_queue(store, *engine, FEW)
    assert open_items(store)[0].reason == "asked"


def test_ask_names_what_is_not_there(store: Store) -> None:
    known = Verbatim(source="s", channel="review", external_id="1", text="Bien")
    store.add_verbatims([("f", known)], Run(id="r", step="ingest", started_at=NOON))
    with pytest.raises(StoreError, match="aucun verbatim absent, perdu ; donnez"):
        ask(store, [known.id, "absent", "perdu"], asked_by="zoe")
    assert open_items(store) == []
