from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Scores, Verbatim
from listening.sources.surveymonkey import SurveyMonkey

NPS, WHY, CHANNELS, BETTER = "Nous recommanderiez-vous ?", "Pourquoi cette note ?", "Vos canaux ?", "Que changer ?"
OWN = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name"]
OWN += ["Last Name", "Custom Data 1"]
TOP = [*OWN, NPS, WHY, CHANNELS, "", "", BETTER, "Votre e-mail"]
SUB = [""] * 9 + ["Response", "Open-Ended Response", "Web", "Boutique", "Other (please specify)"]
SUB += ["Open-Ended Response", "Open-Ended Response"]
FIRST = ["118052219061", "446111201", "01/25/2026 03:10:00 PM", "01/25/2026 03:14:07 PM", "203.0.113.7"]
FIRST += ["odile@example.org", "Odile", "Perchoux", "Premium", "Extremely likely - 10", "Rapide,\net aimable", "Web"]
FIRST += ["Boutique", "par mon voisin", "Rien, à part les prix", "odile@example.org"]
SECOND = ["118052219062", "446111201", "01/03/2026 09:00:00 AM", "01/03/2026 09:02:00 AM", *FIRST[4:8], ""]
SECOND += ["3", "", "", "Boutique", "", "Le délai", ""]
FRENCH = [
    "ID du répondant",
    "ID du collecteur",
    "Date de début",
    "Date de fin",
    "Adresse IP",
    "Adresse e-mail",
    "Prénom",
]
FRENCH += ["Nom", *TOP[8:]]
RÉPONSES = [cell.replace("Open-Ended Response", "Réponse ouverte").replace("Response", "Réponse") for cell in SUB]
CHOICE = {"nps": NPS, "meta": [CHANNELS, "Custom Data 1"]}
PARIS = ZoneInfo("Europe/Paris")


def export(*rows, delimiter=",", headers=(TOP, SUB)):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([*headers, *rows])
    return text.getvalue()


def replaced(row, **cells):
    places = {"id": 0, "end": 3, "nps": 9, "why": 10}
    return [next((cells[key] for key in cells if places[key] == at), cell) for at, cell in enumerate(row)]


def read(path, **options):
    return list(SurveyMonkey(name="sm", path=path, **(CHOICE | options)).read())


def test_surveymonkey_gives_a_verbatim_for_each_open_answer(write):
    why, better, second = read(write("avis.csv", export(FIRST, SECOND)))
    assert why == Verbatim(
        source="sm",
        channel="survey",
        external_id=f"118052219061:{WHY}",
        text="Rapide,\net aimable",
        question=WHY,
        created_at=datetime(2026, 1, 25, 15, 14, 7, tzinfo=PARIS),
        scores=Scores(nps=10),
        meta={CHANNELS: "Web ; Boutique", "Custom Data 1": "Premium"},
    )
    assert (better.question, better.text) == (BETTER, "Rien, à part les prix")
    assert (second.text, second.scores, second.meta) == ("Le délai", Scores(nps=3), {CHANNELS: "Boutique"})
    assert (second.created_at.month, second.created_at.day) == (1, 3)


def test_surveymonkey_reads_a_french_export(write):
    rows = [replaced(FIRST, end="25/01/2026 15:14:07"), replaced(SECOND, end="03/01/2026 09:02:00")]
    french = write("avis.csv", export(*rows, headers=(FRENCH, RÉPONSES), delimiter=";"), "utf-8-sig")
    assert read(french) == read(write("english.csv", export(FIRST, SECOND)))


def test_surveymonkey_reads_xlsx_as_csv(write, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "avis.xlsx", {"strings_to_formulas": False}) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "mm/dd/yyyy hh:mm:ss"})
        for at, row in enumerate([TOP, SUB, FIRST, SECOND]):
            sheet.write_row(at, 0, row)
        for at, when in enumerate([datetime(2026, 1, 25, 15, 14, 7), datetime(2026, 1, 3, 9, 2)], 2):
            sheet.write_datetime(at, 3, when, form)
        sheet.write_number(2, 0, 118052219061)
    assert read(tmp_path / "avis.xlsx") == read(write("avis.csv", export(FIRST, SECOND)))


