from __future__ import annotations

import pytest

from listening.sources.guess import Column, closed_answers, date_of, open_answers

SENTENCES = [f"Il a fallu attendre {n} semaines sans nouvelles" for n in range(6)]
SHORT = ["Le prix", "Les délais", "Rien", "L'accueil", "Le choix", "Le prix"]


def column(name, cells, wording=""):
    return Column(name, [str(cell) for cell in cells], len(cells), wording)


@pytest.mark.parametrize("mark", ["@", "@.", "a@"])
def test_is_personal_is_quick_on_cells_of_nothing_but_marks(mark):
    assert not column("Q5", [mark * 100_000] * 3).is_personal()


@pytest.mark.parametrize(
    ("name", "cells", "wording", "expected"),
    [
        ("Q5", SENTENCES, "", True),
        ("Q5", SHORT, "Que devons-nous améliorer ?", True),
        ("Q5", SHORT, "", False),  # what a list of choices looks like
        ("Q5", ["Oui", "Non"] * 3, "Pourquoi ?", False),
        ("Q5", ["Tout à fait d'accord avec cette phrase", "Pas du tout d'accord avec elle"] * 6, "", False),
        ("Q5", [9, 8, 7, 10, 2, 3], "Pourquoi ?", False),
        ("Nom et adresse", [f"Odile Perchoux, {n} rue des Lilas, Brest" for n in range(6)], "", False),
        ("Q5", [f"o{n}@example.org" for n in range(6)], "Que faut-il retenir ?", False),
        ("Q5", SENTENCES, "Que pensez-vous de nos e-mails ?", True),
        ("Q5", SENTENCES, "Votre e-mail", False),
        ("lien", [f"https://example.org/une-page-assez-longue/{n}" for n in range(6)], "", False),
        ("Q5", [], "Pourquoi ?", False),
        ("Comment ID", [f"UgxAbc{n}" for n in range(6)], "", False),
    ],
)
def test_open_answers_are_varied_texts(name, cells, wording, expected):
    assert bool(open_answers([column(name, cells, wording)])) is expected


@pytest.mark.parametrize(
    ("name", "cells", "wording", "expected"),
    [
        ("Q1", [0, 9, 10, 4], "Nous recommanderiez-vous ?", {"nps": "Q1"}),
        ("Q1_NPS", [0, 9, 10, 4], "", {"nps": "Q1_NPS"}),
        ("Q1", [0, 9, 11, 12], "Nous recommanderiez-vous ?", {}),
        ("Q1", ["4,5", "3,5", "9", "2"], "Nous recommanderiez-vous ?", {}),
        ("Q2", [1, 5, 4, 3], "Êtes-vous satisfait ?", {"csat": "Q2"}),
        ("Q2", [1, 5, 4, 9], "Êtes-vous satisfait ?", {}),
        ("Q4", [1, 7, 4, 6], "Cela vous a-t-il demandé des efforts ?", {"ces": "Q4"}),
        ("poids", ["1,25", "0.8", "1"], "", {"weight": "poids"}),
        ("Vague", ["2026-T1", "2026-T1", "2026-T2"], "", {"wave": "Vague"}),
        ("Enseigne", ["Grandval", "Colivia", "Grandval"], "", {"brand": "Enseigne"}),
        ("Région", ["Nord", "Sud"] * 4, "", {"meta": ["Région"]}),
        ("Région", ["Nord"] * 8, "", {}),
        ("dossier", ["A1", "A2", "A3", "A4"], "", {}),
        ("Prénom", ["Odile", "Odile", "Zoé", "Zoé"], "", {}),
        ("Q9", ["Odile", "Odile", "Zoé", "Zoé"], "Quel est votre prénom ?", {}),
        ("Conseiller", ["Odile", "Odile", "Zoé", "Zoé"], "", {}),
        ("Q9", ["06 39 98 12 44", "06 39 98 12 44", "06 39 98 77 12", "06 39 98 77 12"], "", {}),
        ("Date", ["2026-01-05", "2026-01-05", "2026-01-06", "2026-01-06"], "", {}),
    ],
)
def test_closed_answers_need_a_name_and_cells_that_agree(name, cells, wording, expected):
    assert closed_answers([column(name, cells, wording)]) == expected


def test_closed_answers_read_codes_where_cells_are_labels():
    labels = Column("SAT", ["Satisfait", "Ne sait pas", "Très satisfait"], 3, "Satisfaction", ["4", "9", "5"])
    assert closed_answers([labels]) == {"csat": "SAT"}


def test_closed_answers_take_stars_only_where_asked():
    stars = column("Note", ["4,5", "3", "1"])
    assert closed_answers([stars]) == {}
    assert closed_answers([stars], stars=True) == {"stars": "Note"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["05/01/2026", "25/01/2026 14:30"], {"date": "Date"}),
        (["2026-01-05", "2026-01-05T10:00:00Z"], {"date": "Date"}),
        (["01/25/2026", "01/05/2026"], {"date": "Date", "date_format": "%m/%d/%Y"}),
        (["25.01.2026", "05.01.2026"], {"date": "Date", "date_format": "%d.%m.%Y"}),
        (["hier", "demain"], {}),
        ([], {}),
    ],
)
def test_date_of_tells_the_format_that_must_be(cells, expected):
    assert date_of([column("Date", cells)]) == expected


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [("Identifiant", ["a", "b"], True), ("Identifiant", ["a", "a"], False), ("ville", ["a", "b"], False)],
)
def test_is_identifier(name, cells, expected):
    assert column(name, cells).is_identifier() is expected
