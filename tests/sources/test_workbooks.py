from __future__ import annotations

import datetime
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter

from listening.errors import FormatError
from listening.sources import workbooks
from listening.sources.files import columns, read_rows
from listening.sources.recognise import recognise

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
CONTENT = (
    f'<office:document-content xmlns:office="{OFFICE}office:1.0" xmlns:table="{OFFICE}table:1.0" '
    f'xmlns:text="{OFFICE}text:1.0"><office:body><office:spreadsheet><table:table table:name="Réponses">{{}}'
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)
MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
REST = (  # what LibreOffice writes after the last row
    '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/>'
    "</table:table-row>"
)


def cell(text, **attributes):
    said = "".join(f' {name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in attributes.items())
    lines = "".join(f"<text:p>{line}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="string"{said}>{lines}</table:table-cell>'


def line(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


@pytest.fixture
def ods(tmp_path):
    """Write an OpenDocument sheet as LibreOffice does."""

    def ods(*lines, name="avis.ods"):
        with ZipFile(tmp_path / name, "w", ZIP_DEFLATED) as parts:
            parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            parts.writestr("META-INF/manifest.xml", MANIFEST)
            parts.writestr("content.xml", CONTENT.format("".join(lines)))
        return tmp_path / name

    return ods


@pytest.fixture
def xlsx(tmp_path):
    """Write an Excel sheet of cells at their places."""

    def xlsx(cells, name="avis.xlsx"):
        with xlsxwriter.Workbook(tmp_path / name, {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet()
            for place, value in cells.items():
                sheet.write(place, value)
        return tmp_path / name

    return xlsx


def test_read_sheet_reads_ods(ods):
    day = '<table:table-cell office:value-type="date" office:date-value="2026-03-12T14:05:00"/>'
    note = '<table:table-cell office:value-type="float" office:value="4.5"><text:p>4,5</text:p></table:table-cell>'
    header = line(cell("avis"), cell("date"), cell("note"))
    path = ods(
        header, line(cell("=Bien\nmais cher"), day, note), line(cell("@lent"), "<table:table-cell/>", note), REST
    )
    assert columns(path) == ["avis", "date", "note"]
    assert [row.cells for row in read_rows(path)] == [
        {"avis": "=Bien\nmais cher", "date": "2026-03-12 14:05:00", "note": "4.5"},
        {"avis": "@lent", "date": "", "note": "4.5"},
    ]


def test_an_ods_is_recognised(ods):
    first, second = recognise(ods(line(cell("avis")), line(cell("Trop cher")), line(cell("Très lent")), REST)).read()
    assert (first.text, second.text) == ("Trop cher", "Très lent")


def test_read_sheet_keeps_breaks_and_what_looks_like_a_formula(xlsx):
    texts = ["=bien", "+ cher", "@marie", "-5 étoiles", "Lent.\nFroid."]
    path = xlsx({"A1": "avis"} | {f"A{row}": text for row, text in enumerate(texts, 2)})
    assert [row.cells["avis"] for row in read_rows(path)] == texts


@pytest.mark.parametrize("place", ["XFD1048576", "ALL20001", "V1048576"])
def test_read_sheet_refuses_a_sheet_that_stretches_far(xlsx, place):
    with pytest.raises(FormatError, match=r"avis.xlsx : une feuille s'étend sur plus de 12 000 000 .* en CSV"):
        list(read_rows(xlsx({"A1": "avis", "A2": "Cher", place: "x"})))


def test_read_sheet_bears_a_stray_cell_that_is_not_too_far(xlsx):
    assert len(list(read_rows(xlsx({"A1": "avis", "A2": "Cher", "C20000": "x"}), lenient=True))) == 19_999


@pytest.mark.parametrize(
    "lines",
    [
        [line(cell("x", table_number_columns_repeated=16_384), repeated=1_048_576)],
        [line(cell("avis")), line(cell("x", table_number_columns_repeated=1000), repeated=30_000)],
        [line(cell("avis")), line(cell("x"), repeated=1_048_575), line(*[cell("x")] * 30)],
        ["</table:table><table:table>".join([line(cell("x", table_number_columns_repeated=15), repeated=10**6)] * 2)],
    ],
)
def test_read_sheet_refuses_an_ods_that_repeats_its_cells_without_end(ods, lines):
    with pytest.raises(FormatError, match=r"avis.ods : une feuille s'étend sur plus de 12 000 000 cellules"):
        list(read_rows(ods(*lines)))


def test_read_sheet_refuses_a_workbook_too_large_once_unpacked(xlsx, monkeypatch):
    monkeypatch.setattr(workbooks, "LARGEST", 2**20)
    path = xlsx({f"A{row}": f"{row} " + "x" * 30_000 for row in range(1, 50)})
    assert path.stat().st_size < 100_000
    with pytest.raises(FormatError, match=r"avis.xlsx : ce classeur dépasse 1 Mo .* : exportez-le en CSV"):
        list(read_rows(path))


def test_read_sheet_refuses_a_text_that_is_shared_without_end(xlsx):
    path = xlsx({f"A{row}": "x" * 32_000 for row in range(1, 20_000)})
    assert path.stat().st_size < 200_000
    with pytest.raises(FormatError, match=r"avis.xlsx : ce classeur dépasse 512 Mo .* : exportez-le en CSV"):
        list(read_rows(path))


def test_read_sheet_counts_the_cells_that_a_chunk_cuts(xlsx, monkeypatch):
    monkeypatch.setattr(workbooks, "CHUNK", 50)
    assert [row.cells["avis"] for row in read_rows(xlsx({"A1": "avis", "A2": "Cher"}))] == ["Cher"]
    with pytest.raises(FormatError, match="une feuille s'étend"):
        list(read_rows(xlsx({"A1": "avis", "XFD1048576": "x"})))


@pytest.mark.parametrize("name", ["avis.xlsx", "avis.ods"])
@pytest.mark.parametrize("content", [b"id;avis\n1;Bien\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 64, b"PK\x03\x04rien"])
def test_read_sheet_refuses_what_is_no_workbook(write, name, content):
    with pytest.raises(FormatError, match=rf"{name} : ce classeur ne s'ouvre pas .* sans mot de passe"):
        list(read_rows(write(name, content)))


def test_read_sheet_refuses_a_workbook_that_is_damaged(xlsx):
    path = xlsx({f"A{row}": f"avis {row * 7919}" for row in range(1, 500)})
    content = bytearray(path.read_bytes())
    at = content.find(b"xl/worksheets/sheet1.xml") + 60
    content[at : at + 200] = b"\xff" * 200
    path.write_bytes(content)
    with pytest.raises(FormatError, match="ce classeur ne s'ouvre pas"):
        list(read_rows(path))


def test_read_sheet_refuses_a_workbook_whose_beginning_is_cut(xlsx):
    path = xlsx({"A1": "avis", "A2": "Cher"})
    path.write_bytes(path.read_bytes()[1:])
    with pytest.raises(FormatError, match=r"avis.xlsx : ce classeur ne s'ouvre pas"):
        list(read_rows(path))


@pytest.mark.parametrize("name", ["_rels/.rels", "xl/feuille.bin"])
def test_read_sheet_measures_parts_whatever_their_names(xlsx, monkeypatch, name):
    monkeypatch.setattr(workbooks, "LARGEST", 2**20)
    path = xlsx({"A1": "avis", "A2": "Cher"})
    with ZipFile(path, "a", ZIP_DEFLATED) as parts:
        parts.writestr(f"xl/{name}", bytes(2**21))
    with pytest.raises(FormatError, match="ce classeur dépasse 1 Mo"):
        list(read_rows(path))


def test_dates_of_a_workbook_are_read_formatted_or_not(xlsx, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "avis.xlsx") as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_row(0, 0, ["avis", "date"])
        sheet.write(1, 0, "Cher")
        sheet.write_datetime(1, 1, datetime.datetime(2026, 3, 12, 14, 5), day)
        sheet.write_row(2, 0, ["Lent", 46093.5])
    read = recognise(tmp_path / "avis.xlsx").read()
    assert [one.created_at.isoformat() for one in read] == ["2026-03-12T14:05:00+01:00", "2026-03-12T12:00:00+01:00"]
