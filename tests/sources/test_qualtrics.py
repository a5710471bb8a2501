from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from listening.errors import FormatError, RowError, SourceError
from listening.records import Scores, Verbatim
from listening.sources.qualtrics import Qualtrics

NAMES, WORDING, START = csv.reader(
    [
        "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,"
        "RecipientLastName,RecipientFirstName,RecipientEmail,ExternalReference,LocationLatitude,LocationLongitude,"
        "DistributionChannel,UserLanguage,Q1,Q1_OE,Q2,Q3,Enseigne,Poids,Vague,Segment",
        "Date de début,Date de fin,Type de réponse,Adresse IP,Progression,Durée (en secondes),Terminé,"
        "Date d'enregistrement,ID de réponse,Nom du destinataire,Prénom du destinataire,E-mail du destinataire,"
        "Référence,Latitude,Longitude,Canal de distribution,Langue de l'utilisateur,Recommanderiez-vous… ?,"
        '"Pourquoi cette note, en clair ?",Satisfaction,Effort,,,,',
        "2026-01-05 07:57:00,2026-01-05 07:58:44,0,203.0.113.7,100,104,1,2026-01-05 07:58:44,R_2YPOQ602ER1jkf1,"
        "Perchoux,Odile,odile@example.org,,48.39,-4.48,anonymous,EN",
    ]
)
IMPORTS = [f'{{"ImportId":"{name[:1].lower()}{name[1:]}"}}' for name in NAMES]
FIRST = [*START, "1", "Points fidélité perdus,\n23 € quand même", "2", "", "Grandval", "1,25", "2026-T1", "35-54"]
SECOND = [*FIRST[:8], "R_3aB9dE7xK20pLmZ", *FIRST[9:17], "10", "", "5", "7", "Colivia", "", "2026-T1", ""]
CHOICE = {"text": "Q1_OE", "nps": "Q1", "csat": "Q2", "ces": "Q3", "brand": "Enseigne", "weight": "Poids"}
CHOICE |= {"wave": "Vague", "meta": ["Segment"]}


def export(*rows, delimiter=",", headers=(NAMES, WORDING, IMPORTS)):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([*headers, *rows])
    return text.getvalue()


def replaced(row, **cells):
    return [cells.get(name, cell) for name, cell in zip(NAMES, row, strict=True)]


def source(path, **options):
    return Qualtrics(name="enquete", path=path, **(CHOICE | options))


def read(path, **options):
    return list(source(path, **options).read())


def test_qualtrics_reads_a_response(write):
    first, second = read(write("avis.csv", export(FIRST, SECOND)))
    assert first == Verbatim(
        source="enquete",
        channel="survey",
        external_id="R_2YPOQ602ER1jkf1",
        text="Points fidélité perdus,\n23 € quand même",
        question="Pourquoi cette note, en clair ?",
        created_at=datetime(2026, 1, 5, 7, 58, 44, tzinfo=ZoneInfo("Europe/Paris")),
        brand="Grandval",
        scores=Scores(nps=1, csat=2),
        weight=1.25,
        wave="2026-T1",
        meta={"Segment": "35-54"},
    )
    assert (second.text, second.scores, second.weight, second.meta) == ("", Scores(nps=10, csat=5, ces=7), 1.0, {})


def test_qualtrics_never_keeps_who_answered(write):
    found = repr(read(write("avis.csv", export(FIRST, replaced(FIRST, Q1="99"), FIRST[:-2]))))
    for private in ("Perchoux", "Odile", "example.org", "203.0.113.7", "48.39", "-4.48", "EN"):
        assert private not in found


@pytest.mark.parametrize(
    "role",
    [{"meta": ["ipaddress"]}, {"id": "RecipientEmail"}, {"brand": "RecipientLastName"}, {"wave": "LocationLatitude"}],
)
def test_qualtrics_refuses_to_be_asked_who_answered(write, role):
    with pytest.raises(FormatError, match="dit qui a répondu : retirez-la"):
        read(write("avis.csv", export(FIRST)), **role)


def test_qualtrics_finds_columns_by_their_wording(write):
    path = write("avis.csv", export(FIRST, SECOND))
    named = {"text": "pourquoi cette note, en clair ?", "id": "ID de réponse", "nps": "Recommanderiez-vous… ?"}
    assert read(path, **named) == read(path)


