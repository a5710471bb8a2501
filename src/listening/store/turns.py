"""Words are written, or erased, never both at once: what a writer finds there stays until it is done."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Select, select, text, update

from listening.store import schema
from listening.store.engine import named

TABLE = schema.erasures
ERASED = select(TABLE.c.name).where(TABLE.c.kind == "verbatim")


def hold(connection: Connection) -> None:
    """Let nothing be erased before this transaction ends; others may write meanwhile."""
    _lock(connection, "SHARE")


def take(connection: Connection) -> None:
    """Let nothing be written before this transaction ends; it waits for those that write."""
    _lock(connection, "SHARE ROW EXCLUSIVE")


def present(connection: Connection, versions: Collection[str]) -> set[str]:
    """Give those of the versions that are there and are not being erased; so they stay, once erasures are held."""
    texts, found = schema.verbatims, set()
    for some in named(versions):
        query = select(texts.c.version).where(texts.c.version.in_(some), texts.c.id.not_in(ERASED))
        found |= set(connection.scalars(query))
    return found


def leaving() -> Select[tuple[str]]:
    """Give the versions that are there and are being erased: nothing is to be asked of them any more."""
    texts = schema.verbatims
    return select(texts.c.version).where(texts.c.id.in_(ERASED)).correlate(None)


def claim(connection: Connection, which: ColumnElement[bool]) -> list[tuple[str, str]]:
    """Give the ids and versions that meet a condition; nobody else changes them before this transaction ends.

    All who change verbatims claim them first, in one order: none waits for another that waits for them.
    """
    texts = schema.verbatims
    query = select(texts.c.id, texts.c.version).where(which).order_by(texts.c.version)
    return [(place, version) for place, version in connection.execute(query.with_for_update(key_share=True))]


def _lock(connection: Connection, mode: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE tombstones IN {mode} MODE"))
    else:  # a statement that may write takes SQLite's only lock, even if it finds nothing to change
        connection.execute(update(schema.tombstones).where(schema.tombstones.c.place == "").values(why=""))
