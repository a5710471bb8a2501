"""The life of a store: open, write in batches, ask what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, exists, func, or_, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from listening.errors import StoreError
from listening.records import Reading, Run, Segment, Verbatim
from listening.store import cards, schema, words
from listening.store.engine import connect, meaning, upsert
from listening.store.history import keep_verbatims
from listening.store.migrating import migrate
from listening.store.turns import claim, hold, leaving, present, take

ROWS = 1000  # read from the database at once, where all of a table is


@dataclass(frozen=True, slots=True)
class Pending:
    """A verbatim version that a tagger has not read yet."""

    version: str
    text: str
    question: str | None


def open_store(place: str | Path | None = None) -> Store:
    """Open a store by path (SQLite) or URL, by default `data/listening.sqlite`, and bring its tables up to date.

    Raises StoreError when the place cannot be written, is no database, or belongs to a newer version.
    """
    store = Store(connect(place))
    try:
        store.migrate()
    except BaseException:
        store.close()
        raise
    return store


class Store:
    """An open database; `with` closes it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self.engine.dispose()

    @property
    def place(self) -> str:
        """Where the database is, without password."""
        return make_url(self.engine.url).render_as_string(hide_password=True)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection whose writes are kept all or none."""
        with self._explained(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction during which nothing is erased: what it adds is of versions that stay until it ends."""
        with self.transaction() as connection:
            hold(connection)
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Give a transaction during which nobody else writes what is said of verbatims."""
        with self.transaction() as connection:
            take(connection)
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that reads all tables as they were at one moment, row by row, whoever writes meanwhile."""
        with self._explained(), self.engine.connect() as connection:
            connection = connection.execution_options(yield_per=ROWS)
            if self.engine.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            else:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:  # whose own words may show a row
            raise StoreError(f"{self.place} : {meaning(error)}") from None

    def migrate(self) -> tuple[str | None, str | None]:
        """Bring the tables to this version's form; give the names of the form before, if any, and after."""
        with self.transaction() as connection:
            return migrate(connection, self.place)

    # Runs

    def start_run(self, run: Run) -> Run:
        """Record a run that begins; one of the same step that never ended is marked interrupted."""
        with self.transaction() as connection:
            stale = and_(schema.runs.c.step == run.step, schema.runs.c.status == "running")
            connection.execute(update(schema.runs).where(stale).values(status="interrupted"))
            connection.execute(schema.runs.insert().values(**asdict(run)))
        return run

    def end_run(self, run: Run, ended_at: datetime) -> None:
        """Record how a run ended, with its counts and its lineage."""
        with self.transaction() as connection:
            names = ("status", "counts", "message", "lineage")
            values = {name: getattr(run, name) for name in names} | {"ended_at": ended_at}
            connection.execute(update(schema.runs).where(schema.runs.c.id == run.id).values(**values))

    # Verbatims

    def known(self, fingerprints: Sequence[str], *, taken_back: bool = True) -> set[str]:
        """Give those of the fingerprints whose verbatim is stored, and current.

        Or `taken_back`, as an export older than the deletion may give it; a service that gives it again put it back.
        """
        table = schema.verbatims
        kept = or_(table.c.current, table.c.deleted_at.is_not(None)) if taken_back else table.c.current.is_not(False)
        with self.transaction() as connection:
            query = select(table.c.fingerprint).where(table.c.fingerprint.in_(fingerprints), kept)
            return set(connection.scalars(query))

    def add_verbatims(
        self,
        rows: Sequence[tuple[str, Verbatim]],
        run: Run,
        *,
        erased: Callable[[Connection], Collection[str]] = lambda connection: (),
    ) -> dict[str, int]:
        """Store verbatims with their fingerprints, in one transaction; a changed text becomes the current version.

        Gives how many are `new`, `changed` (another text at a known place) or `updated` (same text, other facts).
        `erased` gives, in that transaction, the ids that stay out.
        """
        last = {verbatim.id: (fingerprint, verbatim) for fingerprint, verbatim in rows}
        table, counts = schema.verbatims, {"new": 0, "changed": 0, "updated": 0}
        with self.writing() as connection:
            for place in erased(connection):
                last.pop(place, None)
            stored: dict[str, set[str]] = {}
            for place, version in claim(connection, table.c.id.in_(list(last))):
                stored.setdefault(place, set()).add(version)
            for place, (_, verbatim) in last.items():
                versions = stored.get(place)
                counts["new" if not versions else "updated" if verbatim.version in versions else "changed"] += 1
            if stored:
                known = table.c.id.in_(list(stored))
                keep_verbatims(connection, known, run)
                connection.execute(update(table).where(known).values(current=False))
            upsert(connection, table, [_row(print_, one) | {"run": run.id} for print_, one in last.values()])
            words.keep_words(connection, {one.version: one.text for _, one in last.values()})
            cards.refresh_places(connection, list(last))
        return counts

    def mark_deleted(self, deleted: Mapping[str, datetime], run: Run) -> int:
        """Mark verbatims, by id, as taken back at some moment: they stay, no more current; give how many were."""
        table, count = schema.verbatims, 0
        with self.writing() as connection:
            claim(connection, table.c.id.in_(list(deleted)))
            keep_verbatims(connection, table.c.id.in_(list(deleted)), run)
            for place, at in deleted.items():
                gone = update(table).where(table.c.id == place, table.c.current.is_not(False))
                count += connection.execute(gone.values(current=False, deleted_at=at)).rowcount
            cards.refresh_places(connection, list(deleted))
        return count

    # Cursors

    def cursor(self, source: str, configuration: str) -> str | None:
        """Give where the next reading of a source begins, None when it was never read under this configuration."""
        table = schema.cursors
        same = and_(table.c.source == source, table.c.configuration == configuration)
        with self.transaction() as connection:
            return connection.scalar(select(table.c.value).where(same))

    def keep_cursor(self, source: str, configuration: str, value: str, run: Run) -> None:
        """Keep where the next reading of a source begins: what came before it must be stored."""
        row = {"source": source, "configuration": configuration, "value": value, "run": run.id}
        with self.transaction() as connection:
            upsert(connection, schema.cursors, [row])

    # Readings

    def pending(self, model: str, codebook: str, *, limit: int, language: str = "fr") -> list[Pending]:
        """Give current verbatims with words that this model has not read under this codebook, in order of version."""
        table = schema.verbatims
        with self.transaction() as connection:
            query = (
                select(table.c.version, table.c.text, table.c.question)
                .where(_unread(model, codebook, language))
                .order_by(table.c.version)
                .limit(limit)
            )
            return [Pending(*row) for row in connection.execute(query)]

    def count_pending(self, model: str, codebook: str, *, language: str = "fr") -> int:
        """Give how many verbatims `pending` would give in all."""
        with self.transaction() as connection:
            query = select(func.count()).select_from(schema.verbatims).where(_unread(model, codebook, language))
            return connection.scalar(query) or 0

    def add_readings(
        self, readings: Iterable[tuple[Pending, Sequence[Segment], Reading]], *, model: str, codebook: str, run: Run
    ) -> None:
        """Store what a tagger read, with the segments it read in, in one transaction; what was erased stays out."""
        origin = {"model": model, "codebook": codebook, "run": run.id}
        cuts, read, tagged = [], [], []
        for verbatim, segments, reading in readings:
            key = {"version": verbatim.version}
            cuts += [key | {"rank": rank, "start": one.start, "stop": one.stop} for rank, one in enumerate(segments)]
            read.append(key | origin | dict(reading.sentiment))
            tagged += [key | origin | asdict(tag) for tag in reading.tags]
        with self.writing() as connection:
            versions = present(connection, {str(row["version"]) for row in read})
            connection.execute(delete(schema.segments).where(schema.segments.c.version.in_(versions)))
            for table, rows in ((schema.segments, cuts), (schema.readings, read), (schema.tags, tagged)):
                upsert(connection, table, [row for row in rows if row["version"] in versions])
            cards.refresh(connection, versions)


def _unread(model: str, codebook: str, language: str) -> Any:
    verbatims, readings = schema.verbatims, schema.readings
    read = exists().where(
        readings.c.version == verbatims.c.version, readings.c.model == model, readings.c.codebook == codebook
    )
    here = and_(verbatims.c.current, verbatims.c.version.not_in(leaving()))
    return and_(here, verbatims.c.language == language, ~read)


def _row(fingerprint: str, verbatim: Verbatim) -> dict[str, Any]:
    row = {field: getattr(verbatim, field) for field in verbatim.__dataclass_fields__ if field != "scores"}
    return (
        row
        | asdict(verbatim.scores)
        | {
            "version": verbatim.version,
            "id": verbatim.id,
            "current": True,
            "deleted_at": None,
            "fingerprint": fingerprint,
        }
    )
