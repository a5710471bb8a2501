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
from listening.sources.limesurvey import LimeSurvey

CODES = [
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "seed",
    "ipaddr",
    "marque",
    "sat",
    "eff",
    "aime",
    "Q5[SQ001]",
    "region",
]
TEXTS = ["ID de la réponse", "Date de soumission", "Dernière page", "Langue de départ", "Tête de série", "Adresse IP"]
TEXTS += [
    "De quelle marque s'agit-il ?",
    "Votre satisfaction",
    "Votre effort",
    "Ce que vous aimez",
    "À améliorer",
    "Région",
]
BOTH = [*CODES[:6], *(f"{code}. {text}" for code, text in zip(CODES[6:], TEXTS[6:], strict=True))]
FIRST = ["12", "2026-04-01 09:12:44", "4", "fr", "184467", "203.0.113.7", "Assurelia", "3", "2"]
FIRST += ["'=) la dame du téléphone\r\nau top", "l'expert ; 7 minutes, montre en main", "Bretagne"]
SECOND = ["13", "2026-04-02 10:00:00", *FIRST[2:9], "", "le délai", ""]
QUESTIONS = {"aime": "Ce que vous aimez", "Q5[SQ001]": "À améliorer"}
CHOICE = {"questions": QUESTIONS, "brand": "marque", "csat": "sat", "ces": "eff", "meta": ["region"]}


def export(*rows, delimiter=";", header=CODES):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *rows])
    return "\ufeff" + text.getvalue() + "\r\n"


def replaced(row, **cells):
    return [cells.get(name, cell) for name, cell in zip(CODES, row, strict=True)]


def read(path, **options):
    return list(LimeSurvey(name="lime", path=path, **(CHOICE | options)).read())


def test_limesurvey_gives_a_verbatim_for_each_question_answered(write):
    aime, ameliorer, second = read(write("avis.csv", export(FIRST, SECOND)))
    assert aime == Verbatim(
        source="lime",
        channel="survey",
        external_id="12:aime",
        text="=) la dame du téléphone\r\nau top",
        question="Ce que vous aimez",
        created_at=datetime(2026, 4, 1, 9, 12, 44, tzinfo=ZoneInfo("Europe/Paris")),
        brand="Assurelia",
        scores=Scores(csat=3, ces=2),
        meta={"region": "Bretagne"},
    )
    assert (ameliorer.external_id, ameliorer.question) == ("12:Q5[SQ001]", "À améliorer")
    assert (second.external_id, second.text, second.meta) == ("13:Q5[SQ001]", "le délai", {})


@pytest.mark.parametrize("header", [BOTH, [*CODES[:6], *BOTH[6:9], "Ce que vous aimez", "à améliorer", BOTH[11]]])
def test_limesurvey_reads_headings_with_texts(write, header):
    found = read(write("textes.csv", export(FIRST, SECOND, header=header)))
    assert found == read(write("avis.csv", export(FIRST, SECOND)))


def test_limesurvey_reads_french_headings_alone(write):
    names = {
        "brand": "De quelle marque s'agit-il ?",
        "csat": "Votre satisfaction",
        "ces": "votre effort",
        "meta": ["Région"],
    }
    found = read(write("textes.csv", export(FIRST, header=TEXTS)), **names)
    assert [verbatim.external_id for verbatim in found] == ["12:aime", "12:Q5[SQ001]"]
    assert (found[0].scores, found[0].brand, found[0].meta) == (
        Scores(csat=3, ces=2),
        "Assurelia",
        {"Région": "Bretagne"},
    )


def test_limesurvey_leaves_out_what_was_never_submitted(write):
    path = write("avis.csv", export(replaced(FIRST, submitdate=""), SECOND))
    assert [verbatim.external_id for verbatim in read(path)] == ["13:Q5[SQ001]"]
    assert [verbatim.created_at is None for verbatim in read(path, incomplete=True)] == [True, True, False]


def test_limesurvey_keeps_the_answers_of_an_undated_survey(write):
    found = read(write("avis.csv", export(replaced(FIRST, submitdate="1980-01-01 00:00:00"))))
    assert [verbatim.created_at for verbatim in found] == [None, None]


@pytest.mark.parametrize("rows", [[], [[""] * len(CODES)]])
def test_limesurvey_reads_a_survey_without_response(write, rows):
    assert read(write("avis.csv", export(*rows))) == []


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"sat": "6"}, "avis.csv, ligne 4 : note « 6 » dans « sat », hors de 1 à 5"),
        ({"eff": "A5"}, "ligne 4 : nombre illisible « A5 » dans « eff »"),
        ({"submitdate": "2026-13-01"}, "ligne 4 : date illisible « 2026-13-01 » dans « submitdate »"),
        ({"id": ""}, "ligne 4 : identifiant vide"),
        ({"aime": "x" * 20_001}, "ligne 4 : cellule de 20 001 caractères dans « aime »"),
    ],
)
def test_limesurvey_quarantines_a_bad_row_and_goes_on(write, cells, message):
    *_, bad, last = read(write("avis.csv", export(FIRST, replaced(FIRST, **cells), SECOND)))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "203.0.113.7" not in bad.content
    assert last.external_id == "13:Q5[SQ001]"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"questions": {"aimer": "?"}},
            "pas de colonne « aimer » : choisissez parmi « marque », « sat », « eff », « aime »",
        ),
        ({"date": "datestamp"}, "pas de colonne « datestamp »"),
        ({"wave": "vague"}, "pas de colonne « vague »"),
    ],
)
def test_limesurvey_lists_the_columns_when_one_is_missing(write, options, message):
    with pytest.raises(FormatError) as raised:
        read(write("avis.csv", export(FIRST)), **options)
    assert message in str(raised.value)


def test_limesurvey_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.csv")
    with pytest.raises(FormatError, match="est vide"):
        read(write("vide.csv", ""))
    with pytest.raises(FormatError, match="ligne 3 : un guillemet ouvert ici n'est jamais refermé"):
        read(write("coupe.csv", export(SECOND, FIRST).rsplit("montre", 1)[0]))


def test_limesurvey_wants_a_question(tmp_path):
    with pytest.raises(ValidationError):
        LimeSurvey(name="lime", path=tmp_path, questions={})


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(CODES))), st.sampled_from(",;\t"))
def test_limesurvey_gives_the_same_for_shuffled_columns_and_another_delimiter(tmp_path_factory, order, delimiter):
    path = tmp_path_factory.mktemp("l") / "avis.csv"
    path.write_text(export(FIRST, SECOND), newline="")
    expected = read(path)
    header, *rows = [[row[at] for at in order] for row in (CODES, FIRST, SECOND)]
    path.write_text(export(*rows, header=header, delimiter=delimiter), newline="")
    assert read(path) == expected
