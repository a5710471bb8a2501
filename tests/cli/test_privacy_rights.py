import json
from io import StringIO
from pathlib import Path

import pytest

from listening.cli.app import main
from listening.steps.forget import find_author
from listening.steps.night import KEY
from listening.steps.runs import now
from listening.store.erasure import Begun, begin
from listening.store.store import open_store
from listening.text.pseudonym import read_key


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def plain(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, with plain single spaces."""
    printed = capsys.readouterr()
    return " ".join((printed.out + printed.err).split())


@pytest.fixture
def read(night_file: Path, capsys: pytest.CaptureFixture[str]) -> list[object]:
    """The options of a store with answers."""
    assert run("ingest", night_file) == 0
    capsys.readouterr()
    return ["--store", night_file.parent / "essai.sqlite"]


@pytest.mark.parametrize("answer", ["", "non\n", "y\n"])
def test_forget_tells_and_asks_before_it_erases(
    read: list[object],
    answers: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(answer))
    assert run("forget", "--author", "Zaza", *read) == 130
    printed = plain(capsys)
    assert "À effacer : 1 verbatim de avis" in printed
    assert f"Reste, car il n'est pas à nous : {answers}" in printed
    monkeypatch.setattr("sys.stdin", StringIO("oui\n"))
    assert run("forget", "--author", "Zaza", *read) == 0
    printed = plain(capsys)
    assert "À effacer : 1 verbatim de avis" in printed  # it was not erased without a yes
    assert "Effacé de la base" in printed


@pytest.mark.parametrize("which", [["--author", "Zaza"], ["--verbatim", "3"], ["--where", "external_id=3"]])
def test_forget_erases_and_says_so(read: list[object], capsys: pytest.CaptureFixture[str], which: list[str]) -> None:
    assert run("forget", *which, "--yes", *read) == 0
    assert "Effacé de la base" in plain(capsys)
    assert run("forget", *which, "--yes", *read) == 0
    printed = plain(capsys)
    assert "Rien de tel dans la base." in printed
    assert "Effacé de la base" not in printed
    assert ("une empreinte laisse dehors" in printed) == ("--author" in which)


@pytest.mark.parametrize("which", [[], ["--author", "Zaza", "--verbatim", "3"]])
def test_forget_takes_one_of_four(read: list[object], capsys: pytest.CaptureFixture[str], which: list[str]) -> None:
    assert run("forget", *which, "--yes", *read) == 1
    assert "un seul des quatre" in plain(capsys)


def test_forget_that_was_cut_is_told_by_check_and_ended(
    read: list[object], night_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = read_key(night_file.parent / KEY)
    with open_store(night_file.parent / "essai.sqlite") as store:
        found = find_author(store, "Zaza", key=key)
        task = Begun(kind="bytes", name="r9", at=now(), why="demande", actor="léa")
        with store.alone() as connection:
            begin(connection, found.places, found.refused, task)
    assert run("store", "check", *read) == 1
    printed = plain(capsys)
    assert "listening forget --resume" in printed and "par léa" in printed
    assert "copie saine" not in printed  # this store can be mended
    assert run("forget", "--resume", *read) == 0
    assert run("store", "check", *read) == 0
    capsys.readouterr()
    assert run("forget", "--resume", *read) == 0
    assert "Aucun effacement à finir." in plain(capsys)


@pytest.mark.parametrize("command", [["forget", "--yes"], ["access"]])
def test_rights_need_the_key_that_was_used(
    read: list[object], tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    (tmp_path / ".listening-key").unlink()
    assert run(*command, "--author", "Zaza", *read) == 1
    assert "pas de clé des empreintes" in plain(capsys)
    assert not (tmp_path / ".listening-key").exists()


def test_access_prints_what_is_held(read: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("access", "--author", "Zaza", *read) == 0
    held = json.loads(capsys.readouterr().out)
    assert [one["text"] for one in held["verbatims"]] == ["Encore un justificatif demandé, appelez-moi au [TÉLÉPHONE]."]


def test_access_of_nobody_is_one_sentence(read: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("access", "--author", "Personne", *read) == 1
    assert "rien de cet auteur" in plain(capsys)


def test_access_writes_a_file_that_erasure_takes_away(
    read: list[object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "zaza.json"
    assert run("access", "--author", "Zaza", "-o", path, *read) == 0
    assert path.stat().st_mode & 0o077 == 0
    assert run("forget", "--author", "Zaza", "--yes", *read) == 0
    assert f"Fichier effacé : {path}" in plain(capsys)
    assert not path.exists()
