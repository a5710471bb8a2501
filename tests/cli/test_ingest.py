from pathlib import Path

import pytest
from sqlalchemy import select

from listening.cli.app import main
from listening.configuration import read_night
from listening.store import schema
from listening.store.store import open_store

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def sources(store: Path) -> set[str]:
    with open_store(store) as opened, opened.transaction() as connection:
        return set(connection.scalars(select(schema.verbatims.c.source)))


def test_ingest_recognises_a_file_and_stores_it(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "base" / "essai.sqlite"
    assert run("ingest", answers, "--store", store) == 0
    printed = capsys.readouterr().out
    assert "avis.csv : table, source « avis »" in printed
    assert "4\xa0verbatims nouveaux" in printed
    assert sources(store) == {"avis"}
    assert run("ingest", answers, "--store", store) == 0
    assert "4\xa0déjà connus" in capsys.readouterr().out


def test_ingest_default_store_is_in_data(
    answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("ingest", answers, "--name", "magasins") == 0
    assert "source « magasins »" in capsys.readouterr().out
    assert sources(tmp_path / "data" / "listening.sqlite") == {"magasins"}


def test_ingest_takes_several_files_and_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "essai.sqlite"
    assert run("ingest", SAMPLES / "mastodon.json", SAMPLES / "forum", "--store", store) == 0
    assert sources(store) == {"mastodon", "forum"}


def test_ingest_dry_run_prints_a_configuration_and_stores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, night = tmp_path / "essai.sqlite", tmp_path / "nuit.yaml"
    assert run("ingest", SAMPLES / "barometre_qualtrics.csv", "--dry-run", "--store", store) == 0
    printed = capsys.readouterr().out
    assert "# " in printed
    assert not store.exists()
    night.write_text(printed, encoding="utf-8")
    (source,) = read_night(night).sources
    assert (source.kind, source.text, source.weight) == ("qualtrics", "Q2", "poids")


def test_ingest_reads_a_file_as_told(answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ingest", answers, "--as", "mastodonte", "--store", tmp_path / "a.sqlite") == 1
    assert "sorte inconnue « mastodonte » ; possibles : " in capsys.readouterr().err
    assert run("ingest", answers, "--as", "table", "--store", tmp_path / "a.sqlite") == 0


def test_ingest_says_what_it_left_out_of_a_folder(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    assert run("ingest", tmp_path, "--dry-run") == 0
    assert "# Laissé : notes.pdf : format « .pdf » inconnu" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv : ce fichier est vide"),
        ("a.csv", b"ville;note\nBrest;4\nLyon;5\n", "aucune colonne de textes"),
        ("a.pdf", b"%PDF", "possibles : .csv"),
    ],
)
def test_ingest_bad_file_is_one_clear_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert run("ingest", tmp_path / name, "--store", tmp_path / "a.sqlite") == 1
    printed = capsys.readouterr().err
    assert message in printed
    assert len(printed.strip().splitlines()) == 1
    assert not (tmp_path / "a.sqlite").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--name", "x"), "--name ne vaut que pour des fichiers de données"),
        (("--store", "x.sqlite"), "--store ne vaut que pour"),
        (("autre.csv",), "une configuration YAML se lit seule"),
    ],
)
def test_ingest_configuration_takes_no_option_of_files(
    night_file: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    assert run("ingest", night_file, *options) == 1
    assert message in capsys.readouterr().err
