"""Words are written, or erased, never both at once: what a writer finds there stays until it is done."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from sqlalchemy import Connection, select, text, update

from listening.store import schema

TABLE = schema.erasures
NAMED = 5000  # versions named in one statement


def hold(connection: Connection) -> None:
    """Let nothing be erased before this transaction ends; others may write meanwhile."""
    _lock(connection, "SHARE")


def take(connection: Connection) -> None:
    """Let nothing be written before this transaction ends; it waits for those that write."""
    _lock(connection, "SHARE ROW EXCLUSIVE")


def present(connection: Connection, versions: Collection[str]) -> set[str]:
    """Give those of the versions that are there and are not being erased; so they stay, once erasures are held."""
    texts, found, names = schema.verbatims, set(), iter(versions)
    erased = select(TABLE.c.name).where(TABLE.c.kind == "verbatim")
    while some := list(islice(names, NAMED)):
        query = select(texts.c.version).where(texts.c.version.in_(some), texts.c.id.not_in(erased))
        found |= set(connection.scalars(query))
    return found


def _lock(connection: Connection, mode: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE tombstones IN {mode} MODE"))
    else:  # a statement that may write takes SQLite's only lock, even if it finds nothing to change
        connection.execute(update(schema.tombstones).where(schema.tombstones.c.place == "").values(why=""))
