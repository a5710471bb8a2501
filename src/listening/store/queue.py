"""What people should read, and why: items that are added, given in order, closed by verdicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Select, and_, delete, distinct, exists, func, select, update

from listening.records import Run, content_id
from listening.store import schema
from listening.store.engine import named, upsert
from listening.store.shown import was_shown
from listening.store.store import Store
from listening.store.turns import present

Reason = Literal["abstained", "disagreement", "audit", "flagged", "asked"]
REASONS: tuple[Reason, ...] = get_args(Reason)
TABLE = schema.queue


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A version that a person should read; `verbatim` and `version` are ids, `code` the one in doubt, if one is.

    `probability` is that with which an audit drew it, 1.0 otherwise; the smallest `rank` comes first.
    """

    verbatim: str
    version: str
    reason: Reason
    source: str
    code: str | None = None
    probability: float = 1.0
    rank: float = 0.0
    asked_by: str | None = None
    closed_at: datetime | None = None

    @property
    def id(self) -> str:
        """Id of the question: it is asked once of each version, by each who asks."""
        return content_id(self.version, self.reason, self.code or "", *([self.asked_by] if self.asked_by else []))


COLUMNS = [TABLE.c[field.name] for field in fields(QueueItem)]


def add_items(store: Store, items: Iterable[QueueItem], run: Run) -> int:
    """Add the items that are not there yet, open or closed, of versions that are; give how many."""
    rows = {one.id: asdict(one) | {"id": one.id, "run": run.id} for one in items}
    with store.writing() as connection:
        there = {name for part in named(rows) for name in _known(connection, part)}
        kept = present(connection, {row["version"] for row in rows.values()})
        new = [row for name, row in rows.items() if name not in there and row["version"] in kept]
        upsert(connection, TABLE, new)
    return len(new)


def open_items(
    store: Store,
    *,
    coder: str | None = None,
    codebook: str | None = None,
    reason: Reason | None = None,
    code: str | None = None,
    source: str | None = None,
    blind: bool = False,
    limit: int | None = None,
) -> list[QueueItem]:
    """Give the open items of current verbatims, in order; of a version in doubt for several reasons, each.

    For a `coder`, leaves out the versions that they coded or skipped already, under the `codebook` if given, and those
    of an audit, which is coded blind, once they were shown what the engine or others said of them; where all is to be
    coded `blind`, any that they were shown. `limit` counts items.
    """
    query = _still_open(select(*COLUMNS)).order_by(TABLE.c.rank, TABLE.c.id)
    for column, value in ((TABLE.c.reason, reason), (TABLE.c.code, code), (TABLE.c.source, source)):
        if value is not None:
            query = query.where(column == value)
    if coder is not None:
        shown = was_shown(TABLE.c.version, coder)
        query = query.where(~_judged(coder, codebook), ~(shown if blind else and_(shown, _drawn())))
    with store.transaction() as connection:
        return [QueueItem(**row) for row in connection.execute(query.limit(limit)).mappings()]


def items_of(store: Store, versions: Sequence[str]) -> dict[str, list[QueueItem]]:
    """Give the items of versions, open and closed, in order."""
    found: dict[str, list[QueueItem]] = {}
    with store.transaction() as connection:
        for part in named(versions):
            query = select(*COLUMNS).where(TABLE.c.version.in_(part)).order_by(TABLE.c.rank, TABLE.c.id)
            for row in connection.execute(query).mappings():
                found.setdefault(row["version"], []).append(QueueItem(**row))
    return found


def drawn_items(store: Store) -> list[QueueItem]:
    """Give what the audit drew of current verbatims, answered or not, in order of version."""
    texts = schema.verbatims
    query = select(*COLUMNS).join(texts, texts.c.version == TABLE.c.version)
    drawn = query.where(TABLE.c.reason == "audit", texts.c.current).order_by(TABLE.c.version)
    with store.transaction() as connection:
        return [QueueItem(**row) for row in connection.execute(drawn).mappings()]


def count_open(store: Store) -> dict[Reason, int]:
    """Give how many versions of current verbatims wait, by reason: one may wait for several."""
    query = _still_open(select(TABLE.c.reason, func.count(distinct(TABLE.c.version)))).group_by(TABLE.c.reason)
    with store.transaction() as connection:
        counts = {row[0]: row[1] for row in connection.execute(query)}
    return {reason: counts[reason] for reason in REASONS if reason in counts}