def test_qualtrics_reads_an_old_export_with_two_headers(write):
    text = (
        "\ufeffV1,V2,V3,V4,V5,V6,V7,V8,V9,V10,Q1,Q2,LocationLatitude,LocationLongitude,LocationAccuracy,\n"
        "ResponseID,ResponseSet,Name,ExternalDataReference,EmailAddress,IPAddress,Status,StartDate,EndDate,Finished,Note,"
        "Pourquoi ?,LocationLatitude,LocationLongitude,LocationAccuracy,\n"
        "R_2YPOQ602ER1jkf1,Jeu par défaut,Anonyme,,,203.0.113.7,0,2017-07-18 08:28:09,2017-07-18 08:28:48,1,2,Bof,47.1,"
        "7.2,-1,\n"
    )
    path = write("avis.csv", text)
    (found,) = Qualtrics(name="e", path=path, text="Q2", nps="Q1", date="EndDate").read()
    assert (found.external_id, found.text, found.question, found.scores.nps) == (
        "R_2YPOQ602ER1jkf1",
        "Bof",
        "Pourquoi ?",
        2,
    )
    with pytest.raises(FormatError, match="dit qui a répondu"):
        list(Qualtrics(name="e", path=path, text="Q2", date="EndDate", meta=["V5"]).read())


@pytest.mark.parametrize(("told", "zone"), [("America/Denver", "America/Denver"), ("Z", "UTC"), ("?", "Europe/Paris")])
def test_qualtrics_takes_the_time_zone_of_the_export_unless_told(write, told, zone):
    imports = [cell.replace('"}', f'","timeZone":"{told}"}}') for cell in IMPORTS]
    path = write("avis.csv", export(FIRST, headers=(NAMES, WORDING, imports)))
    zones = [read(path)[0].created_at.tzinfo, read(path, timezone="Europe/Paris")[0].created_at.tzinfo]
    assert zones == [ZoneInfo(zone), ZoneInfo("Europe/Paris")]


def test_qualtrics_reads_a_tsv_in_utf_16(write):
    path = write("avis.tsv", export(FIRST, SECOND, delimiter="\t"), "utf-16")
    assert read(path, encoding="utf-16") == read(write("avis.csv", export(FIRST, SECOND)))


def test_qualtrics_takes_a_fixed_brand(write):
    (found,) = read(write("avis.csv", export(FIRST)), brand="Voltaline")
    assert found.brand == "Voltaline"


@pytest.mark.parametrize("rows", [0, 1])
def test_qualtrics_reads_a_survey_without_response(write, rows):
    assert read(write("avis.csv", export(*[[""] * len(NAMES)] * rows))) == []


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Q1": "11"}, "avis.csv, ligne 6 : note « 11 » dans « Q1 », hors de 0 à 10"),
        ({"Q2": "Très satisfait"}, "ligne 6 : nombre illisible « Très satisfait » dans « Q2 »"),
        ({"Q3": "0"}, "ligne 6 : note « 0 » dans « Q3 », hors de 1 à 7"),
        ({"Poids": "-1"}, "ligne 6 : poids négatif « -1 »"),
        ({"RecordedDate": "31/02/2026"}, "ligne 6 : date illisible « 31/02/2026 » dans « RecordedDate »"),
        ({"ResponseId": " "}, "ligne 6 : identifiant vide dans « ResponseId »"),
        ({"Q1_OE": "x" * 5_242_880}, "ligne 6 : cellule de 5 242 880 caractères dans « Q1_OE », au plus 20 000"),
    ],
)
def test_qualtrics_quarantines_a_bad_row_and_goes_on(write, cells, message):
    first, bad, last = read(write("avis.csv", export(FIRST, replaced(FIRST, **cells), SECOND)))
    assert (first.external_id, last.external_id) == ("R_2YPOQ602ER1jkf1", "R_3aB9dE7xK20pLmZ")
    assert isinstance(bad, RowError)
    assert message in str(bad)


def test_qualtrics_quarantines_a_row_with_too_few_cells(write):
    _, bad, _ = read(write("avis.csv", export(FIRST, FIRST[:-1], SECOND)))
    assert str(bad).startswith("avis.csv, ligne 6 : 24 cellules au lieu de 25")


