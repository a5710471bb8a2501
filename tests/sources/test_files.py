from __future__ import annotations

import datetime
import json
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from listening.errors import FormatError, RowError, SourceError
from listening.sources.files import columns, read_rows, read_table


def cells(path, **options):
    return [row.cells for row in read_rows(path, **options)]


def errors(path, **options):
    return [str(row) for row in read_rows(path, **options) if isinstance(row, RowError)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["avis.csv", "avis.tsv", "AVIS.CSV"])
def test_read_rows_guesses_the_delimiter(write, name, delimiter):
    text = 'id#"Votre avis, en clair ; svp"#note\r\n1#"Bien, mais cher ; bof"#7\r\n2#"Il dit ""non"""#0\r\n'
    assert cells(write(name, text.replace("#", delimiter))) == [
        {"id": "1", "Votre avis, en clair ; svp": "Bien, mais cher ; bof", "note": "7"},
        {"id": "2", "Votre avis, en clair ; svp": 'Il dit "non"', "note": "0"},
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id;avis\n1;Bien, mais cher\n2;Non, rien, merci\n", [{"id": "1", "avis": "Bien, mais cher"}]),
        ("avis\nBien, mais cher\n", [{"avis": "Bien, mais cher"}]),
        ("\ufeffavis,note\nBien,7\n", [{"avis": "Bien", "note": "7"}]),
        (
            "avis,,avis,note,\na,b,c,7,\n",
            [{"avis": "a", "colonne 2": "b", "avis (2)": "c", "note": "7", "colonne 5": ""}],
        ),
        ("\n,,\nid,avis,note\n1,a,2\n,,\n\n", [{"id": "1", "avis": "a", "note": "2"}]),
        ("id,avis\n1,a,,\n", [{"id": "1", "avis": "a"}]),
        ("id,avis\n1,a\x00b\n", [{"id": "1", "avis": "ab"}]),
        ("id,avis\r1,a\r", [{"id": "1", "avis": "a"}]),
        ("id,avis\n", []),
    ],
)
def test_read_rows_bears_the_oddities_of_csv(write, text, found):
    assert cells(write("avis.csv", text))[: len(found)] == found


def test_read_rows_finds_the_header_after_many_empty_lines(write):
    assert cells(write("avis.csv", "\n" * 30 + "id;avis\n1;Bien, mais cher\n")) == [
        {"id": "1", "avis": "Bien, mais cher"}
    ]


def test_columns_names_thousands_of_columns_that_have_one_name(write):
    assert columns(write("avis.csv", "avis," * 16_000 + "fin\n"))[-2:] == ["avis (16000)", "fin"]


def test_columns_refuses_more_than_a_sheet_of_excel_can_have(write):
    with pytest.raises(FormatError, match=r"avis.csv : 20 001 colonnes, au plus 16 384 : supprimez"):
        columns(write("avis.csv", "avis," * 20_000 + "fin\n"))


def test_read_rows_keeps_line_numbers_over_breaks_in_cells(write):
    path = write("avis.csv", 'id,"avis\nen clair"\n1,"a\n\nb"\n2\n\n3,"c\r\nd"\n4\n')
    assert [row.line if not isinstance(row, RowError) else row.row for row in read_rows(path)] == [
        3,
        "avis.csv, ligne 6",
        8,
        "avis.csv, ligne 10",
    ]


def test_read_rows_quarantines_a_row_of_another_width(write):
    path = write("avis.csv", "id,avis,note\n1,bien\n2,bien,7\n3,bien,7,8\n")
    assert errors(path) == [
        "avis.csv, ligne 2 : 2 cellules au lieu de 3 : un séparateur ou un guillemet manque ou est de trop, "
        "corrigez cette ligne",
        "avis.csv, ligne 4 : 4 cellules au lieu de 3 : un séparateur ou un guillemet manque ou est de trop, "
        "corrigez cette ligne",
    ]


def test_read_rows_lenient_drops_nothing(write):
    path = write("avis.csv", "id;avis\n1\n2;Cher;lent;froid\n;\n" + "3;" + "x" * 30_000)
    assert cells(path, lenient=True, longest=None) == [
        {"id": "1", "avis": ""},
        {"id": "2", "avis": "Cher;lent;froid"},
        {"id": "", "avis": ""},
        {"id": "3", "avis": "x" * 30_000},
    ]


