"""What is to be erased: which verbatims and refused rows are asked for, and all that holds their words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, false, func, or_, select, union

from listening.store import schema
from listening.store.store import Store
from listening.text.pseudonym import keyed_hash

BATCH = 500  # verbatims looked for, or erased, in a transaction
FACTS = ("source", "channel", "brand", "wave", "language", "thread", "question", "external_id")
TELLING = 4  # digits of an id from which a cell that holds it is hardly a note
FRAGMENT = 12  # characters from which a text within another is hardly chance
TEXTS, FORMER, REFUSED = schema.verbatims, schema.former_verbatims, schema.quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which verbatims are asked for: all that is given must hold. `author` is a keyed hash, `facts` are columns.

    `meta.region` names a further closed column. What has no date is not `before`.
    """

    author: str | None = None
    ids: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a verbatim stood: its id, its source and the id that its source gives it."""

    id: str
    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A row in quarantine: its id, its source, and what it held."""

    id: str
    source: str
    content: str


def find_places(store: Store, asked: Asked) -> list[Place]:
    """Give the verbatims of which one version, today or before, is as asked."""
    query = select(TEXTS.c.id, TEXTS.c.source, TEXTS.c.external_id).where(_as_asked(asked))
    with store.transaction() as connection:
        return [Place(*row) for row in connection.execute(query.distinct().order_by(TEXTS.c.source, TEXTS.c.id))]


def expired(store: Store, source: str, limit: datetime) -> tuple[list[Place], list[Refused]]:
    """Give the verbatims of a source that were written before a moment, and its refused rows that were read before.

    A verbatim without a date is counted from the last reading that changed it.
    """
    runs = schema.runs
    old = select(runs.c.id).where(runs.c.started_at < limit)
    before = or_(TEXTS.c.created_at < limit, and_(TEXTS.c.created_at.is_(None), TEXTS.c.run.in_(old)))
    query = select(TEXTS.c.id, TEXTS.c.source, TEXTS.c.external_id).where(TEXTS.c.source == source, before).distinct()
    rows = select(REFUSED.c.id, REFUSED.c.source, REFUSED.c.content)
    with store.transaction() as connection:
        places = [Place(*row) for row in connection.execute(query.order_by(TEXTS.c.id))]
        aside = connection.execute(rows.where(REFUSED.c.source == source, REFUSED.c.run.in_(old)))
        return places, [Refused(*row) for row in aside]


def versions_of(store: Store, places: Sequence[str]) -> dict[str, str]:
    """Give all versions of some verbatims, by id, with their texts."""
    found: dict[str, str] = {}
    with store.transaction() as connection:
        for ids in batches(places):
            query = select(TEXTS.c.version, TEXTS.c.text).where(TEXTS.c.id.in_(ids))
            found.update(connection.execute(query).all())
    return found


def marks_of(names: Iterable[str], key: bytes) -> list[str]:
    """Give the marks that the cells of a refused row have where one of the names, or ids, stands in it.

    A short number, that may be a note, tells nobody.
    """
    return sorted({keyed_hash(key, name) for name in names if len(name) >= TELLING or not name.isdecimal()})


def find_refused(
    store: Store, marks: Collection[str], texts: Collection[str], *, sources: Collection[str] | None = None
) -> list[Refused]:
    """Give the rows in quarantine, of some sources or of all, that carry one of the marks, or hold one of the texts."""
    known = {words for words in map(_words, texts) if words}
    wanted = set(marks)

    def held(row: RowMapping) -> bool:
        content = _words(row["content"])
        return not wanted.isdisjoint(row["marks"]) or any(_share(content, words) for words in known)

    return [Refused(row["id"], row["source"], row["content"]) for row in _refused_rows(store, sources) if held(row)]


def refused_of(store: Store, sources: Collection[str]) -> list[Refused]:
    """Give all rows of some sources in quarantine."""
    return [Refused(row["id"], row["source"], row["content"]) for row in _refused_rows(store, sources)]


