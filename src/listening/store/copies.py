"""Which versions repeat one another: what was not compared yet, what is known of the others, their groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, select, true, update

from listening.records import Run, content_id
from listening.store import schema
from listening.store.history import keep_copies
from listening.store.store import Store
from listening.store.turns import leaving, present

UNDATED = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Unexamined:
    """A version that was not compared with the others yet."""

    version: str
    source: str
    external_id: str
    repost_of: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of a version: the original of its group, its content and bands, where they are to be kept."""

    version: str
    original: str
    content: str | None
    bands: tuple[int, ...]


def made_otherwise(store: Store, method: str) -> bool:
    """Tell whether some groups were made by another method: they cannot be compared."""
    with store.transaction() as connection:
        return bool(connection.scalar(select(exists().where(schema.copies.c.method != method))))


def forget_groups(store: Store, run: Run) -> None:
    """Forget all groups, to make them anew."""
    with store.writing() as connection:
        keep_copies(connection, true(), run)
        for table in (schema.copy_bands, schema.copies):
            connection.execute(delete(table))


def count_unexamined(store: Store) -> int:
    """Give how many current versions were not examined yet."""
    with store.transaction() as connection:
        return connection.scalar(select(func.count()).select_from(schema.verbatims).where(_unexamined())) or 0


def unexamined(store: Store, *, after: str, limit: int) -> list[Unexamined]:
    """Give current versions that were not examined yet, in order, from the one that follows `after` on."""
    table = schema.verbatims
    columns = (table.c[name] for name in Unexamined.__dataclass_fields__)
    query = select(*columns).where(_unexamined(), table.c.version > after).order_by(table.c.version).limit(limit)
    with store.transaction() as connection:
        return [Unexamined(*row) for row in connection.execute(query)]


def groups_of_contents(store: Store, contents: Collection[str]) -> dict[str, str]:
    """Give the original of each content that is known."""
    table = schema.copies
    query = select(table.c.content, table.c.original).where(table.c.content.in_(contents)).distinct()
    with store.transaction() as connection:
        return {row.content: row.original for row in connection.execute(query)}


def meet(store: Store, bands: Collection[int]) -> tuple[dict[int, dict[str, list[str]]], dict[str, str]]:
    """Give the versions that these bands hold, by band and by original of their group, and the text of each."""
    table, verbatims, copies = schema.copy_bands, schema.verbatims, schema.copies
    held = table.c.band.in_(bands)
    query = select(table.c.band, copies.c.original, copies.c.version).where(held)
    words = select(verbatims.c.version, verbatims.c.text).where(
        verbatims.c.version.in_(select(table.c.version).where(held))
    )
    places: dict[int, dict[str, list[str]]] = {}
    with store.transaction() as connection:
        for band, original, version in connection.execute(query.join(copies, copies.c.version == table.c.version)):
            places.setdefault(band, {}).setdefault(original, []).append(version)
        return places, {row.version: row.text for row in connection.execute(words)}


def groups_of_reposts(store: Store, batch: Sequence[Unexamined]) -> list[tuple[str, str]]:
    """Give the pairs of a version of the batch and the original of a group that it repeats or that repeats it."""
    table, copies = schema.verbatims, schema.copies
    here = {(one.source, one.external_id): one.version for one in batch}
    told = [(one.version, content_id(one.source, one.repost_of)) for one in batch if one.repost_of]
    known = copies.c.version == table.c.version
    repeating = select(table.c.source, table.c.repost_of, copies.c.original).join(copies, known).distinct()
    repeated = select(table.c.id, copies.c.original).join(copies, known).distinct()
    with store.transaction() as connection:
        after = connection.execute(repeating.where(table.c.repost_of.in_([one.external_id for one in batch]))).all()
        before = connection.execute(repeated.where(table.c.id.in_([place for _, place in told]))).all()
    pairs = [(here[source, post], original) for source, post, original in after if (source, post) in here]
    return pairs + [(version, original) for version, place in told for id_, original in before if id_ == place]


def in_order_of_time(store: Store, versions: Collection[str]) -> list[str]:
    """Give the versions, the earliest first; those without a date come last, equal ones by their ids."""
    table = schema.verbatims
    query = select(table.c.created_at, table.c.id, table.c.version).where(table.c.version.in_(versions))
    with store.transaction() as connection:
        rows = [(moment or UNDATED, id_, version) for moment, id_, version in connection.execute(query)]
    return [version for _, _, version in sorted(rows)]


def superseded(store: Store, run: Run) -> bool:
    """Tell whether another run groups, since this one began: the rest is its."""
    with store.transaction() as connection:
        return _superseded(connection, run)


def add_examined(
    store: Store, examined: Iterable[Examined], moved: Mapping[str, str], *, method: str, run: Run
) -> bool:
    """Store what was found of versions, and give groups the new original that they have by `moved`, all or none.

    Nothing is stored, and False given, where a version or a group that it was found by was erased meanwhile, or another
    run groups: neither would know what the other found.
    """
    table = schema.copies
    rows: list[dict[str, Any]] = []
    bands: list[dict[str, Any]] = []
    for one in examined:
        row = {"version": one.version, "original": one.original, "content": one.content}
        rows.append(row | {"method": method, "run": run.id})
        bands += [{"band": band, "version": one.version} for band in one.bands]
    with store.alone() as connection:
        if _superseded(connection, run) or not _as_found(connection, rows, moved):
            return False
        for old, new in moved.items():
            keep_copies(connection, table.c.original == old, run)
            connection.execute(update(table).where(table.c.original == old).values(original=new, run=run.id))
        for target, values in ((table, rows), (schema.copy_bands, bands)):
            if values:
                connection.execute(target.insert(), values)
    return True


def _as_found(connection: Connection, rows: Sequence[Mapping[str, Any]], moved: Mapping[str, str]) -> bool:
    """Tell whether versions, and the groups that they meet, are still there."""
    table, versions = schema.copies, {row["version"] for row in rows}
    met = ({row["original"] for row in rows} | moved.keys() | set(moved.values())) - versions
    grouped = select(table.c.original).where(table.c.original.in_(met)).distinct()
    return present(connection, versions) == versions and set(connection.scalars(grouped)) == met


def _superseded(connection: Connection, run: Run) -> bool:
    """Tell whether another run of the same step began; one that is about to waits until this transaction ends."""
    table = schema.runs
    return connection.scalar(select(table.c.status).where(table.c.id == run.id).with_for_update()) == "interrupted"


def _unexamined() -> Any:
    verbatims, copies = schema.verbatims, schema.copies
    here = and_(verbatims.c.current, verbatims.c.version.not_in(leaving()))
    return and_(here, ~exists().where(copies.c.version == verbatims.c.version))
