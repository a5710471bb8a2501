from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from listening.errors import FormatError
from listening.sources.columns import Columns
from listening.sources.open_questions import Questions, bare_score, personal, plain_scores, refuse_personal, wording_of
from listening.sources.rows import Row


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["Q1", "Q2"], {"Q1": "", "Q2": ""}),
        ({"Q1": "Pourquoi ?", "Q2": None}, {"Q1": "Pourquoi ?", "Q2": ""}),
    ],
)
def test_questions_are_a_list_of_columns_or_give_their_wording(given, expected):
    assert TypeAdapter(Questions).validate_python(given) == expected


@pytest.mark.parametrize("given", ["Q1", [1], {"Q1": 3}])
def test_questions_refuse_anything_else(given):
    with pytest.raises(ValidationError):
        TypeAdapter(Questions).validate_python(given)


@pytest.mark.parametrize(
    "text",
    [
        *("Email Address", "Adresse e-mail", "Quelle est votre adresse e-mail ?", "VOTRE PRÉNOM", "Nom et prénom"),
        *("Numéro de téléphone (facultatif)", "What's your email address?", "Network ID", "ipaddr", "First Name"),
    ],
)
def test_personal_knows_who_answered(text):
    assert personal(text)


@pytest.mark.parametrize(
    "text",
    ["Que pensez-vous de nos e-mails ?", "Nom du produit", "Pourquoi ?", "Téléphone ou web ?", "Custom Data 1", ""],
)
def test_personal_leaves_other_questions(text):
    assert not personal(text)


def test_refuse_personal_reads_wordings_too():
    with pytest.raises(FormatError, match=r"avis.csv : « Q7 » dit qui a répondu"):
        refuse_personal("avis.csv", {"Q7": "Q7"}, {"Q7": "Votre e-mail"})


@pytest.mark.parametrize(
    ("cell", "label", "expected"),
    [
        ("9", "", "9"),
        ("4,5", "", "4,5"),
        ("Not at all likely - 0", "", "0"),
        ("5 étoiles", "", "5"),
        ("⭐⭐", "", "2"),
        ("98", "Ne se prononce pas", ""),
        ("N/A", "", ""),
        ("1 à 3", "", "1 à 3"),
        ("Bien", "", "Bien"),
        ("", "", ""),
    ],
)
def test_bare_score_takes_the_words_away(cell, label, expected):
    assert bare_score(cell, label) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Très satisfait(e)", "5"),
        ("Somewhat dissatisfied", "2"),
        ("Ni satisfaite ni insatisfaite", "3"),
        ("Bof", "Bof"),
    ],
)
def test_plain_scores_reads_satisfaction_in_words(said, expected):
    row = Row(2, {"note": said, "avis": "5 fois"})
    assert plain_scores(row, Columns(csat="note")).cells == {"note": expected, "avis": "5 fois"}
    assert row.cells["note"] == said


def test_wording_of_keeps_what_is_no_mark():
    assert wording_of("Q1_OE : 3 < 5 * 2 & <3") == "Q1_OE : 3 < 5 * 2 & <3"