def test_read_rows_quarantines_a_cell_of_5_mb(write):
    path = write("avis.csv", f'id,avis\n1,bien\n2,"{"x" * 5_242_880}"\n3,bof\n')
    assert errors(path) == [
        "avis.csv, ligne 3 : cellule de 5 242 880 caractères dans « avis », au plus 20 000 : raccourcissez-la, ou "
        "fermez le guillemet qui manque"
    ]
    assert len(cells(path, longest=None)[1]["avis"]) == 5_242_880


def test_read_rows_finds_a_quote_that_never_closes(write):
    rows = read_rows(write("avis.csv", 'id,avis\n1,bien\n2,"cher\n3,bof\n'))
    assert next(rows).cells == {"id": "1", "avis": "bien"}
    with pytest.raises(FormatError, match="ligne 3 : un guillemet ouvert ici n'est jamais refermé"):
        next(rows)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.xlsx", "a.json", "a.jsonl", "a.parquet", "a.txt"])
def test_read_rows_refuses_a_missing_or_empty_file_of_each_format(write, tmp_path, name):
    with pytest.raises(SourceError, match="n'existe pas"):
        list(read_rows(tmp_path / name))
    with pytest.raises(FormatError, match="est vide"):
        list(read_rows(write(name, "")))


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet"])
def test_read_rows_refuses_a_file_that_is_not_what_its_name_says(write, name):
    with pytest.raises(FormatError, match=rf"{name} : ce .* : (réenregistrez|exportez)-le"):
        list(read_rows(write(name, "id,avis\n1,bien\n")))


@pytest.mark.parametrize("text", ["\n\n", "\ufeff", ",,\n"])
def test_read_rows_refuses_a_csv_with_nothing_in_it(write, text):
    with pytest.raises(FormatError, match="ce fichier est vide"):
        list(read_rows(write("a.csv", text)))


def test_read_rows_lists_the_formats_it_knows(write):
    with pytest.raises(FormatError, match=r"a.docx : format « .docx » inconnu .* \.csv, \.tsv, .*\.xlsx, .*\.txt"):
        list(read_rows(write("a.docx", "x")))


def test_read_rows_reads_the_first_sheet_that_holds_something(tmp_path):
    path = tmp_path / "avis.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        book.add_worksheet("lisez-moi").hide()
        sheet, day = book.add_worksheet("réponses"), book.add_format({"num_format": "dd/mm/yyyy"})
        book.get_worksheet_by_name("lisez-moi").write(0, 0, "caché")
        sheet.activate()
        sheet.set_first_sheet()
        sheet.write_row(1, 0, ["id", "avis", "date", "note", "nps"])
        sheet.write_row(2, 0, [48213377, "=bien", None, 4.5, 9])
        sheet.write_datetime(2, 2, datetime.datetime(2026, 1, 5), day)
        sheet.write_row(4, 0, ["x1", "x" * 25_000])
    first, long = read_rows(path)
    assert first.cells == {"id": "48213377", "avis": "=bien", "date": "2026-01-05", "note": "4.5", "nps": "9"}
    assert (first.line, long.row) == (3, "avis.xlsx, ligne 5")


def test_read_rows_reads_json_and_its_kinds_of_values(write):
    items = [
        {"id": 7, "avis": "Bien", "note": 4.0, "pays": None, "mots": ["é"], "sûr": True},
        {"id": 8, "ville": "Brest"},
    ]
    found = [
        {"id": "7", "avis": "Bien", "note": "4", "pays": "", "mots": '["é"]', "sûr": "True"},
        {"id": "8", "ville": "Brest"},
    ]
    lines = "\n".join(json.dumps(item) for item in items)
    assert cells(write("a.json", json.dumps(items))) == cells(write("a.jsonl", lines)) == found
    assert columns(write("a.json", json.dumps(items))) == ["id", "avis", "note", "pays", "mots", "sûr", "ville"]


def test_read_rows_reads_parquet_in_batches(tmp_path):
    when = datetime.datetime(2026, 1, 5, 8, tzinfo=datetime.UTC)
    table = pa.table({"avis": ["Bien", None] * 1500, "note": [9, None] * 1500, "le": [when, None] * 1500})
    pq.write_table(table, tmp_path / "a.parquet")
    rows = list(read_rows(tmp_path / "a.parquet", lenient=True))
    assert (len(rows), rows[-2].line) == (3000, 2999)
    assert rows[0].cells == {"avis": "Bien", "note": "9", "le": "2026-01-05 08:00:00+00:00"}
    assert columns(tmp_path / "a.parquet") == ["avis", "note", "le"]


