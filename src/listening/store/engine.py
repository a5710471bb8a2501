"""Where a store is, how it is connected to, and what its database's errors mean."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError

from listening.errors import StoreError

DEFAULT = "data/listening.sqlite"
DRIVERS = ("pysqlite", "psycopg")
PATIENCE = 30  # seconds that a statement waits for another writer
# what is erased is written over; a reader and a writer do not wait for one another
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    f"busy_timeout={PATIENCE * 1000}",
    "foreign_keys=ON",
    "secure_delete=ON",
)
NAMED = 5000  # names in one statement: databases take some tens of thousands
KEPT = "relancez : ce qui est validé y reste"
FULL = f"plus de place sur le disque ; libérez-en, puis {KEPT}"
EXTENDING = ("mdextend", "mdzeroextend")  # of PostgreSQL, that a quota or a limit stops without its code of a full disk
MEANINGS = {
    ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40"): "verrouillée par un autre programme ; attendez sa fin, puis "
    + KEPT,
    ("SQLITE_FULL", "53100"): FULL,
    ("SQLITE_IOERR",): f"le disque refuse de lire ou d'écrire ; vérifiez sa place et son état, puis {KEPT}",
    ("SQLITE_READONLY", "SQLITE_PERM", "25006", "42501"): "écriture interdite ; vérifiez vos droits sur la base, et "
    "sur son dossier",
    ("SQLITE_CANTOPEN",): "ne peut pas être ouverte ; vérifiez vos droits sur le fichier et son dossier",
    ("SQLITE_NOTADB", "SQLITE_CORRUPT"): "ce n'est pas une base lisible ; vérifiez le chemin, ou reprenez une copie",
    ("53300",): "trop de connexions à la fois ; fermez-en, ou demandez-en plus au serveur (max_connections)",
    ("08", "57P"): f"connexion coupée par le serveur ; {KEPT}",
}


def locate(place: str | Path | None = None) -> Path | None:
    """Give the file of a store named by path or URL, None for a database server."""
    place = str(place or os.environ.get("LISTENING_STORE", DEFAULT))
    if place.startswith("sqlite:///"):
        return Path(place.removeprefix("sqlite:///"))
    return None if "://" in place else Path(place)


def connect(place: str | Path | None = None) -> Engine:
    """Prepare connections to a path (SQLite, whose folder is made) or URL; StoreError where there can be none."""
    place = place or os.environ.get("LISTENING_STORE", DEFAULT)
    file = locate(place)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"{file.parent} ne peut pas être créé ({error.strerror})"
            raise StoreError(f"{problem} ; choisissez un autre dossier") from error
    # a failed statement must not print the verbatims that it carried
    try:
        engine = create_engine(
            f"sqlite:///{file}" if file else str(place), hide_parameters=True, pool_pre_ping=not file
        )
        if engine.driver not in DRIVERS:
            raise ArgumentError(f"{engine.driver} n'est pas pris")
    except (ArgumentError, ImportError) as error:
        raise StoreError(
            f"adresse de base refusée ({error}) ; écrivez un chemin, ou postgresql+psycopg://… (extra « postgres »)"
        ) from error
    event.listen(engine, "connect", _set_up_sqlite if engine.dialect.name == "sqlite" else _set_up_server)
    return engine


def named(names: Iterable[str]) -> Iterator[list[str]]:
    """Give names by the number that one statement takes."""
    waiting = iter(names)
    while some := list(islice(waiting, NAMED)):
        yield some


def upsert(connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; where the primary key is there already, the row takes the new values."""
    if not rows:
        return
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    fresh = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if fresh:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=fresh)
    else:
        statement = statement.on_conflict_do_nothing()
    connection.execute(statement, list(rows))


def meaning(error: DBAPIError) -> str:
    """Say in French what a database's error means, with the remedy; never what a row held."""
    cause: Any = error.orig
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    if code is None:  # no connection, or a value that the driver refuses
        first = str(cause).splitlines()[0]
        return f"{first} ; vérifiez l'adresse, que le serveur tourne et que la base y existe"
    for beginnings, words in MEANINGS.items():
        if code.startswith(beginnings):
            return words
    # PostgreSQL's own words may show the row; SQLite's name columns only
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is None:
        return str(cause)
    if diagnosis.source_function in EXTENDING:
        return FULL
    place = ".".join(filter(None, (diagnosis.table_name, diagnosis.column_name)))
    return diagnosis.message_primary if code.startswith("42") else f"{type(cause).__name__} {place}".strip()


def _set_up_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_up_server(connection: Any, _: Any) -> None:
    connection.execute(f"SET lock_timeout = '{PATIENCE}s'")
    connection.commit()
