from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Scores, Verbatim
from listening.sources.typeform import Typeform

WHY = "Pourquoi <strong>cette</strong> note&nbsp;?"
HEADER = ["#", "De 0 à 10, nous recommanderiez-vous ?", WHY, "*Que changer*,\nen priorité ?", "Vos canaux", "Marque"]
HEADER += ["Votre e-mail", "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID"]
FIRST = [
    "068127e3d5e9ca5f5fac8e04fa692a9e",
    "9",
    "Livraison rapide,\nmerci !",
    "=> le point relais",
    " / Web / Boutique",
]
FIRST += ["Grandval", "odile@example.org", "completed", "2026-01-05 08:14:00", "", "2026-01-05 08:15:40", "d3560842b2"]
SECOND = ["b1", "3", "", "Le prix", "Web", "", "", "completed", "2026-07-06 08:14:00", "", "2026-07-06 08:15:40", "aa"]
CHOICE = {"questions": [WHY, "Que changer, en priorité ?"], "nps": HEADER[1], "meta": ["Vos canaux"], "brand": "Marque"}


def export(*rows, delimiter=",", header=HEADER):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue()


def replaced(row, **cells):
    names = {"id": 0, "nps": 1, "kind": 7, "submitted": 10, "why": 2}
    return [next((cells[key] for key in cells if names[key] == at), cell) for at, cell in enumerate(row)]


def read(path, **options):
    return list(Typeform(name="tf", path=path, **(CHOICE | options)).read())


def test_typeform_gives_a_verbatim_for_each_question_answered(write):
    why, change, second = read(write("avis.csv", export(FIRST, SECOND)))
    assert why == Verbatim(
        source="tf",
        channel="survey",
        external_id=f"068127e3d5e9ca5f5fac8e04fa692a9e:{WHY}",
        text="Livraison rapide,\nmerci !",
        question="Pourquoi cette note ?",
        created_at=datetime(2026, 1, 5, 8, 15, 40, tzinfo=UTC),
        brand="Grandval",
        scores=Scores(nps=9),
        meta={"Vos canaux": "Web ; Boutique"},
    )
    assert (change.question, change.text) == ("Que changer, en priorité ?", "=> le point relais")
    assert (second.external_id, second.brand) == ("b1:Que changer, en priorité ?", None)
    assert second.created_at == datetime(2026, 7, 6, 8, 15, 40, tzinfo=UTC)


def test_typeform_keeps_the_wording_given_and_shortens_long_columns(write):
    long = "Racontez-nous " + "très " * 40 + "précisément votre visite"
    path = write("avis.csv", export(FIRST, header=[long if cell == WHY else cell for cell in HEADER]))
    (found,) = read(path, questions={long: "La visite"})
    assert found.question == "La visite"
    assert len(found.external_id) == 32 + 1 + 20


def test_typeform_reads_xlsx_as_csv(write, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "avis.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEADER, FIRST, SECOND]):
            sheet.write_row(at, 0, row)
    assert read(tmp_path / "avis.xlsx") == read(write("avis.csv", export(FIRST, SECOND)))


def test_typeform_leaves_out_what_was_never_sent(write):
    started = replaced(FIRST, id="p", kind="partial", submitted="")
    path = write("avis.csv", export(started, replaced(FIRST, id="q", submitted=""), SECOND))
    assert [one.external_id[0] for one in read(path)] == ["b"]
    assert [one.external_id[0] for one in read(path, incomplete=True)] == ["p", "p", "q", "q", "b"]


def test_typeform_never_keeps_who_answered(write):
    found = repr(read(write("avis.csv", export(FIRST, replaced(FIRST, nps="99"), FIRST[:-2]))))
    assert not [private for private in ("odile", "d3560842b2") if private in found]


@pytest.mark.parametrize(
    "options",
    [{"meta": ["Network ID"]}, {"questions": ["Votre e-mail"]}, {"id": "Votre e-mail"}, {"meta": ["network id"]}],
)
def test_typeform_refuses_columns_that_say_who_answered(write, options):
    with pytest.raises(FormatError, match="dit qui a répondu"):
        read(write("avis.csv", export(FIRST)), **options)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"nps": "11"}, "avis.csv, ligne 4 : note « 11 » dans « De 0 à 10"),
        ({"submitted": "5 janvier"}, "date illisible « 5 janvier »"),
        ({"id": " "}, "identifiant vide dans « # »"),
        ({"why": "x" * 20_001}, "cellule de 20 001 caractères"),
    ],
)
def test_typeform_quarantines_a_bad_row_and_goes_on(write, cells, message):
    *_, bad, last = read(write("avis.csv", export(SECOND, replaced(FIRST, **cells), SECOND)))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert last.external_id.startswith("b1:")


def test_typeform_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.csv")
    with pytest.raises(FormatError, match="pas de colonne « Pourquoi » : choisissez parmi « De 0 à 10"):
        read(write("avis.csv", export(FIRST)), questions=["Pourquoi"])
    with pytest.raises(ValidationError):
        Typeform(name="tf", path=tmp_path, questions=[])


@settings(max_examples=25, deadline=None)
@given(
    order=st.permutations(range(len(HEADER) + 1)),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    missing=st.sampled_from([None, "Marque", "Response Type", "Network ID", "#", WHY]),
)
def test_typeform_gives_the_same_whatever_the_shape_or_says_why(tmp_path_factory, order, delimiter, encoding, missing):
    path = tmp_path_factory.mktemp("t") / "avis.csv"
    path.write_text(export(FIRST, SECOND), newline="", encoding="utf-8")
    expected = read(path, brand=None)
    table = [[*HEADER, "Tags"], [*FIRST, "x"], [*SECOND, ""]]
    kept = [at for at in order if table[0][at] != missing]
    header, *rows = [[row[at] for at in kept] for row in table]
    path.write_text(export(*rows, header=header, delimiter=delimiter), newline="", encoding=encoding)
    options = {"encoding": encoding} if encoding in ("utf-16", "cp1252") else {}
    if missing in ("#", WHY):
        with pytest.raises(ListeningError, match="pas de colonne"):
            read(path, brand=None, **options)
    else:
        assert read(path, brand=None, **options) == expected
