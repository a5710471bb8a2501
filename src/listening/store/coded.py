"""What coders did, counted and found again: the last verdict, the day's, and what a second person may code."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, cast, distinct, exists, func, select, true
from sqlalchemy.orm import aliased

from listening.records import Verdict
from listening.store import schema
from listening.store.shown import was_shown
from listening.store.store import Store
from listening.store.verdicts import verdicts

TABLE = schema.verdicts


def last_verdict(store: Store, coder: str, *, codebook: str) -> Verdict | None:
    """Give the last verdict that a coder gave on the pages and did not take back."""
    mine = and_(TABLE.c.coder == coder, TABLE.c.codebook == codebook, TABLE.c.origin == "web", _stands())
    query = select(TABLE.c.id, TABLE.c.verbatim).where(mine).order_by(TABLE.c.at.desc(), TABLE.c.id.desc()).limit(1)
    with store.transaction() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return {one.id: one for one in verdicts(store, verbatim=row.verbatim, coder=coder)}[row.id]


def count_coded(store: Store, coder: str, *, codebook: str, since: datetime) -> int:
    """Give how many versions a coder coded since a moment."""
    mine = and_(TABLE.c.coder == coder, TABLE.c.codebook == codebook, TABLE.c.state == "coded", TABLE.c.at >= since)
    with store.transaction() as connection:
        return connection.scalar(select(func.count(distinct(TABLE.c.version))).where(mine, _stands())) or 0


def coded_once(
    store: Store, *, without: str, codebook: str, among: Collection[str] | None = None, limit: int | None = None
) -> list[str]:
    """Give current versions that one person coded and `without` may code blind; those that were coded blind first.

    They neither coded nor skipped them, nor were shown what was said of them. Then they come by their names, which are
    hashes: the first are as good as drawn by chance. `among` is where they are looked for, all unless told.
    """
    texts, mine = schema.verbatims, aliased(schema.verdicts)
    by_them = and_(mine.c.version == TABLE.c.version, mine.c.coder == without, mine.c.codebook == codebook)
    judged = exists().where(by_them, _stands(mine), mine.c.origin != "adjudication")
    coded = and_(TABLE.c.codebook == codebook, TABLE.c.state == "coded", TABLE.c.origin != "adjudication", _stands())
    query = (
        select(TABLE.c.version)
        .join(texts, texts.c.version == TABLE.c.version)
        .where(texts.c.current, coded, ~judged, ~was_shown(TABLE.c.version, without))
        .where(true() if among is None else TABLE.c.version.in_(among))
        .group_by(TABLE.c.version)
        .having(func.count(distinct(TABLE.c.coder)) == 1)
        .order_by(func.max(cast(TABLE.c.blind, Integer)).desc(), TABLE.c.version)
        .limit(limit)
    )
    with store.transaction() as connection:
        return list(connection.scalars(query))


def _stands(table: Any = TABLE) -> Any:
    later = aliased(schema.verdicts)
    return and_(table.c.state != "undone", ~exists().where(later.c.undoes == table.c.id))
