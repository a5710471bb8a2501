"""All of a store into another, of the same kind or not."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Table, func, select, text

from listening.errors import StoreError
from listening.store import schema
from listening.store.engine import upsert
from listening.store.store import ROWS, Store


def count_rows(store: Store) -> int:
    """Give how many rows a store holds in all."""
    with store.transaction() as connection:
        return sum(_count(connection, table) for table in schema.metadata.sorted_tables)


def copy_store(origin: Store, target: Store, *, advance: Callable[[int], None] = lambda rows: None) -> dict[str, int]:
    """Copy all rows as they are at this moment; give how many, by table.

    A copy that was cut goes on where it is begun again. Raises StoreError when the target is the origin itself, or
    holds what the origin does not.
    """
    if origin.place == target.place:
        raise StoreError(f"{origin.place} serait copiée sur elle-même ; nommez une autre base")
    _refuse_strangers(origin, target)
    counts: dict[str, int] = {}
    with origin.snapshot() as reading:
        for table in schema.metadata.sorted_tables:
            counts[table.name] = _copy_table(reading, table, target, advance)
    with target.transaction() as connection:
        for name, number in counts.items():
            found = _count(connection, schema.metadata.tables[name])
            if found != number:
                problem = f"{target.place} a {found} lignes dans « {name} », au lieu de {number}"
                raise StoreError(f"{problem} ; recommencez vers une base vide")
        connection.execute(text("ANALYZE"))
    return counts


def _copy_table(reading: Connection, table: Table, target: Store, advance: Callable[[int], None]) -> int:
    count = 0
    for rows in reading.execute(select(table)).mappings().partitions(ROWS):
        with target.transaction() as connection:
            upsert(connection, table, [dict(row) for row in rows])
        count += len(rows)
        advance(len(rows))
    return count


def _refuse_strangers(origin: Store, target: Store) -> None:
    """Every night leaves a run: a store with runs that the origin does not know is another's."""
    known = _runs(origin)
    if strangers := _runs(target) - known:
        problem = f"{target.place} tient déjà {len(strangers)} passages que {origin.place} n'a pas"
        raise StoreError(f"{problem} ; copiez vers une base vide")


def _runs(store: Store) -> set[str]:
    with store.transaction() as connection:
        return set(connection.scalars(select(schema.runs.c.id)))


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
