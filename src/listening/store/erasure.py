"""Taking verbatims out of the store: all that is said of them, and the traces in its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Table, and_, delete, select, update
from sqlalchemy.exc import DBAPIError

from listening.errors import StoreError
from listening.records import Run
from listening.store import audit, cards, schema, words
from listening.store.engine import meaning, upsert
from listening.store.erasable import Place, Refused, batches, codebooks_citing
from listening.store.history import keep_copies
from listening.store.lineage import exports_of
from listening.store.store import Store
from listening.store.tombstones import ROW, Why, lay, row_place, verbatim_place

TEXTS, REFUSED, TABLE = schema.verbatims, schema.quarantine, schema.erasures
Left = Literal["verbatim", "row", "file", "bytes"]
OF_VERSIONS: tuple[Table, ...] = tuple(
    table for table in schema.metadata.sorted_tables if "version" in table.c and table not in (TEXTS, schema.verdicts)
)


@dataclass(frozen=True, slots=True)
class Begun:
    """What an erasure that was begun has left to do: a thing by its kind and id, when, why and for whom."""

    kind: Left
    name: str
    at: datetime
    why: Why
    actor: str


def begin(connection: Connection, places: Iterable[Place], refused: Iterable[Refused], task: Begun) -> None:
    """Keep in mind that verbatims, refused rows, then the bytes are to be erased, all or none.

    From then on nothing that is said of them is stored any more. `task` is the erasure of the bytes.
    """
    verbatims = [replace(task, kind="verbatim", name=one.id) for one in places]
    rows = [replace(task, kind="row", name=one.id) for one in refused]
    upsert(connection, TABLE, [asdict(one) for one in (task, *verbatims, *rows)])


def bury(store: Store, tasks: Sequence[Begun], *, key: bytes) -> None:
    """Lay the tombstones of what is to be erased; nothing shows the verbatims any more."""
    for some in batches([one for one in tasks if one.kind == "verbatim"]):
        ids = [one.name for one in some]
        with store.alone() as connection:
            for why, at in {(one.why, one.at) for one in some}:
                graves = [verbatim_place(key, one.name) for one in some if (one.why, one.at) == (why, at)]
                lay(connection, graves, why=why, at=at)
            connection.execute(update(TEXTS).where(TEXTS.c.id.in_(ids)).values(current=False))
            cards.refresh_places(connection, ids)
    for some in batches([one for one in tasks if one.kind == "row"]):
        query = select(REFUSED.c.source, REFUSED.c.content).where(REFUSED.c.id.in_([one.name for one in some]))
        with store.alone() as connection:
            graves = [row_place(key, source, content) for source, content in connection.execute(query) if content]
            lay(connection, graves, why=ROW, at=some[0].at)


def begun(store: Store) -> list[Begun]:
    """Give what erasures that were begun have left to do, in order of time."""
    with store.transaction() as connection:
        query = select(TABLE).order_by(TABLE.c.at, TABLE.c.kind, TABLE.c.name)
        return [Begun(**row) for row in connection.execute(query).mappings()]


def remember_files(store: Store, names: Iterable[str], task: Begun) -> None:
    """Keep in mind files, by the ids under which they went out, that are taken away and are to be made again."""
    tasks = [replace(task, kind="file", name=name) for name in names]
    with store.transaction() as connection:
        upsert(connection, TABLE, [asdict(one) for one in tasks])


def done_with(store: Store, tasks: Iterable[Begun]) -> None:
    """Tick off what is done."""
    with store.transaction() as connection:
        for one in tasks:
            connection.execute(delete(TABLE).where(TABLE.c.kind == one.kind, TABLE.c.name == one.name))


def erase(store: Store, tasks: Sequence[Begun], *, run: Run) -> None:
    """Take verbatims out with all that is said of them, some hundreds at once.

    What people decided stays, less their notes: figures of agreement are made of it. Copies of the texts by others stay
    too, in groups to be made anew.
    """
    for some in batches(tasks):
        with store.alone() as connection:
            left = _still_left(connection, some)
            ids = [one.name for one in left]
            versions = list(connection.scalars(select(TEXTS.c.version).where(TEXTS.c.id.in_(ids))))
            _leave_groups(connection, versions, run)
            for table in OF_VERSIONS:
                connection.execute(delete(table).where(table.c.version.in_(versions)))
            connection.execute(delete(schema.queue).where(schema.queue.c.verbatim.in_(ids)))
            connection.execute(update(schema.verdicts).where(schema.verdicts.c.verbatim.in_(ids)).values(note=""))
            connection.execute(delete(TEXTS).where(TEXTS.c.id.in_(ids)))
            for one in left:
                detail = {"why": one.why}
                audit.note(connection, at=one.at, actor=one.actor, action="forget", subject=one.name, detail=detail)
            _tick_off(connection, "verbatim", ids)


def erase_refused(store: Store, tasks: Sequence[Begun]) -> None:
    """Take rows out of quarantine."""
    for some in batches(tasks):
        with store.alone() as connection:
            left = _still_left(connection, some)
            ids = [one.name for one in left]
            connection.execute(delete(REFUSED).where(REFUSED.c.id.in_(ids)))
            for (at, actor), rows in Counter((one.at, one.actor) for one in left).items():
                detail = {"rows": rows}
                audit.note(connection, at=at, actor=actor, action="forget", subject="quarantine", detail=detail)
            _tick_off(connection, "row", ids)


def forget_exports(store: Store, versions: Collection[str]) -> None:
    """Take versions out of the lists of what files hold: their names are hashes of what was erased."""
    table, gone = schema.exports, set(versions)
    for one in exports_of(store, gone):
        left = [version for version in one.versions if version not in gone]
        with store.transaction() as connection:
            connection.execute(update(table).where(table.c.id == one.id).values(versions=left))


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
            words.compact(connection)
            connection.exec_driver_sql("VACUUM")
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        except DBAPIError as error:
            raise StoreError(f"{_unwiped(store)} ({meaning(error)})") from None
    if busy:
        raise StoreError(f"{_unwiped(store)} ; fermez les autres programmes qui la lisent, relancez la même commande")


def _still_left(connection: Connection, tasks: Sequence[Begun]) -> list[Begun]:
    """Give those of the tasks, of one kind, that no other program did meanwhile."""
    kinds, names = {one.kind for one in tasks}, [one.name for one in tasks]
    left = set(connection.scalars(select(TABLE.c.name).where(TABLE.c.kind.in_(kinds), TABLE.c.name.in_(names))))
    return [one for one in tasks if one.name in left]


def _tick_off(connection: Connection, kind: Left, names: Sequence[str]) -> None:
    connection.execute(delete(TABLE).where(TABLE.c.kind == kind, TABLE.c.name.in_(names)))


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
