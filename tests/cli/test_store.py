import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from listening.cli.app import main


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def filled(night_file: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The SQLite store of four answers."""
    assert run("ingest", night_file) == 0
    capsys.readouterr()
    return night_file.parent / "essai.sqlite"


def test_store_check_of_a_sound_store(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("store", "check", "--store", filled) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Base : ") and str(filled) in lines[0]
    assert {line[0] for line in lines[1:]} == {"✓"}


def test_store_check_says_what_is_wrong(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("INSERT INTO segments VALUES ('absente', 0, 0, 1)")
    assert run("store", "check", "--store", filled) == 1
    printed = capsys.readouterr().out.replace("\xa0", " ")
    assert "✗ segments : leur verbatim est là : 1 faute (absente)" in printed
    assert "dernière copie saine" in printed


def test_store_check_makes_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("store", "check", "--store", tmp_path / "rien.sqlite") == 1
    assert "pas de base ici" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_store_migrate_says_what_it_did(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fresh = filled.with_name("neuve.sqlite")
    for place, said in ((filled, ": déjà à jour"), (fresh, ": de rien à 0"), (fresh, ": déjà à jour")):
        assert run("store", "migrate", "--store", place) == 0
        assert said in capsys.readouterr().out


def test_store_migrate_makes_the_words_anew(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("DELETE FROM words_found")
    assert run("store", "check", "--store", filled) == 1
    assert run("store", "migrate", "--again", "--store", filled) == 0
    assert "mots de 4 verbatims" in capsys.readouterr().out.replace("\xa0", " ")
    assert run("store", "check", "--store", filled) == 0


@pytest.mark.postgresql
def test_store_copy_to_a_server_and_back(filled: Path, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    back = filled.with_name("retour.sqlite")
    assert run("store", "copy", filled, database) == 0
    assert run("store", "copy", database, back) == 0
    printed = capsys.readouterr().out
    assert "lignes copiées" in printed and ".listening-key" in printed
    query = "SELECT * FROM verbatims ORDER BY version"
    with closing(sqlite3.connect(filled)) as one, closing(sqlite3.connect(back)) as other:
        assert one.execute(query).fetchall() == other.execute(query).fetchall() != []


def test_store_export_writes_parquet_and_its_dictionary(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = filled.with_name("export")
    assert run("store", "export", "--parquet", folder, "--store", filled) == 0
    names = {"verbatims", "segments", "readings", "tags", "verdicts", "runs"}
    assert {path.name for path in folder.iterdir()} == {f"{name}.parquet" for name in names} | {"dictionnaire.csv"}
    assert "dictionnaire.csv" in capsys.readouterr().out