def test_surveymonkey_reads_a_condensed_export(write):
    blank = [""] * len(TOP)
    top = [cell or f"Vos canaux ? {at}" for at, cell in enumerate(TOP)]
    options = {"questions": [WHY, BETTER], "meta": []}
    whole = [one.text for one in read(write("avis.csv", export(FIRST, SECOND)), **options)]
    assert [one.text for one in read(write("a.csv", export(FIRST, SECOND, headers=(top, blank))), **options)] == whole
    assert [one.text for one in read(write("b.csv", export(FIRST, SECOND, headers=(top,))), **options)] == whole


def test_surveymonkey_reads_the_questions_named_with_the_wording_given(write):
    other = f"{CHANNELS} – Other (please specify)"
    found = read(write("avis.csv", export(FIRST)), questions={other: "Autre canal", WHY.upper(): None})
    assert [(one.text, one.question) for one in found] == [("par mon voisin", "Autre canal"), (FIRST[10], WHY)]


def test_surveymonkey_never_keeps_who_answered(write):
    found = repr(read(write("avis.csv", export(FIRST, replaced(FIRST, nps="99"), FIRST[:-2]))))
    assert not [private for private in ("203.0", "odile", "Odile", "Perchoux") if private in found]


@pytest.mark.parametrize("column", ["IP Address", "Adresse IP", "Last Name", "Votre e-mail"])
def test_surveymonkey_refuses_columns_that_say_who_answered(write, column):
    path = write("avis.csv", export(FIRST, headers=(FRENCH if column == "Adresse IP" else TOP, SUB)))
    with pytest.raises(FormatError, match=f"« {column} » dit qui a répondu"):
        read(path, meta=[column])


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"nps": "Extremely likely - 11"}, f"avis.csv, ligne 4 : note « 11 » dans « {NPS} »"),
        ({"nps": "Sans doute"}, "ligne 4 : nombre illisible « Sans doute »"),
        ({"end": "25/01/2026 03:14:07 PM"}, "ligne 4 : date illisible « 25/01/2026 03:14:07 PM » dans « End Date »"),
        ({"id": ""}, "ligne 4 : identifiant vide dans « Respondent ID »"),
        ({"why": "x" * 20_001}, "ligne 4 : cellule de 20 001 caractères"),
    ],
)
def test_surveymonkey_quarantines_a_bad_row_and_goes_on(write, cells, message):
    first = [cell.replace("\n", " ") for cell in FIRST]
    *_, bad, last = read(write("avis.csv", export(first, replaced(first, **cells), SECOND)))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert last.text == "Le délai"


def test_surveymonkey_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.csv")
    with pytest.raises(FormatError, match="ligne 2 : aucune question n'y est « Réponse ouverte »"):
        read(write("avis.csv", export(FIRST, headers=(TOP, ["Response" if cell else "" for cell in SUB]))))
    with pytest.raises(FormatError, match="pas de colonne « Avis » : choisissez parmi"):
        read(write("avis.csv", export(FIRST)), questions=["Avis"])
    with pytest.raises(FormatError, match="la seconde ligne d'en-tête doit avoir autant de cellules"):
        read(write("avis.csv", export(FIRST, headers=(TOP, [*SUB, "Web"]))))
    with pytest.raises(FormatError, match="date_order"):
        read(write("avis.csv", export(SECOND)))


def test_surveymonkey_reads_a_survey_without_response(write):
    assert read(write("avis.csv", export())) == []


BLOCKS = [[at] for at in range(11)] + [[11, 12, 13], [14], [15]]


@settings(max_examples=25, deadline=None)
@given(
    order=st.permutations(BLOCKS),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8-sig", "utf-16", "cp1252"]),
    missing=st.sampled_from([None, "IP Address", "Collector ID", "Respondent ID", "End Date"]),
)
def test_surveymonkey_gives_the_same_whatever_the_shape_or_says_why(
    tmp_path_factory, order, delimiter, encoding, missing
):
    path = tmp_path_factory.mktemp("s") / "avis.csv"
    path.write_text(export(FIRST, SECOND), newline="", encoding="utf-8")
    expected = {one.external_id: one for one in read(path)}
    kept = [at for block in order for at in block if TOP[at] != missing]
    table = [[*(row[at] for at in kept), added] for row, added in zip((TOP, SUB, FIRST, SECOND), "Aaaa", strict=True)]
    table[1][-1] = "Response"
    path.write_text(export(*table[2:], headers=table[:2], delimiter=delimiter), newline="", encoding=encoding)
    if missing in ("Respondent ID", "End Date"):
        with pytest.raises(ListeningError, match=f"pas de colonne « {missing} »"):
            read(path, encoding=encoding)
    else:
        assert {one.external_id: one for one in read(path, encoding=encoding)} == expected
