from collections.abc import Callable

import pytest

from listening.codebook import Codebook
from listening.training.corpus import Example, GoldTag
from listening.training.translate import Translation, translate

Revised = Callable[..., Codebook]
A, B, C, D = "effort.attente", "effort.web", "prix.niveau", "prix.clarte"
X, NEW = "effort.delai", "effort.parking"
KNOWN = [A, B, C, D]


def translation(codebook: Codebook, revised: Revised, codes: dict[str, tuple[str, ...]]) -> Translation:
    return translate(revised(codes).after(codebook), KNOWN)


def coded(*codes: str) -> Example:
    return Example(id="1", text="Texte", tags=tuple(GoldTag(code, "negatif", 0, 3) for code in codes))


@pytest.mark.parametrize(
    ("codes", "names", "joined", "unsure"),
    [
        ({A: (), B: (), C: (), D: ()}, {A: A, B: B, C: C, D: D}, (), ()),
        ({X: (A,), B: (), C: (), D: ()}, {X: A, B: B, C: C, D: D}, (), ()),
        ({A: (), B: (), "prix.tout": (C, D)}, {A: A, B: B}, ("prix.tout",), (C, D)),
        ({A: (), NEW: (A,), B: (), C: (), D: ()}, {A: A, B: B, C: C, D: D}, (), ()),
        ({X: (A,), NEW: (A,), B: (), C: (), D: ()}, {B: B, C: C, D: D}, (), (A,)),
        ({A: (), B: (), NEW: ()}, {A: A, B: B}, (), (C, D)),
    ],
    ids=["kept", "renamed", "joined", "a part keeps the name", "split", "added, others removed"],
)
def test_translate_tells_codes_that_are_one_and_the_same(
    codebook: Codebook,
    revised: Revised,
    codes: dict[str, tuple[str, ...]],
    names: dict[str, str],
    joined: tuple[str, ...],
    unsure: tuple[str, ...],
) -> None:
    found = translation(codebook, revised, codes)
    assert (found.names, found.joined, found.unsure) == (names, joined, unsure)


def test_translate_example_says_nothing_of_the_codes_that_were_joined(codebook: Codebook, revised: Revised) -> None:
    found = translation(codebook, revised, {X: (A,), B: (), "prix.tout": (C, D), NEW: ()})
    told = found.tell(coded(X, "prix.tout", NEW))
    assert told.tags == (GoldTag(A, "negatif", 0, 3),)
    assert told.unsure == (C, D)


def test_translate_file_in_the_codes_of_the_engine_stays_as_it_is(codebook: Codebook, revised: Revised) -> None:
    found = translation(codebook, revised, {X: (A,), B: (), "prix.tout": (C, D)})
    own = [coded(A, C), coded(D)]
    assert found.tell_all(own) == own


def test_translate_file_with_a_code_of_the_plan_is_told_whole(codebook: Codebook, revised: Revised) -> None:
    found = translation(codebook, revised, {X: (A,), B: (), "prix.tout": (C, D)})
    one, other = found.tell_all([coded(X), coded(B)])
    assert [tag.code for tag in (*(one.tags or ()), *(other.tags or ()))] == [A, B]
    assert one.unsure == other.unsure == (C, D)
