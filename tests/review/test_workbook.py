import re
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

from listening.codebook import Codebook
from listening.records import CodeVerdict
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


def written(path: Path, codebook: Codebook, purpose: Purpose = PURPOSE, rows: list[ToCode] = ROWS) -> Path:
    return write_workbook(path / "a_coder.xlsx", rows, codebook, purpose, at=NOON)


def parts(path: Path) -> list[bytes]:
    with ZipFile(path) as book:
        return [book.read(name) for name in book.namelist()]


def test_write_workbook_keeps_formulas_as_text(codebook: Codebook, tmp_path: Path) -> None:
    rows = CalamineWorkbook.from_path(written(tmp_path, codebook)).get_sheet_by_name("Verbatims").to_python()
    assert rows[2][:5] == ["v1", "=1+1 : trop cher", "+ Pourquoi ?", "avis", "-"]
    content = "".join(part.decode() for part in parts(written(tmp_path, codebook)) if b"<sheetData" in part)
    assert "<f>" not in content


def test_write_workbook_explains_codes_and_lists_them(codebook: Codebook, tmp_path: Path) -> None:
    path = written(tmp_path, codebook)
    plan = CalamineWorkbook.from_path(path).get_sheet_by_name("Plan de codage").to_python()
    assert plan[1][:3] == ["Délais (effort.attente)", "Effort", "Un code."]
    (texts,) = [part.decode() for part in parts(path) if b"<dataValidation " in part]
    assert "'Plan de codage'!$A$2:$A$5" in texts
    assert "négatif,neutre,positif" in texts
    assert "<sheetProtection" in texts


def test_write_workbook_shows_texts_whole_and_hides_what_is_empty(codebook: Codebook, tmp_path: Path) -> None:
    rows = [ToCode(version="v1", text="Rien à dire."), ToCode(version="v2", text="Trop cher et trop lent. " * 20)]
    (sheet,) = [part.decode() for part in parts(written(tmp_path, codebook, rows=rows)) if b"<dataValidation " in part]
    heights = re.findall(r'<row r="([34])" [^>]* ht="([\d.]+)"', sheet)
    assert heights == [("4", "105")]  # the other has a line's
    hidden = re.findall(r'<col min="(\d+)" max="(\d+)" [^>]*hidden="1"', sheet)
    assert [place for low, high in hidden for place in range(int(low), int(high) + 1)] == [3, 4, 5]


def test_write_workbook_twice_gives_the_same_bytes(codebook: Codebook, tmp_path: Path) -> None:
    assert written(tmp_path, codebook).read_bytes() == written(tmp_path, codebook).read_bytes()
    assert len(list(tmp_path.iterdir())) == 1


def test_write_workbook_has_room_for_every_proposed_code(codebook: Codebook, tmp_path: Path) -> None:
    many = ToCode(version="v1", text="Long", sentiment="neutre", codes=(PRICE,) * 9)
    _, (_, headers), (_, row) = read_sheet(written(tmp_path, codebook, ASSISTED, [many]), "")
    assert "Polarité 9" in headers
    assert row.count("Prix (prix.niveau)") == 9
