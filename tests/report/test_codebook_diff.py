import io
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from listening.codebook import Codebook
from listening.codebook_diff import diff
from listening.report.codebook_diff import print_diff

Revised = Callable[..., Codebook]
A, B, C, D = "effort.attente", "effort.web", "prix.niveau", "prix.clarte"


def printed(old: Codebook, new: Codebook) -> str:
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False)
    print_diff(diff(old, new), console)
    return console.file.getvalue().replace("\xa0", " ")  # type: ignore[attr-defined,no-any-return]


def test_print_diff_has_a_section_a_kind(codebook: Codebook, revised: Revised) -> None:
    shown = printed(codebook, revised({A: (), "effort.file": (A,), "prix.tout": (C, D), "effort.neuf": ()}))
    assert "essai@1 → essai@2" in shown
    assert "Ajoutés (1)\n  effort.neuf (Nouveau)\n" in shown
    assert "Retirés (1)\n  effort.web (Site)\n" in shown
    assert "Fusionnés (1)\n  prix.niveau, prix.clarte → prix.tout (Nouveau)\n" in shown
    assert "Scindés (1)\n  effort.attente → effort.attente (Délais), effort.file (Nouveau)\n" in shown
    assert "Renommés" not in shown
    assert shown.endswith("0 code inchangé.\n")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"definition": "Le [bold] : autre."}, "    définition :\n      − Un code.\n      + Le [bold] : autre.\n"),
        ({"not_this": "Le site."}, "    à ne pas confondre :\n      + Le site.\n"),
        ({"threshold": 0.6}, "Réglés autrement (1)\n  effort.attente\n    seuil : – → 0,60\n"),
        ({"examples": ["a", "b"]}, "    exemples : 0 → 2 (+2, −0)\n"),
    ],
)
def test_print_diff_shows_fields_before_and_after(
    codebook: Codebook, revised: Revised, fields: dict[str, Any], expected: str
) -> None:
    content = revised({A: (), B: (), C: (), D: ()}).model_dump()
    content["codes"][A] |= fields
    shown = printed(codebook, Codebook.model_validate(content))
    assert expected in shown
    assert "3 codes inchangés." in shown


def test_print_diff_warns_of_two_plans_of_one_reference(codebook: Codebook, revised: Revised) -> None:
    shown = printed(codebook, revised({A: (), B: (), C: ()}, **{"from": None, "version": "1"}))
    assert "portent la même référence, essai@1 : changez « version » et écrivez « from: essai@1 »" in shown
    assert "même référence" not in printed(codebook, codebook)


def test_print_diff_suggests_a_renaming(codebook: Codebook, revised: Revised) -> None:
    content = revised({A: (), B: (), C: (), "prix.dit": ()}).model_dump()
    content["codes"]["prix.dit"]["label"] = codebook.codes[D].label
    shown = printed(codebook, Codebook.model_validate(content))
    assert "écrivez « replaces: [prix.clarte] » sous prix.dit" in shown
