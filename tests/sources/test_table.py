from __future__ import annotations

import csv
import io
import os
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, RowError, SourceError
from listening.records import Scores, Verbatim
from listening.sources.seen import Seen
from listening.sources.table import Table

HEADER = ["n°", "date", "pseudo", "enseigne", "titre", "avis", "étoiles", "ville", "e-mail"]
FIRST = [
    "881",
    "05/01/2026 14:30",
    "odile_b",
    "Calanque",
    "Très déçue",
    "Chambre sans chauffage, et « Noël »\nen plus.",
    "1,5",
]
FIRST += ["Brest", "odile@example.org"]
SECOND = ["882", "2026-01-06", "", "", "Top !", "Rien à redire", "5", "", ""]
CHOICE = {"id": "n°", "date": "date", "author": "pseudo", "brand": "enseigne", "title": "titre", "text": "avis"}
CHOICE |= {"stars": "étoiles", "meta": ["ville"]}


def export(*rows, delimiter=",", header=HEADER):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def replaced(row, **cells):
    return [cells.get(name, cell) for name, cell in zip(HEADER, row, strict=True)]


def read(path, **options):
    return list(Table(name="avis", path=path, **(CHOICE | options)).read())


def bare(path, **options):
    return list(Table(name="avis", path=path, text="avis", **options).read())


def test_table_reads_a_review(write):
    first, second = read(write("avis.csv", export(FIRST, SECOND)))
    assert first == Verbatim(
        source="avis",
        channel="review",
        external_id="881",
        text="Très déçue. Chambre sans chauffage, et « Noël »\nen plus.",
        created_at=datetime(2026, 1, 5, 14, 30, tzinfo=ZoneInfo("Europe/Paris")),
        author="odile_b",
        brand="Calanque",
        scores=Scores(stars=1.5),
        meta={"ville": "Brest"},
    )
    assert (second.text, second.author, second.brand) == ("Top ! Rien à redire", None, None)


@pytest.mark.parametrize(
    ("title", "text", "found"),
    [
        ("Bof", "Rien de spécial", "Bof. Rien de spécial"),
        ("Bof !", "Rien de spécial", "Bof ! Rien de spécial"),
        ("", "Rien de spécial", "Rien de spécial"),
        ("Rien de…", "Rien de spécial", "Rien de spécial"),
        ("Bof", "", "Bof. "),
        ("", "", ""),
    ],
)
def test_table_puts_the_title_before_the_text(write, title, text, found):
    assert read(write("avis.csv", export(replaced(FIRST, titre=title, avis=text))))[0].text == found.strip()


def test_table_gives_ids_that_a_growing_file_keeps(write):
    before = bare(write("a.csv", "avis\nras\nbien\nras\n"))
    after = bare(write("a.csv", "avis\nnul\nras\nras\nras\nbien\n"))
    assert len({verbatim.id for verbatim in after}) == 5
    assert {verbatim.id for verbatim in before} < {verbatim.id for verbatim in after}


def test_table_gives_two_rows_of_one_id_as_they_are(write):
    found = read(write("avis.csv", export(FIRST, replaced(SECOND, **{"n°": "881"}))))
    assert [verbatim.external_id for verbatim in found] == ["881", "881"]


@pytest.mark.parametrize(
    ("question", "found"), [("Un mot ?", ["Un mot ?"] * 2), ("demande", ["Et alors ?", None]), (None, [None] * 2)]
)
def test_table_takes_a_question_fixed_or_from_a_column(write, question, found):
    path = write("a.csv", "avis,demande\nbien,Et alors ?\nbof,\n")
    assert [verbatim.question for verbatim in bare(path, question=question)] == found


def test_table_reads_a_date_in_the_format_given(write):
    (found,) = read(write("avis.csv", export(replaced(FIRST, date="Jan 05, 2026"))), date_format="%b %d, %Y")
    assert found.created_at == datetime(2026, 1, 5, tzinfo=ZoneInfo("Europe/Paris"))


def test_table_says_what_channel_it_is_told(write):
    (found,) = bare(write("a.csv", "avis\nbien\n"), channel="survey")
    assert found.channel == "survey"


