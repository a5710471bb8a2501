"""Verbatims as pages show them: a few at a time, by what they are and by what an engine read in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from listening.records import POLARITIES, Polarity, Tag, content_id
from listening.store import schema
from listening.store.cards import UNDATED, Origin, carrying, moment, prepare
from listening.store.store import Store
from listening.store.words import holding

COUNTED = 1000  # verbatims found that are counted and paged through: more say little
BEFORE = 3  # posts shown before the one that answers them
CARDS, CELLS = schema.cards, schema.cells
TEXTS, READINGS, TAGS = schema.verbatims, schema.readings, schema.tags
PLACES = ("source", "channel", "wave", "brand")


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
    language: str | None
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


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the verbatims that match, the newest first; how many do in all, COUNTED + 1 where there are more."""

    page: list[Stored]
    total: int


def find(store: Store, filters: Filters, origin: Origin, *, first: int = 0, limit: int = 25) -> Found:
    """Give current verbatims that match, the newest first, from rank `first` on, those without a date last.

    A million cards are gone through in less time than it takes to look up what a few indexes find.
    """
    prepare(store, origin)
    with store.transaction() as connection:
        query = select(CARDS.c.version).where(*_matching(connection, filters, origin))
        ordered = query.order_by(CARDS.c.moment.desc(), CARDS.c.version.desc()).limit(COUNTED + 1)
        versions = connection.scalars(ordered).all()
    shown = versions[first : first + limit]
    found = stored_all(store, shown)
    return Found([found[version] for version in shown if version in found], len(versions))


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


def readings_of(store: Store, versions: Sequence[str], origin: Origin) -> dict[str, Read]:
    """Give what an engine read in some versions; the tags whose code has a threshold, and reaches it."""
    columns = [TAGS.c[field.name] for field in fields(Tag)]
    tagged = select(TAGS.c.version, *columns).where(origin.read(TAGS, versions))
    in_order = tagged.order_by(TAGS.c.probability.desc(), TAGS.c.code)
    with store.transaction() as connection:
        moods = connection.execute(select(READINGS).where(origin.read(READINGS, versions))).mappings().all()
        found: dict[str, list[Tag]] = {row["version"]: [] for row in moods}
        for version, *facts in connection.execute(in_order):
            tag = Tag(**dict(zip((column.name for column in columns), facts, strict=True)))
            if origin.holds(tag.code, tag.probability):
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


def choices(store: Store, origin: Origin) -> dict[str, list[str]]:
    """Give the values of current verbatims that a filter may ask for: sources, channels, waves and brands."""
    prepare(store, origin)
    there = CELLS.c.id.in_(select(CARDS.c.cell).distinct())
    found: dict[str, list[str]] = {}
    with store.transaction() as connection:
        for name in PLACES:
            column = CELLS.c[name]
            given = select(column).distinct().where(there, column.is_not(None)).order_by(column)
            found[name] = list(connection.scalars(given))
    return found


def _matching(connection: Connection, filters: Filters, origin: Origin) -> Iterator[ColumnElement[bool]]:
    asked = {name: value for name in PLACES if (value := getattr(filters, name))}
    if asked:
        yield CARDS.c.cell.in_(select(CELLS.c.id).where(*(CELLS.c[name] == value for name, value in asked.items())))
    if filters.words.strip():
        yield holding(connection, filters.words, CARDS.c.version)
    if filters.since:
        yield CARDS.c.moment >= moment(filters.since)
    if filters.until:
        yield CARDS.c.moment.between(UNDATED + 1, moment(filters.until) - 1)
    if filters.unflagged:
        yield ~CARDS.c.flagged
    if filters.sentiment:
        yield CARDS.c.sentiment == filters.sentiment
    if filters.codes or filters.polarity:
        yield carrying(connection, origin, filters.codes, filters.polarity)