def test_read_rows_reads_one_text_a_line(write):
    path = write("a.txt", "Bien, mais cher\r\n\r\nNul\u2028vraiment\n")
    assert [(row.line, row.cells["texte"]) for row in read_rows(path)] == [
        (1, "Bien, mais cher"),
        (3, "Nul\u2028vraiment"),
    ]
    assert len(cells(path, lenient=True)) == 3


def test_read_table_takes_the_delimiter_it_is_given(write):
    rows = read_table(write("avis.txt", "id|avis\n1|a, b; c\n"), delimiter="|")
    assert [row.cells for row in rows] == [{"id": "1", "avis": "a, b; c"}]


@pytest.mark.parametrize(
    ("name", "start", "line"),
    [
        ("a.csv", "id,avis\n", "1,{text}\n"),
        ("a.txt", "avis\n", "{text}\n"),
        ("a.json", "[{}", ', {{"avis": "{text}"}}\n'),
        ("a.jsonl", "", '{{"avis": "{text}"}}\n'),
    ],
)
def test_read_rows_takes_no_more_memory_for_a_longer_file(write, name, start, line):
    path = write(name, start + line.format(text="c'était bien " * 1500) * 1500 + ("]" if start[:1] == "[" else ""))
    tracemalloc.start()
    count = sum(1 for _ in read_rows(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count >= 1500
    assert path.stat().st_size > 30_000_000
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("name", "start", "message"),
    [
        (
            "a.csv",
            "avis\n",
            "a.csv, ligne 2 : ligne de plus de 16 millions de caractères : ce fichier",
        ),
        ("a.csv", 'avis\n"', "a.csv, ligne 2 : "),
        ("a.txt", "", "a.txt, ligne 1 : ligne de plus de 16 millions"),
        ("a.jsonl", '{"avis": "', "a.jsonl, ligne 1 : ligne de plus de 16 millions"),
        ("a.json", '[{"avis": "', "a.json, ligne 1, colonne 2 : JSON illisible, un élément de plus de 32 millions"),
    ],
)
def test_read_rows_stops_before_a_line_without_end_fills_the_memory(write, name, start, message):
    path = write(name, start + "x" * 70_000_000)
    tracemalloc.start()
    with pytest.raises(FormatError) as raised:
        list(read_rows(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert message in str(raised.value)
    assert peak < 210_000_000


def test_read_rows_stops_at_a_quote_that_never_closes_before_it_fills_the_memory(write):
    path = write("a.csv", 'avis\n"' + "x\n" * 10_000_000)
    with pytest.raises(FormatError, match=r"a.csv, ligne 2 : cellule de plus de 16 777 216 caractères .* guillemet"):
        list(read_rows(path))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "cp850", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id;avis\n1;Très déçue, ça ne marche pas à l'étranger\n"),
        ("a.txt", "Très déçue, ça ne marche pas à l'étranger\n"),
        ("a.json", '[{"id": 1, "avis": "Très déçue, ça ne marche pas à l\'étranger"}]'),
        ("a.jsonl", '{"id": 1, "avis": "Très déçue, ça ne marche pas à l\'étranger"}'),
    ],
)
def test_read_rows_finds_the_encoding(write, name, content, encoding):
    (row,) = read_rows(write(name, content, encoding))
    assert "Très déçue, ça ne marche pas à l'étranger" in row.cells.values()


def test_read_rows_mends_the_mojibake_of_column_names(write):
    path = write("a.csv", "id;Votre expérience\n1;Bien\n".encode().decode("cp1252"))
    assert columns(path) == ["id", "Votre expérience"]


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.jsonl"])
def test_read_rows_keeps_what_looks_like_a_formula(write, name):
    texts = ["=SOMME(A1:A9)", "+ cher", "@marie", "-5 étoiles", "=bien"]
    content = "\n".join(json.dumps({"texte": text}) if name == "a.jsonl" else text for text in texts)
    header = "texte\n" if name == "a.csv" else ""
    assert [row["texte"] for row in cells(write(name, header + content))] == texts


def test_read_rows_tells_when_the_file_was_exported(write):
    (row,) = read_rows(write("avis-2026-03-12.csv", "avis\nBien\n"))
    assert str(row.exported) == "2026-03-12 23:59:00"
