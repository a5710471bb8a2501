from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from listening.errors import StoreError
from listening.records import Reading, Run, Verbatim
from listening.store import schema
from listening.store.cards import Origin, outdated, prepare, refresh
from listening.store.check import check
from listening.store.copies import unexamined
from listening.store.erasable import Place
from listening.store.erasure import Begun, begin, begun, erase
from listening.store.frames import counts
from listening.store.store import Store, open_store
from listening.store.turns import claim

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="ingest", started_at=NOON)
POST = Verbatim(source="s", channel="forum", external_id="1", text="Trop cher", language="fr")
READING = Reading(sentiment={"negatif": 1.0, "neutre": 0.0, "positif": 0.0}, tags=())
TASK = Begun(kind="bytes", name="r9", at=NOON, why="demande", actor="lea")


@pytest.fixture
def other(store: Store, store_place: str) -> Iterator[Store]:
    """The same store, with a verbatim, as another program has it open."""
    store.add_verbatims([("f1", POST)], RUN)
    with open_store(store_place) as opened:
        yield opened


def take_out(store: Store) -> None:
    with store.alone() as connection:
        begin(connection, [Place(POST.id, POST.source, POST.external_id)], [], TASK)
    erase(store, [one for one in begun(store) if one.kind == "verbatim"], run=RUN)


def still(work: Future[Any]) -> bool:
    """Whether some work still waits after a moment."""
    try:
        work.result(timeout=0.3)
    except TimeoutError:
        return True
    return False


def test_erasing_waits_for_who_writes_and_takes_what_was_written(store: Store, other: Store) -> None:
    with ThreadPoolExecutor(1) as programs:
        with store.writing() as connection:
            erasing = programs.submit(take_out, other)
            assert still(erasing)
            connection.execute(insert(schema.segments).values(version=POST.version, rank=0, start=0, stop=4))
        erasing.result()
    assert counts(store)["segments"] == counts(store)["verbatims"] == 0
    assert [one.what for one in check(store) if one.faults and not one.mendable] == []


def test_cards_of_another_origin_wait_for_who_writes_those_of_before(store: Store, other: Store) -> None:
    with ThreadPoolExecutor(1) as programs:
        with store.writing() as connection:
            refresh(connection, [POST.version])
            making = programs.submit(prepare, other, Origin("m", "c", {}))
            assert still(making)
            row = connection.execute(select(schema.verbatims)).mappings().one()
            connection.execute(insert(schema.verbatims).values(dict(row) | {"version": "new", "id": "new"}))
            refresh(connection, ["new"])
        making.result()
    assert list(outdated(store)) == []


def test_two_that_change_the_same_verbatims_wait_in_one_order(store: Store, other: Store) -> None:
    posts = sorted((replace(POST, external_id=str(rank)) for rank in range(2, 5)), key=lambda one: one.version)
    for one in reversed(posts):
        store.add_verbatims([("f2", one)], RUN)
    changed = [("f3", replace(one, brand="A")) for one in reversed(posts)]
    with ThreadPoolExecutor(1) as programs:
        with store.writing() as connection:
            claim(connection, schema.verbatims.c.version == posts[0].version)
            changing = programs.submit(other.add_verbatims, changed, replace(RUN, id="r2"))
            assert still(changing)
            claim(connection, schema.verbatims.c.version.in_([one.version for one in posts]))
        assert changing.result() == {"new": 0, "changed": 0, "updated": 3}


def test_erasing_that_waits_too_long_says_why_and_loses_nothing(store: Store, other: Store) -> None:
    with other.engine.connect() as own:  # not to wait for half a minute
        server = own.dialect.name == "postgresql"
        own.exec_driver_sql("SET lock_timeout = '50ms'" if server else "PRAGMA busy_timeout = 50")
        own.commit()
    with store.writing(), pytest.raises(StoreError, match="verrouillée par un autre programme"):
        take_out(other)
    assert counts(other)["verbatims"] == 1
    take_out(other)
    assert counts(other)["verbatims"] == 0


def test_what_is_being_erased_is_neither_tagged_nor_grouped(store: Store, other: Store) -> None:
    with store.alone() as connection:
        begin(connection, [Place(POST.id, POST.source, POST.external_id)], [], TASK)
    assert store.pending("m", "c", limit=9) == []
    assert unexamined(store, after="", limit=9) == []


def test_writing_waits_for_who_erases_and_stores_nothing_of_it(store: Store, other: Store) -> None:
    (mine,) = store.pending("m", "c", limit=9)
    with ThreadPoolExecutor(1) as programs:
        with other.alone() as connection:
            adding = programs.submit(store.add_readings, [(mine, [], READING)], model="m", codebook="c", run=RUN)
            assert still(adding)
            connection.execute(schema.verbatims.delete())
        adding.result()
    assert counts(store)["readings"] == 0