def test_qualtrics_shows_the_text_of_a_bad_row(write):
    (bad,) = read(write("avis.csv", export(replaced(FIRST, Q1="11"))))
    assert bad.content == "Points fidélité perdus,\n23 € quand même"


def test_qualtrics_bears_a_long_cell_that_it_does_not_read(write):
    (found,) = read(write("avis.csv", export(replaced(FIRST, RecipientFirstName="x" * 30_000))))
    assert isinstance(found, Verbatim)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"text": "Q9_OE"},
            "avis.csv : pas de colonne « Q9_OE » : choisissez parmi « Q1 » (Recommanderiez-vous… ?), "
            "« Q1_OE » (Pourquoi cette note, en clair ?), « Q2 » (Satisfaction)",
        ),
        ({"nps": "NPS"}, "pas de colonne « NPS »"),
        ({"meta": ["Région"]}, "pas de colonne « Région »"),
        ({"brand": "Enseignes"}, "pas de colonne « Enseignes » : écrivez-la comme « Enseigne »"),
    ],
)
def test_qualtrics_lists_the_columns_when_one_is_missing(write, options, message):
    with pytest.raises(FormatError) as raised:
        read(write("avis.csv", export(FIRST)), **options)
    assert message in str(raised.value)
    assert "IPAddress" not in str(raised.value)
    assert "()" not in str(raised.value)


@pytest.mark.parametrize("headers", [(NAMES,), (NAMES, IMPORTS)])
def test_qualtrics_refuses_an_export_without_its_wording(write, headers):
    with pytest.raises(FormatError, match="ligne 2 : le libellé des questions est attendu ici"):
        read(write("avis.csv", export(FIRST, headers=headers)))


def test_qualtrics_refuses_a_lone_header(write):
    with pytest.raises(FormatError, match="le libellé des questions est attendu ici"):
        read(write("avis.csv", export(headers=(NAMES,))))


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", FormatError, "est vide"),
        (None, SourceError, "ce fichier n'existe pas"),
    ],
)
def test_qualtrics_says_why_a_file_cannot_be_read(write, tmp_path, content, error, message):
    path = tmp_path / "avis.csv" if content is None else write("avis.csv", content)
    with pytest.raises(error, match=message):
        read(path)


@pytest.mark.parametrize(
    "options", [{"texte": "Q1"}, {"timezone": "Paris"}, {"encoding": "ansi-fr"}, {"kind": "table"}, {"name": ""}]
)
def test_qualtrics_refuses_a_wrong_configuration(tmp_path, options):
    with pytest.raises(ValidationError):
        Qualtrics.model_validate({"name": "e", "path": tmp_path / "a.csv", "text": "Q1"} | options)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(NAMES))), st.sampled_from(",;\t"))
def test_qualtrics_gives_the_same_for_shuffled_columns_and_another_delimiter(tmp_path_factory, order, delimiter):
    path = tmp_path_factory.mktemp("q") / "avis.csv"
    path.write_text(export(FIRST, SECOND))
    expected = read(path)
    tables = [[row[at] for at in order] for row in (NAMES, WORDING, IMPORTS, FIRST, SECOND)]
    path.write_text(export(*tables[3:], headers=tables[:3], delimiter=delimiter))
    assert read(path) == expected


def test_qualtrics_reads_several_open_questions(write):
    path = write("avis.csv", export(FIRST, SECOND))
    other = {"text": None, "questions": {"Q1_OE": "", "Segment": "Et vous ?"}, "meta": []}
    first, second = read(path, **other)
    assert (first.external_id, first.question) == ("R_2YPOQ602ER1jkf1:Q1_OE", "Pourquoi cette note, en clair ?")
    assert (second.external_id, second.question) == ("R_2YPOQ602ER1jkf1:Segment", "Et vous ?")
    assert first.scores == second.scores == Scores(nps=1, csat=2)


@pytest.mark.parametrize("asked", [{}, {"text": "Q1", "questions": ["Q2"]}])
def test_qualtrics_needs_one_question_or_several(tmp_path, asked):
    with pytest.raises(ValidationError, match="donnez « text », la question ouverte, ou « questions »"):
        Qualtrics.model_validate({"name": "e", "path": tmp_path / "a.csv"} | asked)
