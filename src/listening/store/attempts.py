"""How often somebody may be wrong at the door: failures are counted by account, by address, and by both.

All that serve the store count together, and a restart forgets nothing. Names given and addresses are kept as keyed
hashes, as long as they count.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, delete, select, text

from listening.store import schema
from listening.store.store import Store
from listening.text.pseudonym import keyed_hash

WITHIN = timedelta(minutes=15)
BY_BOTH, BY_ONE = 5, 30  # an account cannot be closed to its owner by somebody elsewhere before 30 failures
TABLE = schema.attempts


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to sign in: keyed hashes of the name given and of the address that it came from."""

    account: str
    address: str


def attempt(key: bytes, name: str, address: str) -> Attempt:
    """Give a try as it is kept.

    >>> attempt(b"secret", "lea", "192.0.2.7").address == attempt(b"autre", "lea", "192.0.2.7").address
    False
    """
    return Attempt(keyed_hash(key, "compte", name), keyed_hash(key, "adresse", address))


def wait_or_count(store: Store, tried: Attempt, *, at: datetime) -> timedelta:
    """Give how long to wait before this try, or count it as failed and give nothing; failures that are too old go.

    It is counted before the password is looked at, so that many tries at once are no more than the same in turn.
    """
    with store.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE attempts IN EXCLUSIVE MODE"))
        # before any reading: it takes the only lock of SQLite
        connection.execute(delete(TABLE).where(TABLE.c.at <= at - WITHIN))
        wait = max(_wait(connection, same, most, at) for same, most in _limits(tried))
        if not wait:
            connection.execute(TABLE.insert().values(id=uuid4().hex, at=at, **asdict(tried)))
    return wait


def forget_failures(store: Store, tried: Attempt) -> None:
    """Forget the failures of an account from an address: the right password was given."""
    with store.transaction() as connection:
        connection.execute(delete(TABLE).where(_of_account(tried), _from_address(tried)))


def _wait(connection: Connection, same: ColumnElement[bool], most: int, at: datetime) -> timedelta:
    """Give how long the last failures, as many as may be, stay too many."""
    oldest = select(TABLE.c.at).where(same).order_by(TABLE.c.at.desc()).offset(most - 1).limit(1)
    failed = connection.scalar(oldest)
    return failed + WITHIN - at if failed else timedelta()


def _limits(tried: Attempt) -> tuple[tuple[ColumnElement[bool], int], ...]:
    account, address = _of_account(tried), _from_address(tried)
    return (and_(account, address), BY_BOTH), (account, BY_ONE), (address, BY_ONE)


def _of_account(tried: Attempt) -> ColumnElement[bool]:
    return TABLE.c.account == tried.account


def _from_address(tried: Attempt) -> ColumnElement[bool]:
    return TABLE.c.address == tried.address
