import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.text.segment import segments


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Accueil parfait. Rien à dire", ["Accueil parfait.", "Rien à dire"]),
        ("Nul !!! Jamais vu ça…", ["Nul !!!", "Jamais vu ça…"]),
        ("Produits au top mais caisse infernale", ["Produits au top", "mais caisse infernale"]),
        ("Merci Mme Odile. Bravo", ["Merci Mme Odile.", "Bravo"]),
        ("J'ai vu M. Perchoux hier soir", ["J'ai vu M. Perchoux hier soir"]),
        ("Livré en 3.5 jours", ["Livré en 3.5 jours"]),
        ("voir example.org avant", ["voir example.org avant"]),
        ("Une ligne\n\nUne autre", ["Une ligne", "Une autre"]),
        ("rapide, simple", ["rapide, simple"]),
        ("ok, mais la franchise est énorme", ["ok, mais la franchise est énorme"]),
        ("Très bien.Je reviendrai", ["Très bien.", "Je reviendrai"]),
        ("", []),
        ("   \n ", []),
    ],
)
def test_segment_cuts_sentences_and_clauses(text: str, pieces: list[str]) -> None:
    assert [segment.text for segment in segments(text)] == pieces


@given(st.text(alphabet="aé .,;!?…\n-«»mais", max_size=80))
def test_segment_offsets_are_exact_and_nothing_is_lost(text: str) -> None:
    found = segments(text)
    assert all(text[one.start : one.stop] == one.text == one.text.strip() for one in found)
    assert all(a.stop <= b.start for a, b in itertools.pairwise(found))
    assert "".join("".join(one.text.split()) for one in found) == "".join(text.split())
