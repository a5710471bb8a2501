"""What coders were shown: whoever saw what the engine or others said of a version does not code it blind any more.

This is the one place that says so. Pages and workbooks note what they show; the queue, double coding and whoever keeps
a verdict ask here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, exists, select

from listening.store import schema
from listening.store.engine import named, upsert
from listening.store.store import Store
from listening.store.turns import present

TABLE = schema.shown


def note_shown(store: Store, coder: str, versions: Collection[str], *, at: datetime) -> None:
    """Note that somebody is shown what the engine or others said of versions; what they saw before writes nothing."""
    fresh = set(versions) - shown_to(store, coder, versions)
    if fresh:
        with store.writing() as connection:
            rows = [{"version": one, "coder": coder, "at": at} for one in present(connection, fresh)]
            upsert(connection, TABLE, rows)


def shown_to(store: Store, coder: str, versions: Iterable[str]) -> set[str]:
    """Give those of the versions of which somebody was shown what the engine or others said."""
    found = set()
    with store.transaction() as connection:
        for part in named(versions):
            mine = select(TABLE.c.version).where(TABLE.c.version.in_(part), TABLE.c.coder == coder)
            found |= set(connection.scalars(mine))
    return found


def was_shown(version: Column[Any], coder: str) -> ColumnElement[bool]:
    """Give the condition that `shown_to` tests, for a column of versions in a query."""
    return exists().where(TABLE.c.version == version, TABLE.c.coder == coder)
