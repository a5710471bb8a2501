from collections.abc import Callable
from typing import Any

import pytest

from listening.codebook import Codebook
from listening.codebook_diff import Change, diff

Revised = Callable[..., Codebook]
A, B, C, D = "effort.attente", "effort.web", "prix.niveau", "prix.clarte"
KEPT: dict[str, tuple[str, ...]] = {A: (), B: (), C: (), D: ()}


def reworded(codebook: Codebook, code: str, **fields: Any) -> Codebook:
    content = codebook.model_dump()
    content["codes"][code] |= fields
    return Codebook.model_validate(content)


def test_diff_of_a_version_and_itself_is_same(codebook: Codebook, revised: Revised) -> None:
    assert diff(codebook, codebook).same
    assert diff(codebook, revised(KEPT)).same


@pytest.mark.parametrize(
    ("fields", "words", "settings"),
    [
        ({"label": "Attente"}, (Change("label", "Délais", "Attente"),), ()),
        ({"not_this": "Le site."}, (Change("not_this", "", "Le site."),), ()),
        ({"threshold": 0.6}, (), (Change("threshold", None, 0.6),)),
        (
            {"definition": "Attendre.", "precision": 0.9},
            (Change("definition", "Un code.", "Attendre."),),
            (Change("precision", None, 0.9),),
        ),
    ],
)
def test_diff_tells_words_from_settings(
    codebook: Codebook, revised: Revised, fields: dict[str, Any], words: Any, settings: Any
) -> None:
    found = diff(codebook, reworded(revised(KEPT), A, **fields))
    assert (found.words.get(A, ()), found.settings.get(A, ())) == (words, settings)
    assert not found.same


def test_diff_compares_a_renamed_code_with_what_it_was(codebook: Codebook, revised: Revised) -> None:
    found = diff(codebook, revised({A: (), B: (), C: (), "prix.dit": (D,)}))
    assert found.words["prix.dit"][0] == Change("label", "Clarté du prix", "Nouveau")


def test_diff_compares_what_keeps_its_name_in_a_merge_or_split(codebook: Codebook, revised: Revised) -> None:
    new = reworded(revised({A: (), "effort.file": (A,), B: (), C: (D,)}), A, definition="Sans la file.")
    assert set(diff(codebook, reworded(new, C, label="Prix, et sa clarté")).words) == {A, C}


def test_diff_tells_nets_that_come_go_and_change(codebook: Codebook, revised: Revised) -> None:
    nets = {"effort": {"label": "Effort", "definition": "Autre."}, "lieu": {"label": "Lieu", "definition": "Où."}}
    found = diff(codebook, revised({A: ()}, nets=nets))
    assert found.nets == {
        "effort": (Change("definition", "Un net.", "Autre."),),
        "lieu": (Change("label", None, "Lieu"), Change("definition", None, "Où.")),
        "prix": (Change("label", "Prix", None), Change("definition", "Un net.", None)),
    }


def test_diff_suspects_a_code_removed_and_added_again(codebook: Codebook, revised: Revised) -> None:
    new = reworded(revised({A: (), B: (), C: (), "prix.dit": (), "prix.neuf": ()}), "prix.dit", label="Clarté du prix")
    assert diff(codebook, new).likely == ((D, "prix.dit"),)
