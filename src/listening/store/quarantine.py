"""Rows that could not be used: kept with their reason, shown, and let go once they can be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, fields

from sqlalchemy import Connection, delete, func, select

from listening.records import RowProblem, Run, content_id
from listening.store import schema
from listening.store.engine import upsert
from listening.store.store import Store

TABLE = schema.quarantine


def put_aside(
    store: Store,
    problems: Sequence[RowProblem],
    run: Run,
    *,
    erased: Callable[[Connection], Collection[RowProblem]] = lambda connection: (),
) -> int:
    """Keep rows that a run could not use; give how many were not there yet.

    `erased` gives, in the same transaction, those that stay out.
    """
    with store.writing() as connection:
        gone = erased(connection)
        rows = {_id(one): asdict(one) | {"run": run.id} for one in problems if one not in gone}
        there = set(connection.scalars(select(TABLE.c.id).where(TABLE.c.id.in_(list(rows)))))
        upsert(connection, TABLE, [{"id": name} | row for name, row in rows.items()])
    return len(rows) - len(there)


def put_aside_by_source(store: Store) -> dict[str, int]:
    """Give how many rows are in quarantine, by source."""
    query = select(TABLE.c.source, func.count()).group_by(TABLE.c.source).order_by(TABLE.c.source)
    with store.transaction() as connection:
        return dict(connection.execute(query).all())


def in_quarantine(store: Store, source: str | None = None) -> Iterator[RowProblem]:
    """Give the rows in quarantine, of one source or of all, by source and place."""
    query = select(*(TABLE.c[field.name] for field in fields(RowProblem))).order_by(TABLE.c.source, TABLE.c.row)
    with store.snapshot() as connection:
        for row in connection.execute(query.where(TABLE.c.source == source) if source else query):
            yield RowProblem(**dict(row._mapping) | {"marks": tuple(row.marks)})


def let_go(store: Store, source: str, run: Run) -> int:
    """Take out the rows of a source that this run, which read all of it, did not refuse again; give how many."""
    with store.transaction() as connection:
        return connection.execute(delete(TABLE).where(TABLE.c.source == source, TABLE.c.run != run.id)).rowcount


def _id(problem: RowProblem) -> str:
    return content_id(problem.source, problem.row, problem.reason, problem.content)
