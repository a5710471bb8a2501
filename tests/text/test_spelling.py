import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.text.patterns import load_patterns
from listening.text.spelling import usual


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("SERVICE NUL, JE NE RECOMMANDE PAS", "service nul, je ne recommande pas"),
        ("delai de reponse tres long", "délai de réponse très long"),
        ("L'hotesse etait la", "L'hôtesse était la"),
        ("Tres bien. Etait fermé", "Très bien. Était fermé"),
        ("tjrs rien, c tro long", "toujours rien, c'est trop long"),
        ("g attendu jms vu ca", "j'ai attendu jamais vu ça"),
        ("Troooop bien !!!", "Trop bien !!!"),
        ("la vitamine c. 5 g", "la vitamine c. 5 g"),
        ("l'option c, d'accord", "l'option c, d'accord"),
        ("le CT du véhicule", "le ct du véhicule"),
        ("@tjrs #pk www.pr.fr pr-ci", "@tjrs #pk www.pr.fr pr-ci"),
        ("Il passe au marche", "Il passe au marche"),
        ("Mme [PERSONNE] répond au [TÉLÉPHONE]", "Mme … répond au …"),
        ("[PERSONNES] [NIR]", "[personnes] …"),
        ("", ""),
    ],
)
def test_usual_reads_what_was_meant(typed: str, read: str) -> None:
    assert usual(typed).text == read


def test_usual_tells_where_each_word_stood() -> None:
    typed = "franchement, bcp trop d'attente pr rien"
    spelt = usual(typed)
    for word, stood in (("beaucoup", "bcp"), ("attente", "attente"), ("pour", "pr"), ("rien", "rien")):
        start = spelt.text.index(word)
        assert typed[slice(*spelt.place(start, start + len(word)))] == stood


def test_usual_accents_are_no_other_word_without_them() -> None:
    words = load_patterns("spelling")["accented"].split()
    assert len(words) == len(set(words))
    assert all(usual(word).text == word for word in [*words, "a", "ou", "du", "sur", "passe", "marche"])


@given(st.text(alphabet="aàcgjprtÉS '-.!\n3", max_size=60))
def test_usual_places_stand_in_the_text_in_order(typed: str) -> None:
    spelt = usual(typed)
    places = [spelt.place(place, place + 1) for place in range(len(spelt.text))]
    assert all(0 <= start < stop <= len(typed) for start, stop in places)
    assert places == sorted(places)


@given(st.text(alphabet="aàcgprtÉS ,.!", max_size=60))
def test_usual_read_again_stays_as_it_is(typed: str) -> None:
    assert usual(usual(typed).text).text == usual(typed).text
