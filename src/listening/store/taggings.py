"""Which runs tagged under a codebook."""

from __future__ import annotations

from sqlalchemy import select

from listening.records import Run
from listening.store import schema
from listening.store.store import Store


def taggings(store: Store, codebook: str) -> list[Run]:
    """Give the runs that tagged under a codebook, the last first."""
    table = schema.runs
    query = select(table).where(table.c.step == "tag", table.c.codebook == codebook)
    with store.transaction() as connection:
        rows = connection.execute(query.order_by(table.c.started_at.desc(), table.c.id)).mappings()
        return [Run(**row) for row in rows]