def recorded(store: Store, path: str, sha256: str, *, without: Collection[str]) -> bool:
    """Tell whether a file as it is now went out, and holds none of these versions."""
    table = schema.exports
    query = select(table.c.versions).where(table.c.path == path, table.c.sha256 == sha256)
    with store.transaction() as connection:
        return any(set(without).isdisjoint(versions) for versions in connection.scalars(query))


def repeating(store: Store, versions: Sequence[str]) -> list[str]:
    """Give the ids of the other verbatims that repeat the words of these versions."""
    copies = schema.copies
    found: set[str] = set()
    own: set[str] = set()
    with store.transaction() as connection:
        for some in batches(versions):
            originals = select(copies.c.original).where(copies.c.version.in_(some))
            query = select(TEXTS.c.id).join(copies, copies.c.version == TEXTS.c.version)
            found |= set(connection.scalars(query.where(copies.c.original.in_(originals))))
            own |= set(connection.scalars(select(TEXTS.c.id).where(TEXTS.c.version.in_(some))))
    return sorted(found - own)


def files_read(store: Store, versions: Sequence[str]) -> list[str]:
    """Give the paths of the files that versions were read from."""
    runs = schema.runs
    found: set[str] = set()
    with store.transaction() as connection:
        for some in batches(versions):
            made = [select(table.c.run).where(table.c.version.in_(some)) for table in (TEXTS, FORMER)]
            for lineage in connection.scalars(select(runs.c.lineage).where(runs.c.id.in_(union(*made)))):
                found |= set(lineage.get("inputs", {}))
    return sorted(found)


def models_taught(store: Store, versions: Sequence[str]) -> list[str]:
    """Give the models that were trained after people decided on one of these versions, and may have learnt from it."""
    verdicts, runs = schema.verdicts, schema.runs
    with store.transaction() as connection:
        decided = [
            moment
            for some in batches(versions)
            if (moment := connection.scalar(select(func.min(verdicts.c.at)).where(verdicts.c.version.in_(some))))
        ]
        if not decided:
            return []
        since = and_(runs.c.step == "retrain", runs.c.status == "completed", runs.c.ended_at > min(decided))
        lineages = connection.scalars(select(runs.c.lineage).where(since))
        return sorted({lineage["challenger"] for lineage in lineages if "challenger" in lineage})


def codebooks_citing(store: Store, texts: Iterable[str]) -> list[tuple[str, str]]:
    """Give the hash and the reference of the codebooks kept that quote one of these texts whole in an example."""
    known = [words for words in map(_words, texts) if len(words) >= FRAGMENT]
    with store.transaction() as connection:
        kept = connection.execute(select(schema.codebooks)).mappings().all() if known else []
    # as YAML writes it: on several lines, with quotes doubled
    contents = {(row["hash"], row["reference"]): _words(row["content"].replace("''", "'")) for row in kept}
    return [name for name, content in contents.items() if any(words in content for words in known)]


def batches(rows: Sequence[Any]) -> Iterator[list[Any]]:
    """Give rows by the number that a transaction takes."""
    given = iter(rows)
    while some := list(islice(given, BATCH)):
        yield some


def _as_asked(asked: Asked) -> ColumnElement[bool]:
    conditions = []
    if asked.author:
        formerly = select(FORMER.c.version).where(FORMER.c.author == asked.author)
        conditions.append(or_(TEXTS.c.author == asked.author, TEXTS.c.version.in_(formerly)))
    if asked.ids:
        conditions.append(TEXTS.c.id.in_(asked.ids))
    if asked.before:
        conditions.append(TEXTS.c.created_at < asked.before)
    for name, value in asked.facts.items():
        first, _, further = name.partition(".")
        conditions.append((TEXTS.c.meta[further].as_string() if first == "meta" else TEXTS.c[name]) == value)
    return and_(*conditions) if conditions else false()


def _refused_rows(store: Store, sources: Collection[str] | None) -> Iterator[RowMapping]:
    query = select(REFUSED).order_by(REFUSED.c.id)
    if sources is not None:
        query = query.where(REFUSED.c.source.in_(list(sources)))
    with store.snapshot() as connection:
        yield from connection.execute(query).mappings()


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def _share(content: str, text: str) -> bool:
    if min(len(content), len(text)) < FRAGMENT:
        return content == text
    return content in text or text in content
