from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from listening.records import Run, Verbatim, Verdict
from listening.store import schema
from listening.store.coded import coded_once
from listening.store.queue import QueueItem, Reason, add_items, open_items
from listening.store.shown import note_shown, shown_to
from listening.store.store import Store
from listening.store.verdicts import add_verdicts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="review", started_at=NOON)
POST = Verbatim(source="avis", channel="review", external_id="1", text="Texte", language="fr")
PLACE = {"verbatim": POST.id, "version": POST.version}


def item(reason: Reason) -> QueueItem:
    return QueueItem(**PLACE, source="avis", reason=reason)


@pytest.fixture
def held(store: Store) -> Store:
    """A verbatim that somebody coded."""
    store.add_verbatims([("f", POST)], RUN)
    add_verdicts(store, [Verdict(**PLACE, id="1" * 32, coder="zoe", at=NOON, codebook="c@1", sentiment="negatif")])
    return store


def test_shown_is_of_each_coder(held: Store) -> None:
    note_shown(held, "lea", [POST.version], at=NOON)
    assert shown_to(held, "lea", [POST.version, "absente"]) == {POST.version}
    assert shown_to(held, "momo", [POST.version]) == set()


def test_shown_is_noted_once_and_of_versions_that_are_there(held: Store) -> None:
    for minute in range(2):
        note_shown(held, "lea", [POST.version, "0" * 20], at=NOON + timedelta(minutes=minute))
    with held.transaction() as connection:
        assert connection.execute(select(schema.shown)).all() == [(POST.version, "lea", NOON)]


def test_shown_is_not_coded_again_blind(held: Store) -> None:
    assert coded_once(held, without="lea", codebook="c@1", limit=9) == [POST.version]
    note_shown(held, "lea", [POST.version], at=NOON)
    assert coded_once(held, without="lea", codebook="c@1", limit=9) == []
    assert coded_once(held, without="momo", codebook="c@1", limit=9) == [POST.version]


@pytest.mark.parametrize(
    ("reasons", "blind", "given"),
    [
        (["abstained"], False, True),
        (["abstained"], True, False),
        (["audit"], False, False),
        (["abstained", "audit"], False, False),
    ],
)
def test_queue_gives_nothing_blind_that_was_shown(held: Store, reasons: list[Reason], blind: bool, given: bool) -> None:
    add_items(held, [item(one) for one in reasons], RUN)
    note_shown(held, "lea", [POST.version], at=NOON)
    assert bool(open_items(held, coder="lea", blind=blind)) is given
    assert len(open_items(held, coder="momo", blind=blind)) == len(reasons)
    assert len(open_items(held, blind=blind)) == len(reasons)
