"""The whole history of a verbatim: its states, what models and people read in it, where its words went."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from listening.codebook import NEVER
from listening.errors import StoreError
from listening.records import POLARITIES, Tag, Verdict
from listening.store import schema
from listening.store.audit import AuditLine, lines
from listening.store.lineage import Export, exports_of
from listening.store.queue import QueueItem, items_of
from listening.store.store import Store
from listening.store.verdicts import verdicts

FACTS = ("stars", "nps", "csat", "ces", "weight", "wave", "brand", "meta")
DAWN = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a verbatim was from a run on, until another one ended it; `facts` hold what goes with its text.

    `deleted_at` says when its source took back the version, which may have been put back since.
    """

    version: str
    source: str
    external_id: str
    text: str
    facts: Mapping[str, Any]
    run: str
    since: datetime | None
    until: datetime | None
    ended_by: str | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedReading:
    """What a model read in a version, when, and which of its tags held by the thresholds of then."""

    version: str
    model: str
    codebook: str
    run: str
    at: datetime | None
    sentiment: Mapping[str, float]
    tags: Sequence[Tag]
    held: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the store knows of one verbatim, each list in order of time; `lines` are those of the audit."""

    id: str
    states: Sequence[State]
    readings: Sequence[TracedReading]
    asked: Sequence[QueueItem]
    verdicts: Sequence[Verdict]
    exports: Sequence[Export]
    lines: Sequence[AuditLine]


def trace(store: Store, name: str) -> Trace:
    """Give the history of a verbatim, named by its id, that of a version, or the id that its source gives it.

    One that was erased has no more than its lines of the audit. Raises StoreError when there is none of that name, or
    several.
    """
    found = places(store, name)
    if len(found) > 1:
        raise StoreError(f"plusieurs verbatims s'appellent « {name} » ; précisez : {', '.join(found)}")
    place = found[0] if found else name
    told = list(lines(store, subject=place))
    if not found and not told:
        raise StoreError(
            f"{store.place} : aucun verbatim « {name} » ; donnez la colonne « identifiant » d'un tableau, ou "
            "l'identifiant de la source"
        )
    history = states(store, place)
    versions = list(dict.fromkeys(one.version for one in history))
    return Trace(
        id=place,
        states=history,
        readings=readings(store, versions),
        asked=[item for items in items_of(store, versions).values() for item in items],
        verdicts=list(verdicts(store, verbatim=place)),
        exports=exports_of(store, versions),
        lines=told,
    )


def places(store: Store, name: str) -> list[str]:
    """Give the ids of the verbatims that have this id, version or external id."""
    table = schema.verbatims
    same = or_(table.c.id == name, table.c.version == name, table.c.external_id == name)
    with store.transaction() as connection:
        return list(connection.scalars(select(table.c.id).where(same).distinct().order_by(table.c.id).limit(10)))


def states(store: Store, place: str) -> list[State]:
    """Give the states of a verbatim, by id, the first first; one that no run ended is that of today."""
    table, former = schema.verbatims, schema.former_verbatims
    with store.transaction() as connection:
        rows = connection.execute(select(table).where(table.c.id == place)).mappings()
        versions = {row["version"]: dict(row) for row in rows}
        query = select(former).where(former.c.version.in_(list(versions)))
        ended = [dict(row) for row in connection.execute(query).mappings()]
        known = {row["version"] for row in ended}
        lasting = [row for row in versions.values() if row["current"] or row["version"] not in known]
        names = {row[name] for row in ended + lasting for name in ("run", "ended_by") if row.get(name)}
        started = _moments(connection, names)
    found = [_state(row, versions[row["version"]], started) for row in ended + lasting]
    return sorted(found, key=lambda one: (one.since or DAWN, one.ended_by is None))


def readings(store: Store, versions: Sequence[str]) -> list[TracedReading]:
    """Give what models read in versions, the first first, tags by probability."""
    table, tags, runs = schema.readings, schema.tags, schema.runs
    wanted = select(table, runs.c.started_at, runs.c.lineage, runs.c.configuration).where(table.c.version.in_(versions))
    tagged: dict[tuple[str, str, str], list[Tag]] = {}
    order = (tags.c.probability.desc(), tags.c.code)
    with store.transaction() as connection:
        for row in connection.execute(select(tags).where(tags.c.version.in_(versions)).order_by(*order)).mappings():
            tag = Tag(**{name: row[name] for name in Tag.__dataclass_fields__})
            tagged.setdefault((row["version"], row["model"], row["codebook"]), []).append(tag)
        rows = connection.execute(wanted.outerjoin(runs, runs.c.id == table.c.run)).mappings().all()
    found = [_reading(dict(row), tagged.get((row["version"], row["model"], row["codebook"]), [])) for row in rows]
    return sorted(found, key=lambda one: (one.at or DAWN, one.model, one.codebook))


def _moments(connection: Connection, runs: Collection[str]) -> dict[str, datetime]:
    table = schema.runs
    query = select(table.c.id, table.c.started_at).where(table.c.id.in_(sorted(runs)))
    return dict(connection.execute(query).all())


def _state(row: Mapping[str, Any], words: Mapping[str, Any], started: Mapping[str, datetime]) -> State:
    ended_by = row.get("ended_by")
    return State(
        **{name: words[name] for name in ("version", "source", "external_id", "text", "deleted_at")},
        facts={name: row[name] for name in FACTS if row[name] not in (None, {})},
        run=row["run"],
        since=started.get(row["run"]),
        until=started.get(ended_by) if ended_by else None,
        ended_by=ended_by,
    )


def _reading(row: Mapping[str, Any], tags: Sequence[Tag]) -> TracedReading:
    thresholds = (row["lineage"] or {}).get("thresholds") or (row["configuration"] or {}).get("thresholds", {})
    return TracedReading(
        **{name: row[name] for name in ("version", "model", "codebook", "run")},
        at=row["started_at"],
        sentiment={name: row[name] for name in POLARITIES},
        tags=tags,
        held=frozenset(tag.code for tag in tags if tag.probability >= thresholds.get(tag.code, NEVER)),
    )
