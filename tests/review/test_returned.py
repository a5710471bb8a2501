from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from listening.codebook import Codebook
from listening.errors import FormatError
from listening.records import CodeVerdict
from listening.review.returned import read_workbook
from listening.review.workbook import Purpose, ToCode, write_workbook
from listening.sources.workbooks import read_sheet

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PURPOSE = Purpose(codebook="essai@1", coder="lea")
ASSISTED = Purpose(codebook="essai@1", coder="lea", model="m@1")
PRICE = CodeVerdict(code="prix.niveau", polarity="negatif")
ROWS = [
    ToCode(version="v1", text="=1+1 : trop cher", question="+ Pourquoi ?", context="avis", asked="-"),
    ToCode(version="v2", text="Rapide", sentiment="positif", codes=(PRICE,)),
]
FIRST = 5  # columns that are given


def written(path: Path, codebook: Codebook, purpose: Purpose = PURPOSE, rows: list[ToCode] = ROWS) -> Path:
    return write_workbook(path / "a_coder.xlsx", rows, codebook, purpose, at=NOON)


def filled(path: Path, codebook: Codebook, cells: dict[tuple[int, int], str], purpose: Purpose = PURPOSE) -> Path:
    """The workbook as a coder gives it back, with other words in some cells, by line and column from 0."""
    table = [list(row) for _, row in read_sheet(written(path, codebook, purpose), "")]
    for (line, column), said in cells.items():
        table[line][column] = said
    with xlsxwriter.Workbook(path / "code.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Verbatims")
        for line, row in enumerate(table):
            for column, said in enumerate(row):
                sheet.write_string(line, column, said)
    return path / "code.xlsx"


@pytest.mark.parametrize("said", ["Prix (prix.niveau)", "prix.niveau", "PRIX", " Prix "])
def test_read_workbook_gives_what_was_coded(codebook: Codebook, tmp_path: Path, said: str) -> None:
    cells = {(2, FIRST): "Négatif", (2, FIRST + 1): said, (2, FIRST + 2): "negatif", (2, -1): "=SOMME(A1)"}
    sheet = read_workbook(
        filled(tmp_path, codebook, cells | {(3, FIRST): "", (3, FIRST + 1): "", (3, FIRST + 2): ""}), codebook
    )
    (row,) = sheet.rows
    assert (row.version, row.sentiment, row.codes, row.note) == ("v1", "negatif", (PRICE,), "=SOMME(A1)")
    assert (sheet.purpose, sheet.problems, sheet.unfinished) == (PURPOSE, {}, 1)


def test_read_workbook_keeps_what_was_skipped(codebook: Codebook, tmp_path: Path) -> None:
    skipped, _ = read_workbook(filled(tmp_path, codebook, {(2, -2): "Passer"}), codebook).rows
    assert (skipped.version, skipped.state, skipped.codes) == ("v1", "skipped", ())


def test_read_workbook_takes_proposals_only_once_they_were_read(codebook: Codebook, tmp_path: Path) -> None:
    sheet = read_workbook(filled(tmp_path, codebook, {}, ASSISTED), codebook)
    assert (sheet.rows, sheet.unfinished) == ([], 2)
    sheet = read_workbook(filled(tmp_path, codebook, {(3, -2): "oui"}, ASSISTED), codebook)
    assert [(row.version, row.codes) for row in sheet.rows] == [("v2", (PRICE,))]


@pytest.mark.parametrize(
    ("cells", "cell", "reason"),
    [
        ({(2, FIRST): "bof"}, "F3", "« bof » ; choisissez négatif, neutre, positif"),
        ({(2, FIRST + 1): "prix.niveau", (2, FIRST + 2): "neutre"}, "F3", "cette cellule est vide"),
        ({(2, FIRST): "neutre", (2, FIRST + 1): "Prx", (2, FIRST + 2): "neutre"}, "G3", "code inconnu « Prx »"),
        ({(2, FIRST): "neutre", (2, FIRST + 1): "Prix"}, "H3", "cette cellule est vide"),
        ({(2, FIRST): "neutre", (2, FIRST + 2): "neutre"}, "G3", "une polarité sans code"),
        ({(3, FIRST + 3): "Prix", (3, FIRST + 4): "neutre"}, "I4", "« Prix » est déjà donné"),
        ({(2, FIRST): "neutre", (2, -2): "peut-être"}, "S3", "« peut-être » ; écrivez « oui »"),
        ({(2, FIRST): "neutre", (2, 0): ""}, "A3", "l'identifiant manque"),
        ({(2, FIRST): "neutre", (3, 0): "v1"}, "A4", "déjà à la ligne 3"),
    ],
)
def test_read_workbook_names_the_cell_of_a_fault(
    codebook: Codebook, tmp_path: Path, cells: dict[tuple[int, int], str], cell: str, reason: str
) -> None:
    sheet = read_workbook(filled(tmp_path, codebook, cells), codebook)
    assert list(sheet.problems) == [cell]
    assert reason in sheet.problems[cell]
    assert len(sheet.rows) + sheet.unfinished == 1  # the other row is not concerned


def test_read_workbook_of_another_codebook_says_which(codebook: Codebook, tmp_path: Path) -> None:
    other = Codebook.model_validate(codebook.model_dump() | {"version": "2"})
    with pytest.raises(FormatError, match="se code sous le plan essai@1, et non essai@2"):
        read_workbook(written(tmp_path, codebook), other)


@pytest.mark.parametrize("change", [{(0, 0): "Verbatims"}, {(1, 1): "Texte"}, {(0, 2): ""}])
def test_read_workbook_refuses_another_workbook(codebook: Codebook, tmp_path: Path, change: dict[Any, str]) -> None:
    with pytest.raises(FormatError, match=r"code\.xlsx n'est pas un classeur de « listening review export »"):
        read_workbook(filled(tmp_path, codebook, change), codebook)
