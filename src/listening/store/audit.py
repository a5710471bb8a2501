"""Who did what, line after line, each sealed by the hash of the one before: nothing is taken out unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select, text, update

from listening.store import schema
from listening.store.schema import kept
from listening.store.store import Store

TABLE = schema.audit
FIRST = "0" * 64  # what seals the first line


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """An action of somebody (a coder's name, or the command that ran) on a subject (the id of a verbatim, a run…)."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    previous: str
    hash: str


def note(
    connection: Connection, *, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """Add a line in the transaction of what it tells; `detail` holds ids and counts, never a verbatim."""
    _take_turns(connection)
    last = connection.execute(select(TABLE.c.sequence, TABLE.c.hash).order_by(TABLE.c.sequence.desc()).limit(1)).first()
    sequence, previous = (last.sequence + 1, last.hash) if last else (1, FIRST)
    line = {
        "sequence": sequence,
        "at": at,
        "actor": kept(actor),
        "action": kept(action),
        "subject": kept(subject),
        "detail": dict(detail),
    }
    connection.execute(TABLE.insert().values(**line, previous=previous, hash=_seal(previous, line)))


def lines(store: Store, *, subject: str | None = None) -> Iterator[AuditLine]:
    """Give the lines on a subject, or all, the oldest first."""
    query = select(TABLE).order_by(TABLE.c.sequence)
    with store.snapshot() as connection:
        for row in connection.execute(query.where(TABLE.c.subject == subject) if subject else query):
            yield AuditLine(**row._mapping)


def broken(store: Store) -> list[int]:
    """Give the places where a line was changed, added or taken out.

    Lines taken from the end leave no trace in what is left: note the last hash elsewhere to see them.
    """
    found, previous, expected = [], FIRST, 1
    for line in lines(store):
        told = {name: getattr(line, name) for name in ("sequence", "at", "actor", "action", "subject", "detail")}
        if (line.sequence, line.previous) != (expected, previous) or line.hash != _seal(previous, told):
            found.append(line.sequence)
        previous, expected = line.hash, line.sequence + 1
    return found


def _seal(previous: str, line: Mapping[str, Any]) -> str:
    told = dict(line) | {"at": line["at"].isoformat(), "previous": previous}
    return sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _take_turns(connection: Connection) -> None:
    """Let one writer at a time find the last line."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
    else:  # a statement that may write takes SQLite's only lock, even if it finds nothing to change
        connection.execute(update(TABLE).where(TABLE.c.sequence == -1).values(actor=""))
