from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from listening.store import schema
from listening.store.attempts import BY_BOTH, BY_ONE, WITHIN, Attempt, attempt, forget_failures, wait_or_count
from listening.store.store import Store, open_store

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NONE = timedelta()
LEA = Attempt("lea", "a")


@pytest.mark.parametrize(
    ("tries", "waits"),
    [
        ([("lea", "a")] * (BY_BOTH - 1), False),
        ([("lea", "a")] * BY_BOTH, True),
        ([("lea", f"{n}") for n in range(BY_BOTH)], False),
        ([("lea", f"{n}") for n in range(BY_ONE)], True),
        ([(f"{n}", "a") for n in range(BY_ONE)], True),
        ([("momo", "b")] * BY_ONE, False),
    ],
)
def test_wait_counts_by_account_by_address_and_by_both(store: Store, tries: list[tuple[str, str]], waits: bool) -> None:
    for one in tries:
        wait_or_count(store, Attempt(*one), at=NOON)
    assert (wait_or_count(store, LEA, at=NOON) > NONE) is waits


def test_wait_ends_when_the_oldest_failure_is_old(store: Store) -> None:
    for minute in range(BY_BOTH):
        wait_or_count(store, LEA, at=NOON + timedelta(minutes=minute))
    assert wait_or_count(store, LEA, at=NOON + timedelta(minutes=5)) == WITHIN - timedelta(minutes=5)
    assert wait_or_count(store, LEA, at=NOON + WITHIN) == NONE


def test_wait_is_the_same_after_a_restart(store: Store, store_place: str) -> None:
    for _ in range(BY_BOTH):
        wait_or_count(store, LEA, at=NOON)
    with open_store(store_place) as again:
        assert wait_or_count(again, LEA, at=NOON) == WITHIN


def test_wait_lets_through_no_more_at_once_than_in_turn(store: Store, store_place: str) -> None:
    with ThreadPoolExecutor(4) as tries, open_store(store_place) as other:
        waits = list(tries.map(lambda where: wait_or_count(where, LEA, at=NOON), [store, other] * BY_BOTH))
    assert waits.count(NONE) == BY_BOTH


def test_failures_are_dropped_when_they_count_no_more(store: Store) -> None:
    wait_or_count(store, LEA, at=NOON)
    wait_or_count(store, Attempt("momo", "b"), at=NOON + WITHIN)
    with store.transaction() as connection:
        assert connection.scalars(select(schema.attempts.c.account)).all() == ["momo"]


def test_forget_lets_in_again_and_forgets_no_other(store: Store) -> None:
    for one in (LEA, Attempt("momo", "a"), Attempt("lea", "b")):
        for _ in range(BY_BOTH):
            wait_or_count(store, one, at=NOON)
    forget_failures(store, LEA)
    assert wait_or_count(store, LEA, at=NOON) == NONE
    assert wait_or_count(store, Attempt("momo", "a"), at=NOON) > NONE


def test_attempt_holds_neither_name_nor_address() -> None:
    made = attempt(b"cle", "lea", "192.0.2.7")
    assert made == attempt(b"cle", "lea", "192.0.2.7")
    assert made.account != attempt(b"autre", "lea", "192.0.2.7").account
    assert made.account != attempt(b"cle", "x", "lea").address
