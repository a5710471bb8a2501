"""What was erased does not come back: keyed hashes of verbatims, of refused rows, of authors, and nothing of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select

from listening.store import schema
from listening.store.store import Store
from listening.text.pseudonym import keyed_hash

Why = Literal["demande", "conservation"]
TABLE = schema.tombstones
AUTHOR, ROW = "auteur", "ligne"  # the reasons of the tombstones that are not those of verbatims


def verbatim_place(key: bytes, name: str) -> str:
    """Give the place of a verbatim's tombstone, by its id."""
    return keyed_hash(key, name)


def author_place(key: bytes, author: str, source: str | None = None) -> str:
    """Give the place of the tombstone of what an author (a keyed hash) wrote, in a source or in all."""
    return keyed_hash(key, AUTHOR, author, source or "")


def row_place(key: bytes, source: str, content: str) -> str:
    """Give the place of a refused row's tombstone: its content, for its line may move."""
    return keyed_hash(key, ROW, source, content)


def lay(store: Store, connection: Connection, places: Iterable[str], *, why: str, at: datetime) -> None:
    """Lay tombstones; one that is there takes the new moment."""
    store.upsert(connection, TABLE, [{"place": place, "at": at, "why": why} for place in dict.fromkeys(places)])


def laid(store: Store, places: Iterable[str]) -> Mapping[str, datetime]:
    """Give those of the places where a tombstone lies, and since when."""
    query = select(TABLE.c.place, TABLE.c.at).where(TABLE.c.place.in_(list(places)))
    with store.transaction() as connection:
        return dict(connection.execute(query).all())