def test_table_reads_the_same_from_each_format(write, tmp_path):
    rows = [("bien", 9, "2026-01-05"), ("=bof", 3, "2026-01-06"), ("", 5, "2026-01-07")]
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate([("avis", "nps", "date"), *rows]):
            sheet.write_row(line, 0, row)
    columns = dict(zip(("avis", "nps", "date"), map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    write("a.jsonl", "".join(f'{{"avis": "{text}", "nps": {nps}, "date": "{date}"}}\n' for text, nps, date in rows))
    write("a.csv", export(*rows, header=["avis", "nps", "date"], delimiter=";"))
    expected = bare(tmp_path / "a.csv", nps="nps", date="date")
    assert [verbatim.text for verbatim in expected] == ["bien", "=bof", ""]
    for name in ("a.xlsx", "a.parquet", "a.jsonl"):
        assert bare(tmp_path / name, nps="nps", date="date") == expected


@pytest.mark.parametrize(("content", "count"), [("[]", 0), ("[4]", 1)])
def test_table_reads_json_without_objects(write, content, count):
    found = bare(write("a.json", content))
    assert [type(row) for row in found] == [RowError] * count


def test_table_reads_one_text_a_line(write):
    found = Table(name="avis", path=write("a.txt", "Bien\nBof, cher\n"), text="texte", brand="Oriz").read()
    assert [(verbatim.text, verbatim.brand) for verbatim in found] == [("Bien", "Oriz"), ("Bof, cher", "Oriz")]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"date": "31/02/2026"}, "avis.csv, ligne 4 : date illisible « 31/02/2026 » dans « date »"),
        ({"étoiles": "6"}, "ligne 4 : note « 6 » dans « étoiles », hors de 1 à 5"),
        ({"étoiles": "★★★"}, "ligne 4 : nombre illisible « ★★★ »"),
        ({"n°": ""}, "ligne 4 : identifiant vide dans « n° »"),
        ({"avis": "x" * 5_242_880}, "ligne 4 : cellule de 5 242 880 caractères dans « avis »"),
    ],
)
def test_table_quarantines_a_bad_row_and_goes_on(write, cells, message):
    _, bad, last = read(write("avis.csv", export(FIRST, replaced(FIRST, **cells), SECOND)))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "odile" not in bad.content
    assert last.external_id == "882"


def test_table_quarantines_a_row_with_too_few_cells(write):
    bad, found = read(write("avis.csv", export(FIRST[:4], SECOND)))
    assert str(bad).startswith("avis.csv, ligne 2 : 4 cellules au lieu de 9")
    assert found.external_id == "882"


def test_table_reads_a_header_alone(write):
    assert read(write("avis.csv", export())) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"text": "commentaire"},
            "avis.csv : pas de colonne « commentaire » : choisissez parmi « n° », « date », « pseudo »",
        ),
        ({"author": "auteur"}, "pas de colonne « auteur »"),
        ({"brand": "ensegne"}, "pas de colonne « ensegne » : écrivez-la comme « enseigne »"),
    ],
)
def test_table_lists_the_columns_when_one_is_missing(write, options, message):
    with pytest.raises(FormatError) as raised:
        read(write("avis.csv", export(FIRST)), **options)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", FormatError, "est vide"),
        (None, SourceError, "ce fichier n'existe pas"),
    ],
)
def test_table_says_why_a_file_cannot_be_read(write, tmp_path, content, error, message):
    path = tmp_path / "avis.csv" if content is None else write("avis.csv", content)
    with pytest.raises(error, match=message):
        read(path)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(HEADER))), st.sampled_from(",;\t"), st.booleans())
def test_table_gives_the_same_for_shuffled_columns_and_another_delimiter(tmp_path_factory, order, delimiter, named):
    path = tmp_path_factory.mktemp("t") / "avis.csv"
    options = {} if named else {"id": None}
    path.write_text(export(FIRST, SECOND))
    expected = read(path, **options)
    header, *rows = [[row[at] for at in order] for row in (HEADER, FIRST, SECOND)]
    path.write_text(export(*rows, header=header, delimiter=delimiter))
    assert read(path, **options) == expected


RELATIVE = "avis;date\nTrop cher;il y a 3 jours\nLent;hier à 14h05\nBof;2 mars 2026\n"


@pytest.mark.parametrize(
    ("name", "options", "found"),
    [
        ("avis_2026-03-12.csv", {}, ["2026-03-09 00:00", "2026-03-11 14:05"]),
        ("avis_2026-03-12.csv", {"exported_at": "2026-03-20"}, ["2026-03-17 00:00", "2026-03-19 14:05"]),
        ("avis.csv", {}, ["2025-05-29 00:00", "2025-05-31 14:05"]),
    ],
)
def test_table_counts_relative_dates_from_the_export(write, name, options, found):
    path = write(name, RELATIVE)
    os.utime(path, (1748779200, 1748779200))  # the 1st of June 2025, at noon UTC
    read = Table.model_validate({"name": "avis", "path": path, "text": "avis", "date": "date"} | options).read()
    assert [f"{one.created_at:%Y-%m-%d %H:%M}" for one in read] == [*found, "2026-03-02 00:00"]


def test_table_finds_relative_dates_and_excel_days_by_itself(write):
    assert Table.recognise(Seen(write("a.csv", RELATIVE)))["date"] == "date"
    days = "avis;date;code\n" + "".join(f"Trop cher le {n};{46_000 + n};{(44_000, 75_001)[n % 2]}\n" for n in range(8))
    found = Table.recognise(Seen(write("b.csv", days)))
    assert (found["date"], found["meta"]) == ("date", ["code"])
