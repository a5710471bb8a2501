from pathlib import Path

import pytest

from listening.cli.app import main


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def plain(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, with plain single spaces."""
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture
def broken(answers: Path, night_file: Path) -> Path:
    """A night that was read, with two lines refused."""
    content = answers.read_text(encoding="utf-8")
    refused = "8;03/02/2026;Léo;11;Appelez le 06 39 98 12 44\n9;03/02/2026;Léo;3\n"
    answers.write_text(content + refused, encoding="utf-8")
    assert run("ingest", night_file) == 0
    return night_file


def test_list_shows_place_reason_and_masked_content(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run("quarantine", "list", "--store", broken.parent / "essai.sqlite") == 0
    printed = plain(capsys)
    assert "avis.csv, ligne 6" in printed
    assert "4 cellules au lieu de 5" in printed
    assert "[TÉLÉPHONE]" in printed and "06 39" not in printed
    assert "2 lignes en quarantaine." in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--most", "1"], "2 lignes en quarantaine, dont 1 affichées."), (["forum"], "Rien en quarantaine.")],
)
def test_list_says_how_many_there_are(
    broken: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    capsys.readouterr()
    assert run("quarantine", "list", "--store", broken.parent / "essai.sqlite", *arguments) == 0
    assert said in plain(capsys)


def test_retry_takes_mended_lines_out_and_keeps_the_others(
    broken: Path, answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers.write_text(answers.read_text(encoding="utf-8").replace("Léo;11;", "Léo;1;"), encoding="utf-8")
    capsys.readouterr()
    assert run("quarantine", "retry", broken) == 0
    assert "avis : 1 ligne sortie de quarantaine, 1 y reste." in plain(capsys)
    assert run("quarantine", "retry", broken) == 0
    assert "avis : 0 ligne sortie de quarantaine, 1 y reste." in plain(capsys)


def test_retry_without_anything_held_reads_nothing(night_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("quarantine", "retry", night_file) == 0
    assert "Aucune ligne de ces sources en quarantaine." in plain(capsys)