def settle(store: Store, versions: Sequence[str] | None = None, *, codebook: str, at: datetime, coders: int = 1) -> int:
    """Close the items of versions (of all that are open) that enough coders coded; give how many were closed.

    It also opens again those of which verdicts were taken back. Call it after adding verdicts; calling it again
    changes nothing.
    """
    with store.transaction() as connection:
        waiting = select(TABLE.c.version).distinct().where(TABLE.c.closed_at.is_(None))
        names = list(connection.scalars(waiting)) if versions is None else list(versions)
        closed = 0
        for part in named(names):
            coded = _coded_by(connection, part, codebook, coders)
            closed += _set_closed(connection, coded, at)
            if versions is not None:
                _set_closed(connection, set(part) - coded, None)
    return closed


def coded_versions(store: Store, codebook: str) -> set[str]:
    """Give the versions that somebody coded under a codebook."""
    with store.transaction() as connection:
        return set(connection.scalars(_coders_of(codebook).with_only_columns(schema.verdicts.c.version).distinct()))


def withdraw(store: Store, ids: Collection[str]) -> None:
    """Take out open items, by id, that there is no reason for any more."""
    with store.transaction() as connection:
        for part in named(sorted(ids)):
            connection.execute(delete(TABLE).where(TABLE.c.id.in_(part), TABLE.c.closed_at.is_(None)))


def reopen(store: Store, ids: Collection[str]) -> None:
    """Open items, by id, that were closed under another codebook."""
    with store.transaction() as connection:
        for part in named(sorted(ids)):
            connection.execute(update(TABLE).where(TABLE.c.id.in_(part)).values(closed_at=None))


def raise_probabilities(store: Store, drawn: Iterable[QueueItem]) -> None:
    """Give items of an audit that a larger one draws again the probability of that one."""
    with store.transaction() as connection:
        for one in drawn:
            lower = and_(TABLE.c.id == one.id, TABLE.c.probability < one.probability)
            connection.execute(update(TABLE).where(lower).values(probability=one.probability, rank=one.rank))


def _still_open(query: Select[Any]) -> Select[Any]:
    texts = schema.verbatims
    return query.join(texts, texts.c.version == TABLE.c.version).where(TABLE.c.closed_at.is_(None), texts.c.current)


def _stands(verdicts: Any) -> Any:
    later = schema.verdicts.alias()
    undone = exists().where(later.c.undoes == verdicts.c.id, later.c.coder == verdicts.c.coder)
    return and_(verdicts.c.state != "undone", ~undone)


def _judged(coder: str, codebook: str | None) -> Any:
    given = schema.verdicts
    mine = and_(given.c.version == TABLE.c.version, given.c.coder == coder, _stands(given))
    return exists().where(mine, given.c.codebook == codebook) if codebook else exists().where(mine)


def _drawn() -> Any:
    same = TABLE.alias()
    return exists().where(same.c.version == TABLE.c.version, same.c.reason == "audit", same.c.closed_at.is_(None))


def _coders_of(codebook: str) -> Select[Any]:
    given = schema.verdicts
    return select(given.c.version, given.c.coder).where(
        given.c.codebook == codebook, given.c.state == "coded", _stands(given)
    )


def _coded_by(connection: Connection, versions: Sequence[str], codebook: str, coders: int) -> set[str]:
    given = schema.verdicts
    enough = func.count(distinct(given.c.coder)) >= coders
    query = _coders_of(codebook).with_only_columns(given.c.version).where(given.c.version.in_(versions))
    return set(connection.scalars(query.group_by(given.c.version).having(enough)))


def _set_closed(connection: Connection, versions: Collection[str], at: datetime | None) -> int:
    other = TABLE.c.closed_at.is_(None) if at else TABLE.c.closed_at.is_not(None)
    found = update(TABLE).where(TABLE.c.version.in_(sorted(versions)), other)
    return connection.execute(found.values(closed_at=at)).rowcount


def _known(connection: Connection, ids: Sequence[str]) -> list[str]:
    return list(connection.scalars(select(TABLE.c.id).where(TABLE.c.id.in_(ids))))
