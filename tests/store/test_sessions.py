from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from listening.store import schema
from listening.store.coders import Coder, add_coder, disable_coder
from listening.store.sessions import LASTING, begin_session, end_session, whose_session
from listening.store.store import Store, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEA = Coder(name="lea", role="coder", password="$argon2id$1", created_at=NOON)
Change = Callable[[Store], None]


def change_role(store: Store) -> None:
    add_coder(store, replace(LEA, role="reader"), by="essai")


def change_password(store: Store) -> None:
    add_coder(store, replace(LEA, password="$argon2id$2"), by="essai")


def close_account(store: Store) -> None:
    disable_coder(store, "lea", at=NOON, by="essai")


@pytest.fixture
def entered(store: Store) -> Store:
    """Léa came in by one secret, Momo by another."""
    for coder, secret in ((LEA, "s1"), (replace(LEA, name="momo"), "s2")):
        add_coder(store, coder, by="essai")
        assert begin_session(store, coder, secret, at=NOON)
    return store


def test_session_is_open_to_who_has_its_secret(entered: Store, store_place: str) -> None:
    assert whose_session(entered, "s1", at=NOON) == LEA
    assert whose_session(entered, "s3", at=NOON) is None
    with open_store(store_place) as again:
        assert whose_session(again, "s1", at=NOON) == LEA


def test_session_ends_when_it_is_left(entered: Store) -> None:
    end_session(entered, "s1")
    assert whose_session(entered, "s1", at=NOON) is None
    assert whose_session(entered, "s2", at=NOON) is not None


def test_session_ends_after_hours_and_is_dropped(entered: Store) -> None:
    assert whose_session(entered, "s1", at=NOON + LASTING) is None
    assert begin_session(entered, LEA, "s3", at=NOON + LASTING)
    with entered.transaction() as connection:
        assert len(connection.scalars(select(schema.sessions.c.id)).all()) == 1


@pytest.mark.parametrize("change", [change_role, change_password, close_account])
def test_session_ends_when_its_account_changes(entered: Store, change: Change) -> None:
    change(entered)
    assert whose_session(entered, "s1", at=NOON) is None
    assert whose_session(entered, "s2", at=NOON) is not None
    add_coder(entered, LEA, by="essai")
    assert whose_session(entered, "s1", at=NOON) is None


@pytest.mark.parametrize("change", [change_password, close_account])
def test_session_is_not_opened_by_what_an_account_was(entered: Store, change: Change) -> None:
    change(entered)
    assert not begin_session(entered, LEA, "s3", at=NOON)
    assert whose_session(entered, "s3", at=NOON) is None


def test_secret_is_not_stored(entered: Store) -> None:
    with entered.transaction() as connection:
        assert "s1" not in connection.scalars(select(schema.sessions.c.id)).all()
