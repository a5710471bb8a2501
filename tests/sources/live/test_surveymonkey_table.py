from __future__ import annotations

from typing import Any

import pytest

from listening.sources.items import Item
from listening.sources.live.surveymonkey_table import Survey, table_of
from listening.sources.rows import Row


def laid_out(*questions: dict[str, Any]) -> Any:
    return table_of(Survey.model_validate({"pages": [{"questions": questions}]}))


def question(family: str, heading: str = "Et ?", number: int = 7, **keys: Any) -> dict[str, Any]:
    return {"id": number, "family": family, "headings": [{"heading": heading}], **keys}


def named(*texts: str, first: int = 100, **keys: Any) -> list[dict[str, Any]]:
    return [{"id": at, "text": text, **keys} for at, text in enumerate(texts, first)]


def cells(table: Any, *given: dict[str, Any], number: int = 7) -> dict[str, str]:
    dates = {"date_created": "2026-01-05T09:00:00+00:00", "date_modified": "2026-01-05T09:04:00+00:00"}
    content = {"id": 12, "pages": [{"questions": [{"id": number, "answers": given}]}], **dates}
    (row,) = table.heads.rows(table.rows([Item(content, 1, "enquetes.example.org")]))
    assert isinstance(row, Row)
    return {name: cell for name, cell in row.cells.items() if cell and name not in table.columns[:4]}


OPEN = {"subtype": "essay", "validation": {"type": "text_length"}, "display_options": None}
OTHER = {"id": 109, "text": "Autre (veuillez préciser)"}
SEVERAL = {"choices": named("Web", "Boutique"), "other": OTHER}
MENU = {"rows": named("Accueil"), "cols": [{"id": 5, "text": "Ton", "choices": named("Froid", first=6)}]}


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        (question("open_ended", **OPEN), [{"text": "Cher"}], {"Et ?": "Cher"}),
        (
            question("open_ended", answers={"rows": named("Un", "Deux")}),
            [{"row_id": 101, "text": "b"}],
            {"Et ?": "b", "Et ? – Deux": "b"},
        ),
        (question("single_choice", answers={"choices": named("Web")}), [{"choice_id": 100}], {"Et ?": "Web"}),
        (question("single_choice", answers={"choices": []}), [{"choice_id": 3, "simple_text": "Fax"}], {"Et ?": "Fax"}),
        (
            question("single_choice", answers={"choices": named("Web"), "other": [OTHER]}),
            [{"other_id": 109, "text": "Fax"}],
            {"Et ? – Autre (veuillez préciser)": "Fax"},
        ),
        (
            question("multiple_choice", answers=SEVERAL),
            [{"choice_id": 100}, {"choice_id": 101}],
            {"Et ?": "Web ; Boutique", "Et ? – Web": "Web", "Et ? – Boutique": "Boutique"},
        ),
        (
            question("matrix", answers={"rows": named("Prix"), "choices": named("Bien", "Cher", first=200)}),
            [{"row_id": 100, "choice_id": 200}, {"row_id": 100, "choice_id": 201}],
            {"Et ? – Prix": "Bien ; Cher"},
        ),
        (
            question("matrix", answers={"rows": named(""), "choices": named("", first=200, weight=4)}),
            [{"row_id": 100, "choice_id": 200}],
            {"Et ?": "4"},
        ),
        (
            question("matrix", answers=MENU),
            [{"row_id": 100, "col_id": 5, "choice_id": 6}],
            {"Et ? – Accueil - Ton": "Froid"},
        ),
        (
            question("demographic", answers={"rows": named("Ville", type="city")}),
            [{"row_id": 100, "text": "Brest"}],
            {"Et ? – Ville": "Brest"},
        ),
        (question("demographic", answers={"rows": named("Nom", type="name")}), [{"row_id": 100, "text": "Lulu"}], {}),
        (question("presentation"), [], {}),
        (question("open_ended", heading=""), [{"text": "Cher"}], {"question 7": "Cher"}),
    ],
)
def test_table_lays_out_the_answers_as_an_export_does(asked, given, expected):
    assert cells(laid_out(asked), *given) == expected


@pytest.mark.parametrize(
    ("keys", "is_open"),
    [
        (OPEN, True),
        ({}, True),
        ({"display_options": {"display_type": "slider"}}, False),
        ({"display_options": {"display_type": "file_upload"}}, False),
        ({"validation": {"type": "integer"}}, False),
        ({"validation": {"type": "email"}}, False),
    ],
)
def test_table_tells_the_questions_that_ask_for_words(keys, is_open):
    assert laid_out(question("open_ended", **keys)).heads.open == ["Et ?"] * is_open


def test_table_tells_questions_of_the_same_wording_apart():
    table = laid_out(question("open_ended"), question("open_ended", number=8))
    assert table.heads.open == ["Et ?", "Et ? (2)"]
    assert cells(table, {"text": "Cher"}, number=8) == {"Et ? (2)": "Cher"}


def test_table_takes_the_first_wording_of_a_question_that_has_several():
    headings = [{"heading": ""}, {"heading": "Pourquoi ?"}, {"heading": "Dites-nous"}]
    assert laid_out(question("open_ended") | {"headings": headings}).heads.open == ["Pourquoi ?"]
