"""What was erased does not come back: keyed hashes of verbatims, of refused rows, of authors, and nothing of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, exists, select

from listening.store import schema
from listening.store.engine import named, upsert
from listening.text.pseudonym import keyed_hash

Why = Literal["demande", "conservation"]
TABLE = schema.tombstones
AUTHOR, ROW, MARK = "auteur", "ligne", "marque"  # the reasons of the tombstones that are not those of verbatims


def verbatim_place(key: bytes, name: str) -> str:
    """Give the place of a verbatim's tombstone, by its id."""
    return keyed_hash(key, name)


def author_place(key: bytes, author: str, source: str | None = None) -> str:
    """Give the place of the tombstone of what an author (a keyed hash) wrote, in a source or in all."""
    return keyed_hash(key, AUTHOR, author, source or "")


def row_place(key: bytes, source: str, content: str) -> str:
    """Give the place of a refused row's tombstone: its content, for its line may move."""
    return keyed_hash(key, ROW, source, content)


def mark_place(key: bytes, mark: str, source: str | None = None) -> str:
    """Give the place of the tombstone of refused rows that carry a mark, in a source or in all."""
    return keyed_hash(key, MARK, mark, source or "")


def lay(connection: Connection, places: Iterable[str], *, why: str, at: datetime) -> None:
    """Lay tombstones; one that is there takes the new moment."""
    upsert(connection, TABLE, [{"place": place, "at": at, "why": why} for place in dict.fromkeys(places)])


def laid(connection: Connection, places: Iterable[str]) -> dict[str, datetime]:
    """Give those of the places where a tombstone lies, and since when."""
    found: dict[str, datetime] = {}
    for some in named(places):
        found.update(connection.execute(select(TABLE.c.place, TABLE.c.at).where(TABLE.c.place.in_(some))).all())
    return found


def any_for(connection: Connection, why: str) -> bool:
    """Tell whether there is a tombstone of this reason."""
    return bool(connection.scalar(select(exists().where(TABLE.c.why == why))))
