"""What is known of each verbatim that a tagger read, one after the other: what the review queue is chosen from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from listening.records import POLARITIES, Polarity, Run, Scores
from listening.store import schema
from listening.store.frames import SCORES
from listening.store.store import Store


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one engine: of each sentiment, and of the codes that are not under its floor."""

    sentiment: dict[Polarity, float]
    codes: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewable:
    """A current verbatim: what it holds that concerns review, and what one engine, and maybe another, read in it.

    `repeats` says that another current verbatim said the same before.
    """

    verbatim: str
    version: str
    source: str
    mine: Scored
    scores: Scores
    other: Scored | None = None
    flags: tuple[str, ...] = ()
    repeats: bool = False


def reviewable(store: Store, *, model: str, codebook: str, other: str | None = None) -> Iterator[Reviewable]:
    """Give the current verbatims that a model read, in order of version, in a memory that does not grow with them.

    `other` is another model, whose scores are given where it read them too.
    """
    texts, mine, others, copies = schema.verbatims, schema.readings.alias(), schema.readings.alias(), schema.copies
    first = schema.verbatims.alias()
    read = _read_by(mine, model, codebook)
    query = (
        select(
            *(texts.c[name] for name in ("id", "version", "source", "flags", *SCORES)),
            *(mine.c[name] for name in POLARITIES),
            *(others.c[name].label(f"other_{name}") for name in POLARITIES),
            first.c.version.label("original"),
        )
        .join(mine, read)
        .outerjoin(others, _read_by(others, other or "", codebook))
        .outerjoin(copies, copies.c.version == texts.c.version)
        .outerjoin(first, and_(first.c.version == copies.c.original, first.c.current))
        .where(texts.c.current)
        .order_by(texts.c.version)
    )
    with store.snapshot() as connection:
        tagged = groupby(_tags(connection, model, codebook, other), key=attrgetter("version"))
        version, codes = next(tagged, ("", iter(())))
        for row in connection.execute(query):
            held = list(codes) if row.version == version else []
            if row.version == version:
                version, codes = next(tagged, ("", iter(())))
            yield _reviewable(row, {model: _codes(held, model), other: _codes(held, other)}, model, other)


def read_by_source(store: Store, *, model: str, codebook: str) -> dict[str, int]:
    """Give how many current verbatims a model read, by source."""
    texts = schema.verbatims
    query = select(texts.c.source, func.count()).join(schema.readings, _read_by(schema.readings, model, codebook))
    with store.transaction() as connection:
        rows = connection.execute(query.where(texts.c.current).group_by(texts.c.source).order_by(texts.c.source))
        return {row[0]: row[1] for row in rows}


def other_tagging(store: Store, *, model: str, codebook: str) -> Run | None:
    """Give the last run of another model that tagged under the same codebook, if one did."""
    table = schema.runs
    query = select(table).where(table.c.step == "tag", table.c.codebook == codebook, table.c.model != model)
    with store.transaction() as connection:
        row = connection.execute(query.order_by(table.c.started_at.desc(), table.c.id).limit(1)).mappings().first()
    return Run(**row) if row else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a current verbatim is: its id, the version that is current, its source."""

    verbatim: str
    version: str
    source: str


def current_places(store: Store, names: Sequence[str]) -> list[Place]:
    """Give the places of current verbatims that are named by their id or their version, in order of version."""
    texts = schema.verbatims
    named = or_(texts.c.id.in_(names), texts.c.version.in_(names))
    query = select(texts.c.id, texts.c.version, texts.c.source).where(named, texts.c.current)
    with store.transaction() as connection:
        return [Place(*row) for row in connection.execute(query.order_by(texts.c.version))]


def _read_by(readings: Any, model: str, codebook: str) -> Any:
    return and_(
        readings.c.version == schema.verbatims.c.version,
        readings.c.model == model,
        readings.c.codebook == codebook,
    )


def _tags(connection: Connection, model: str, codebook: str, other: str | None) -> Iterator[Any]:
    texts, tags = schema.verbatims, schema.tags
    query = (
        select(tags.c.version, tags.c.model, tags.c.code, tags.c.probability)
        .join(texts, and_(texts.c.version == tags.c.version, texts.c.current))
        .join(schema.readings, _read_by(schema.readings, model, codebook))
        .where(tags.c.codebook == codebook, tags.c.model.in_([model, other or model]))
    )
    return iter(connection.execute(query.order_by(tags.c.version)))


def _codes(tags: list[Any], model: str | None) -> dict[str, float]:
    return {tag.code: tag.probability for tag in tags if tag.model == model}


def _reviewable(row: Any, codes: dict[str | None, dict[str, float]], model: str, other: str | None) -> Reviewable:
    facts = row._mapping
    read = row.other_negatif is not None
    return Reviewable(
        verbatim=row.id,
        version=row.version,
        source=row.source,
        mine=Scored({name: facts[name] for name in POLARITIES}, codes[model]),
        other=Scored({name: facts[f"other_{name}"] for name in POLARITIES}, codes[other]) if read else None,
        flags=tuple(row.flags),
        scores=Scores(**{name: facts[name] for name in SCORES}),
        repeats=row.original not in (None, row.version),
    )
