import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from traceback import format_exception

import pytest
from sqlalchemy import create_engine, text

from listening.errors import StoreError
from listening.records import Run, Verbatim
from listening.store.engine import PATIENCE, locate
from listening.store.frames import counts
from listening.store.store import Store, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="ingest", started_at=NOON)
ANSWER = Verbatim(source="s", channel="survey", external_id="1", text="Accueil parfait", language="fr")


def add(store: Store, **facts: object) -> None:
    store.add_verbatims([("f1", replace(ANSWER, **facts))], RUN)  # type: ignore[arg-type]


def hurry(store: Store, setting: str) -> None:
    """Change a setting of the store's only connection."""
    with store.engine.connect() as connection:
        connection.exec_driver_sql(setting)
        connection.commit()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("secure_delete", 1), ("busy_timeout", PATIENCE * 1000)]
)
def test_connect_sets_sqlite_up(tmp_path: Path, pragma: str, value: object) -> None:
    with open_store(tmp_path / "base.sqlite") as store, store.transaction() as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == value


def test_connect_sets_postgresql_up(database: str) -> None:
    with open_store(database) as store, store.transaction() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == f"{PATIENCE}s"


def test_deleted_words_are_not_in_the_files_any_more(tmp_path: Path) -> None:
    with open_store(tmp_path / "base.sqlite") as store:
        add(store, text="Mot-à-faire-disparaître")
        with store.transaction() as connection:
            connection.execute(text("DELETE FROM verbatims"))
        hurry(store, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"faire-dispara" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


@contextmanager
def held(place: str) -> Iterator[None]:
    """Keep other writers of a store waiting."""
    file = locate(place)
    if file:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
        return
    engine = create_engine(place)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE verbatims"))
        yield
    engine.dispose()


def test_locked_store_says_so_and_loses_nothing(store: Store, store_place: str) -> None:
    add(store)
    hurry(store, "PRAGMA busy_timeout=50" if locate(store_place) else "SET lock_timeout = '50ms'")
    with held(store_place), pytest.raises(StoreError, match="verrouillée par un autre programme"):
        add(store, text="Accueil froid")
    assert counts(store)["verbatims"] == 1
    add(store, text="Accueil froid")
    assert counts(store)["verbatims"] == 2


def test_full_disk_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    with open_store(tmp_path / "base.sqlite") as store:
        add(store)
        hurry(store, "PRAGMA max_page_count=1")  # no more than it has
        with pytest.raises(StoreError, match="plus de place sur le disque"):
            add(store, text="Accueil " * 100_000)
        assert counts(store)["verbatims"] == 1


def test_full_disk_of_a_server_is_said_and_nothing_is_lost(full_server: tuple[str, Callable[[], None]]) -> None:
    place, give_room = full_server
    with open_store(place) as store:
        add(store)
        long = Random(3).randbytes(4 * 2**20).hex()  # it cannot be packed
        with pytest.raises(StoreError, match="plus de place sur le disque"):
            add(store, text=long)
        assert counts(store)["verbatims"] == 1
    give_room()
    with open_store(place) as store:
        add(store, text=long)
        assert counts(store)["verbatims"] == 2


def test_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="vérifiez l'adresse, que le serveur tourne"):
        open_store(f"postgresql+psycopg://essai:secret@/base?host={tmp_path}")


def test_missing_database_is_named(postgresql: str) -> None:
    with pytest.raises(StoreError, match=r"« absente » does not exist|\"absente\" does not exist"):
        open_store(postgresql.format("absente"))


def test_password_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(f"postgresql+psycopg://essai:secret@/base?host={tmp_path}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("facts", [{"external_id": "x" * 5000}, {"brand": "a\0b"}, {"source": "s" * 300}])
def test_words_of_any_length_and_kind_are_kept(store: Store, facts: dict[str, str]) -> None:
    add(store, **facts)
    ((name, value),) = facts.items()
    with store.transaction() as connection:
        assert connection.scalar(text(f"SELECT {name} FROM verbatims")) == value.replace("\0", "")


def test_connect_refuses_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "base.sqlite"
    path.write_text("ceci n'est pas une base " * 100)
    with pytest.raises(StoreError, match="n'est pas une base lisible"):
        open_store(path)


def test_connect_refuses_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    with pytest.raises(StoreError, match="ne peut pas être créé"):
        open_store(tmp_path / "fichier" / "base.sqlite")


@pytest.mark.parametrize("place", ["postgres://x", "n'importe://quoi", "mysql://h/b"])
def test_connect_refuses_a_wrong_address(place: str) -> None:
    with pytest.raises(StoreError, match="adresse de base refusée"):
        open_store(place)


def test_errors_do_not_show_verbatims(store: Store) -> None:
    name = "Perchoux"
    with pytest.raises(StoreError, match="weight") as caught:
        add(store, weight=None, text=f"Je suis Odile {name}")
    assert name not in "".join(format_exception(caught.value))


def test_connect_place_can_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTENING_STORE", f"sqlite:///{tmp_path}/ici.sqlite")
    open_store().close()
    assert (tmp_path / "ici.sqlite").is_file()


@pytest.mark.parametrize(
    ("place", "file"),
    [("a/b.sqlite", Path("a/b.sqlite")), ("sqlite:///c.db", Path("c.db")), ("postgresql+psycopg://h/b", None)],
)
def test_locate_gives_the_file(place: str, file: Path | None) -> None:
    assert locate(place) == file
