"""Taking verbatims out of the store: all that is said of them, and the traces in its files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, and_, delete, select, update
from sqlalchemy.exc import DBAPIError

from listening.errors import StoreError
from listening.records import Run
from listening.store import audit, schema
from listening.store.engine import meaning
from listening.store.erasable import Place, Refused, batches, codebooks_citing
from listening.store.history import keep_copies
from listening.store.store import Store
from listening.store.tombstones import ROW, Why, lay, row_place, verbatim_place

TEXTS, REFUSED = schema.verbatims, schema.quarantine
OF_VERSIONS: tuple[Table, ...] = tuple(
    table for table in schema.metadata.sorted_tables if "version" in table.c and table not in (TEXTS, schema.verdicts)
)


def erase(store: Store, places: Sequence[Place], *, key: bytes, why: Why, actor: str, at: datetime, run: Run) -> None:
    """Take verbatims out with all that is said of them, and lay their tombstones, some hundreds at once.

    What people decided stays, less their notes: figures of agreement are made of it. Copies of the texts by others stay
    too, in groups to be made anew.
    """
    for some in batches(places):
        ids = [one.id for one in some]
        with store.transaction() as connection:
            versions = list(connection.scalars(select(TEXTS.c.version).where(TEXTS.c.id.in_(ids))))
            _leave_groups(connection, versions, run)
            for table in OF_VERSIONS:
                connection.execute(delete(table).where(table.c.version.in_(versions)))
            connection.execute(delete(schema.queue).where(schema.queue.c.verbatim.in_(ids)))
            connection.execute(update(schema.verdicts).where(schema.verdicts.c.verbatim.in_(ids)).values(note=""))
            connection.execute(delete(TEXTS).where(TEXTS.c.id.in_(ids)))
            lay(store, connection, [verbatim_place(key, name) for name in ids], why=why, at=at)
            for name in ids:
                audit.note(connection, at=at, actor=actor, action="forget", subject=name, detail={"why": why})


def erase_refused(store: Store, rows: Sequence[Refused], *, key: bytes, actor: str, at: datetime) -> None:
    """Take rows out of quarantine, and lay the tombstones of those that held something."""
    for some in batches(rows):
        with store.transaction() as connection:
            connection.execute(delete(REFUSED).where(REFUSED.c.id.in_([one.id for one in some])))
            graves = [row_place(key, one.source, one.content) for one in some if one.content]
            lay(store, connection, graves, why=ROW, at=at)
            detail = {"rows": len(some)}
            audit.note(connection, at=at, actor=actor, action="forget", subject="quarantine", detail=detail)


def forget_exports(store: Store, versions: Collection[str]) -> None:
    """Take versions out of the lists of what files hold: their names are hashes of what was erased."""
    table, gone = schema.exports, set(versions)
    with store.transaction() as connection:
        held = [(row.id, row.versions) for row in connection.execute(select(table.c.id, table.c.versions))]
        for name, listed in held:
            if not gone.isdisjoint(listed):
                left = [version for version in listed if version not in gone]
                connection.execute(update(table).where(table.c.id == name).values(versions=left))


def forget_codebooks(store: Store, texts: Iterable[str]) -> None:
    """Take out the codebooks kept that quote one of these texts: a run with such a plan would keep it again."""
    names = [name for name, _ in codebooks_citing(store, texts)]
    with store.transaction() as connection:
        connection.execute(delete(schema.codebooks).where(schema.codebooks.c.hash.in_(names)))


def wipe(store: Store) -> None:
    """Write the store's files anew, without what was erased; StoreError when another program holds them."""
    with store.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            if store.engine.dialect.name == "postgresql":
                names = ", ".join(table.name for table in (*OF_VERSIONS, TEXTS, REFUSED, schema.verdicts))
                connection.exec_driver_sql(
                    f"VACUUM (FULL) {names}, {schema.queue.name}, {schema.exports.name}, {schema.codebooks.name}"
                )
                return
            connection.exec_driver_sql("VACUUM")
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        except DBAPIError as error:
            raise StoreError(f"{_unwiped(store)} ({meaning(error)})") from None
    if busy:
        raise StoreError(f"{_unwiped(store)} ; fermez les autres programmes qui la lisent, relancez la même commande")


def _unwiped(store: Store) -> str:
    return f"{store.place} : c'est effacé, mais des octets en restent dans ses fichiers"


def _leave_groups(connection: Connection, versions: Sequence[str], run: Run) -> None:
    """Take apart the groups in which versions are: those that stay are to be compared again."""
    table, bands = schema.copies, schema.copy_bands
    originals = list(connection.scalars(select(table.c.original).where(table.c.version.in_(versions)).distinct()))
    grouped = table.c.original.in_(originals)
    keep_copies(connection, and_(grouped, table.c.version.not_in(versions)), run)
    connection.execute(delete(bands).where(bands.c.version.in_(select(table.c.version).where(grouped))))
    connection.execute(delete(table).where(grouped))
