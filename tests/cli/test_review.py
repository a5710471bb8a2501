from pathlib import Path

import pytest
import xlsxwriter

from listening.cli.app import main
from listening.records import content_id
from listening.sources.workbooks import read_sheet
from listening.store.store import open_store

SENTIMENT, CODE, POLARITY = 5, 6, 7


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def plain(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, with plain single spaces."""
    return " ".join(capsys.readouterr().out.split())


def coded(path: Path, said: list[str], name: str) -> Path:
    """The workbook with these sentiments, and the code « Prix » where it is negative."""
    table = [list(row) for _, row in read_sheet(path, "")]
    for row, sentiment in zip(table[2:], said, strict=True):
        row[SENTIMENT] = sentiment
        row[CODE : POLARITY + 1] = ["offre.prix", "négatif"] if sentiment == "négatif" else ["", ""]
    with xlsxwriter.Workbook(path.parent / name, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(table):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell)
    return path.parent / name


def test_review_by_workbook_from_the_queue_to_the_agreement(
    night_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("run", night_file)
    place, book = ("--store", tmp_path / "essai.sqlite"), tmp_path / "lea.xlsx"
    capsys.readouterr()
    assert run("review", "queue", night_file) == 0
    assert "contrôle au hasard : 4 verbatims" in plain(capsys)

    assert run("review", "export", "--xlsx", book, "--coder", "lea", *place) == 0
    assert "4 verbatims à coder" in plain(capsys)
    whole = coded(book, ["négatif", "positif", "positif", "neutre"], "rendu.xlsx")
    assert run("review", "import", whole, *place) == 0
    assert "lea : 4 verdicts ajoutés, dont 0 à la place d'un autre ; 0 déjà connus" in plain(capsys)
    half = coded(book, ["négatif", "positif", "bof", ""], "autre.xlsx")
    assert run("review", "import", half, "--coder", "momo", *place) == 1
    printed = plain(capsys)
    assert "momo : 2 verdicts ajoutés" in printed
    assert "autre.xlsx, cellule F5 : « bof » ; choisissez négatif, neutre, positif" in printed

    assert run("review", "agreement", *place) == 0
    assert "lea – momo : 2 verbatims codés par les deux" in plain(capsys)
    assert run("review", "queue", *place) == 0
    assert "Rien à relire." in plain(capsys)

    assert run("review", "audit", night_file) == 0
    printed = capsys.readouterr().out.replace("\xa0", " ")
    assert "4 verbatims tirés au hasard, 4 relus" in printed
    (negative,) = [line for line in printed.splitlines() if line.split()[:1] == ["négatif"]]
    assert "25,0 %" in negative


def test_review_ask_puts_a_verbatim_in_the_queue(
    night_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("ingest", night_file)
    place = ("--store", tmp_path / "essai.sqlite")
    assert run("review", "queue", *place) == 0
    assert "Rien à relire." in plain(capsys)
    assert run("review", "ask", content_id("avis", "2"), "--by", "zoe", *place) == 0
    assert "1 verbatim ajouté à la file." in plain(capsys)
    assert run("review", "queue", *place) == 0
    assert "demandé : 1 verbatim" in plain(capsys)
    assert run("review", "ask", "absent", "--by", "zoe", *place) == 1
    assert "aucun verbatim absent" in " ".join(capsys.readouterr().err.split())


def test_review_export_says_when_nothing_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_store(tmp_path / "b.sqlite").close()
    arguments = ("review", "export", "--xlsx", tmp_path / "a.xlsx", "--coder", "lea", "--store", tmp_path / "b.sqlite")
    assert run(*arguments) == 1
    assert "rien n'attend lea" in capsys.readouterr().err
    assert not (tmp_path / "a.xlsx").exists()
