"""Verbatims as pages show them: a few at a time, by what they are and by what an engine read in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, Text, and_, cast, exists, false, func, or_, select

from listening.records import POLARITIES, Polarity, Tag, content_id
from listening.store import schema
from listening.store.store import Store

COUNTED = 1000  # verbatims found that are counted and paged through: more say little
FEW = 20_000  # versions that are better looked up and sorted than met among all, the newest first
BEFORE = 3  # posts shown before the one that answers them
TEXTS, READINGS, TAGS = schema.verbatims, schema.readings, schema.tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A version of a verbatim as it is stored; `id` names its place."""

    version: str
    id: str
    current: bool
    source: str
    channel: str
    text: str
    question: str | None
    created_at: datetime | None
    brand: str | None
    wave: str | None
    url: str | None
    parent: str | None
    flags: Sequence[str]
    nps: int | None
    csat: int | None
    ces: int | None
    stars: float | None


COLUMNS = [TEXTS.c[field.name] for field in fields(Stored)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What an engine read in a version: the probability of each sentiment, and the tags that hold, by probability."""

    sentiment: Mapping[Polarity, float]
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What verbatims are asked for; what is left empty is not asked. `codes` are alternatives."""

    words: str = ""
    source: str = ""
    channel: str = ""
    wave: str = ""
    brand: str = ""
    sentiment: str = ""
    polarity: str = ""
    codes: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    unflagged: bool = False


def find(
    store: Store,
    filters: Filters,
    *,
    model: str,
    codebook: str,
    thresholds: Mapping[str, float],
    first: int = 0,
    limit: int = 25,
) -> list[Stored]:
    """Give current verbatims that match, the newest first, from rank `first` on."""
    with store.transaction() as connection:
        query = _matching(connection, select(*COLUMNS), filters, model, codebook, thresholds)
        ordered = query.order_by(TEXTS.c.created_at.desc().nulls_last(), TEXTS.c.version.desc())
        return [Stored(**row) for row in connection.execute(ordered.offset(first).limit(limit)).mappings()]


def count_found(store: Store, filters: Filters, *, model: str, codebook: str, thresholds: Mapping[str, float]) -> int:
    """Give how many current verbatims match, COUNTED + 1 where there are more than are counted."""
    with store.transaction() as connection:
        query = _matching(connection, select(TEXTS.c.version), filters, model, codebook, thresholds)
        some = query.limit(COUNTED + 1)
        return connection.scalar(select(func.count()).select_from(some.subquery())) or 0


def stored(store: Store, version: str) -> Stored | None:
    """Give a version, None where there is none."""
    with store.transaction() as connection:
        row = connection.execute(select(*COLUMNS).where(TEXTS.c.version == version)).mappings().first()
    return Stored(**row) if row else None


def stored_all(store: Store, versions: Sequence[str]) -> dict[str, Stored]:
    """Give some versions, by name."""
    with store.transaction() as connection:
        rows = connection.execute(select(*COLUMNS).where(TEXTS.c.version.in_(versions))).mappings()
        return {row["version"]: Stored(**row) for row in rows}


def current_at(store: Store, ids: Sequence[str]) -> dict[str, Stored]:
    """Give the current version of some places, by id."""
    with store.transaction() as connection:
        rows = connection.execute(select(*COLUMNS).where(TEXTS.c.id.in_(ids), TEXTS.c.current)).mappings()
        return {row["id"]: Stored(**row) for row in rows}


def said_before(store: Store, verbatim: Stored) -> list[Stored]:
    """Give the posts that a verbatim answers, the oldest first, BEFORE at most."""
    found: list[Stored] = []
    with store.transaction() as connection:
        parent = verbatim.parent
        while parent and len(found) < BEFORE:
            place = content_id(verbatim.source, parent)
            row = connection.execute(select(*COLUMNS).where(TEXTS.c.id == place, TEXTS.c.current)).mappings().first()
            if row is None or any(row["id"] == one.id for one in [verbatim, *found]):
                break
            found.insert(0, Stored(**row))
            parent = row["parent"]
    return found


def readings_of(
    store: Store, versions: Sequence[str], *, model: str, codebook: str, thresholds: Mapping[str, float]
) -> dict[str, Read]:
    """Give what an engine read in some versions; the tags whose threshold is in `thresholds`, and reached."""
    here = and_(READINGS.c.version.in_(versions), READINGS.c.model == model, READINGS.c.codebook == codebook)
    of_tags = and_(TAGS.c.version.in_(versions), TAGS.c.model == model, TAGS.c.codebook == codebook)
    columns = [TAGS.c[field.name] for field in fields(Tag)]
    tagged = select(TAGS.c.version, *columns).where(of_tags).order_by(TAGS.c.probability.desc(), TAGS.c.code)
    with store.transaction() as connection:
        moods = connection.execute(select(READINGS).where(here)).mappings().all()
        found: dict[str, list[Tag]] = {row["version"]: [] for row in moods}
        for version, *facts in connection.execute(tagged):
            tag = Tag(**dict(zip((column.name for column in columns), facts, strict=True)))
            if tag.probability >= thresholds.get(tag.code, 2.0):
                found.setdefault(version, []).append(tag)
    return {
        row["version"]: Read(sentiment={name: row[name] for name in POLARITIES}, tags=tuple(found[row["version"]]))
        for row in moods
    }


def moment_of(store: Store) -> str:
    """Give what changes whenever a run, other than one that asks for a review, begins or ends."""
    runs = schema.runs
    query = select(runs.c.id, runs.c.status).where(runs.c.step != "ask").order_by(runs.c.started_at.desc()).limit(1)
    with store.transaction() as connection:
        return " ".join(connection.execute(query).first() or ())


def choices(store: Store) -> dict[str, list[str]]:
    """Give the values of current verbatims that a filter may ask for: sources, channels, waves and brands."""
    found: dict[str, list[str]] = {}
    with store.transaction() as connection:
        for name in ("source", "channel", "wave", "brand"):
            column = TEXTS.c[name]
            given = select(column).distinct().where(TEXTS.c.current, column.is_not(None)).order_by(column)
            found[name] = list(connection.scalars(given))
    return found


def _matching(
    connection: Connection,
    query: Select[Any],
    filters: Filters,
    model: str,
    codebook: str,
    thresholds: Mapping[str, float],
) -> Select[Any]:
    query = query.where(TEXTS.c.current)
    for name in ("source", "channel", "wave", "brand"):
        if value := getattr(filters, name):
            query = query.where(TEXTS.c[name] == value)
    if filters.words:
        query = query.where(*(TEXTS.c.text.icontains(word, autoescape=True) for word in filters.words.split()))
    if filters.since:
        query = query.where(TEXTS.c.created_at >= filters.since)
    if filters.until:
        query = query.where(TEXTS.c.created_at < filters.until)
    if filters.unflagged:
        query = query.where(cast(TEXTS.c.flags, Text) == "[]")
    if filters.sentiment in POLARITIES:
        query = query.where(_among(connection, READINGS, _felt(filters.sentiment, model, codebook)))
    if filters.codes or filters.polarity:
        query = query.where(_among(connection, TAGS, _carrying(filters, model, codebook, thresholds)))
    return query


def _among(connection: Connection, table: Table, holds: ColumnElement[bool]) -> ColumnElement[bool]:
    """Keep the versions of which some row of a table holds: few are found first, many are met on the way."""
    found = select(table.c.version).where(holds)
    number = connection.scalar(select(func.count()).select_from(found.limit(FEW + 1).subquery())) or 0
    if number <= FEW:
        return TEXTS.c.version.in_(found)
    return exists().where(table.c.version == TEXTS.c.version, holds)


def _felt(sentiment: str, model: str, codebook: str) -> ColumnElement[bool]:
    """Keep the readings whose strongest sentiment is this one; of equal ones, the first of POLARITIES."""
    rank = next(rank for rank, name in enumerate(POLARITIES) if name == sentiment)
    mine = READINGS.c[sentiment]
    others = [mine > READINGS.c[name] for name in POLARITIES[:rank]]
    others += [mine >= READINGS.c[name] for name in POLARITIES[rank + 1 :]]
    return and_(READINGS.c.model == model, READINGS.c.codebook == codebook, *others)


def _carrying(filters: Filters, model: str, codebook: str, thresholds: Mapping[str, float]) -> ColumnElement[bool]:
    asked = {code: least for code, least in thresholds.items() if not filters.codes or code in filters.codes}
    holds = or_(false(), *(and_(TAGS.c.code == code, TAGS.c.probability >= least) for code, least in asked.items()))
    same = and_(TAGS.c.model == model, TAGS.c.codebook == codebook, holds)
    return and_(same, TAGS.c.polarity == filters.polarity) if filters.polarity else same
