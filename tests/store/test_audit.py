from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, update

from listening.store import audit, schema
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def noted(store: Store) -> Store:
    for number in range(3):
        with store.transaction() as connection:
            audit.note(connection, at=NOON, actor="lea", action="web", subject=f"v{number}", detail={"codes": ["a.b"]})
    return store


def test_note_numbers_lines_and_seals_each_by_the_one_before(noted: Store) -> None:
    first, second, third = audit.lines(noted)
    assert (first.sequence, first.previous) == (1, audit.FIRST)
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert (third.at, third.subject, third.detail) == (NOON, "v2", {"codes": ["a.b"]})
    assert audit.broken(noted) == []


def test_note_is_undone_with_what_it_tells(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as connection:
        audit.note(connection, at=NOON, actor="lea", action="web", subject="v", detail={})
        raise ZeroDivisionError
    assert list(audit.lines(store)) == []


def test_note_seals_what_is_kept_of_words(store: Store) -> None:
    with store.transaction() as connection:
        audit.note(connection, at=NOON, actor="l\0ea", action="w\0eb", subject="v\0", detail={"motif": "a\0b"})
    (line,) = audit.lines(store)
    assert (line.actor, line.action, line.subject) == ("lea", "web", "v")
    assert audit.broken(store) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (update(schema.audit).where(schema.audit.c.sequence == 2).values(actor="momo"), [2]),
        (update(schema.audit).where(schema.audit.c.sequence == 2).values(detail={}), [2]),
        (delete(schema.audit).where(schema.audit.c.sequence == 2), [3]),
        (delete(schema.audit).where(schema.audit.c.sequence == 1), [2]),
    ],
)
def test_broken_gives_what_was_changed_or_taken_out(noted: Store, change: Any, found: list[int]) -> None:
    with noted.transaction() as connection:
        connection.execute(change)
    assert audit.broken(noted) == found
