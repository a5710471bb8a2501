"""The store as it was: what a run replaces is kept, so that the verbatims and groups of then can be read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, and_, insert, literal, select, true

from listening.records import Run
from listening.store import schema


@dataclass(frozen=True, slots=True)
class View:
    """What to read: the verbatims and groups as they are, or as they were once the runs `started` had started."""

    verbatims: FromClause = schema.verbatims
    copies: FromClause = schema.copies
    started: Select[tuple[str]] | None = None

    def holds(self, table: Table) -> ColumnElement[bool]:
        """Give whether a row that a run added is to be read."""
        return true() if self.started is None else table.c.run.in_(self.started)


PRESENT = View()


def as_of(moment: datetime) -> View:
    """Give what the runs that had started by then had made of the store.

    What was erased since is not in it, nor the quarantine of then.
    """
    table = schema.runs
    started = select(table.c.id).where(table.c.started_at <= moment)
    return View(_verbatims_of(started), _copies_of(started), started)


def keep_verbatims(connection: Connection, which: ColumnElement[bool], run: Run) -> None:
    """Keep what current verbatims are before a run changes them or takes them back.

    That they are current is said so that no index answers it: SQLite would go through all current ones.
    """
    table = schema.verbatims
    _keep(connection, table, schema.former_verbatims, and_(table.c.current.is_not(False), which), run)


def keep_copies(connection: Connection, which: ColumnElement[bool], run: Run) -> None:
    """Keep in which groups versions are before a run moves or forgets them."""
    _keep(connection, schema.copies, schema.former_copies, which, run)


def _keep(connection: Connection, table: Table, former: Table, which: ColumnElement[bool], run: Run) -> None:
    """Copy rows; what the same run made was never the store at the start of another, and is not kept."""
    names = [column.name for column in former.c if column.name != "ended_by"]
    rows = select(*(table.c[name] for name in names), literal(run.id)).where(which, table.c.run != run.id)
    connection.execute(insert(former).from_select([*names, "ended_by"], rows))


def _verbatims_of(started: Select[tuple[str]]) -> FromClause:
    """Give the verbatims that were current once these runs had started: there since, or ended by a later run."""
    table, former = schema.verbatims, schema.former_verbatims
    names = [column.name for column in table.c if column.name not in ("current", "deleted_at", "fingerprint")]
    since = select(*(table.c[name] for name in names), true().label("current"))
    then = select(*((former if name in former.c else table).c[name] for name in names), true())
    return _states(
        since.where(table.c.current, table.c.run.in_(started)),
        then.join_from(former, table, former.c.version == table.c.version),
        former,
        started,
    )


def _copies_of(started: Select[tuple[str]]) -> FromClause:
    table, former = schema.copies, schema.former_copies
    since = select(table.c.version, table.c.original).where(table.c.run.in_(started))
    return _states(since, select(former.c.version, former.c.original), former, started)


def _states(since: Select[Any], then: Select[Any], former: Table, started: Select[tuple[str]]) -> FromClause:
    ended = then.where(former.c.run.in_(started), former.c.ended_by.not_in(started))
    return since.union_all(ended).subquery()
