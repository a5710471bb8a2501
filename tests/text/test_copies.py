import pytest

from listening.text.copies import MINIMUM, band_keys, comparable, normalise, shingles, similarity

WORDS = "le colis est arrive ouvert vide et personne ne veut me rembourser depuis trois semaines"
FIRST = -8091760858255468961  # stored keys stay good as long as this one does: if it changes, so must METHOD


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'Été, à GRAND bruit !", "l ete a grand bruit"),
        ("RT @marque: Trop cher", "trop cher"),
        ("RT [PSEUDO] : rt @autre Trop cher", "trop cher"),
        ("Un RT de plus", "un rt de plus"),
        ("@sav Trop cher, voir https://example.org/a?b=1", "trop cher voir"),
        ("Appelez [PERSONNE] au [TÉLÉPHONE] [sic]", "appelez au sic"),
        ("Vive le #sav\n#panne #Honte", "vive le"),
        ("Vive le #sav de la ville", "vive le sav de la ville"),
        ("𝗧𝗿𝗼𝗽 cher", "trop cher"),
        ("", ""),
        ("👍 !!!", ""),
    ],
)
def test_normalise_leaves_the_words_that_copies_share(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_comparable_counts_different_words() -> None:
    words = [f"mot{rank}" for rank in range(MINIMUM)]
    assert comparable(" ".join(words))
    assert not comparable(" ".join(words[1:] * 2))


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("a b c", "a b c", 1.0), ("a b c", "b c d", 1 / 3), ("a b", "c d", 0.0), ("", "", 0)]
)
def test_similarity_is_the_part_of_shingles_shared(one: str, other: str, expected: float) -> None:
    assert similarity(shingles(one), shingles(other)) == pytest.approx(expected)


def test_band_keys_are_the_same_each_time() -> None:
    (once,) = band_keys([WORDS])
    _, again = band_keys(["autre chose", WORDS])
    assert once == again
    assert once[0] == FIRST


def test_band_keys_fit_a_signed_integer_of_the_store() -> None:
    keys = [key for text in (WORDS, WORDS[::-1]) for found in band_keys([text]) for key in found]
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert min(keys) < 0 < max(keys)


@pytest.mark.parametrize(
    ("other", "meet"), [(WORDS.replace("trois", "six"), True), (" ".join(reversed(WORDS.split())), False)]
)
def test_band_keys_meet_where_texts_are_alike(other: str, meet: bool) -> None:
    one, two = band_keys([WORDS, other])
    assert bool(set(one) & set(two)) is meet
