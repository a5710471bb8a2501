from collections.abc import Callable

import pytest

from listening.codebook import Codebook
from listening.crosswalk import Family, crosswalk, succession
from listening.errors import CodebookError
from listening.records import CodeVerdict

Revised = Callable[..., Codebook]
A, B, C, D = "effort.attente", "effort.web", "prix.niveau", "prix.clarte"
KEPT = {A: (), B: (), C: (), D: ()}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (KEPT, {}),
        ({A: (), B: (), C: ()}, {"removed": [(D,), ()]}),
        (KEPT | {"prix.gratuit": ()}, {"added": [(), ("prix.gratuit",)]}),
        ({A: (), B: (), C: (), "prix.dit": (D,)}, {"renamed": [(D,), ("prix.dit",)]}),
        ({A: (), B: (), "prix.tout": (C, D)}, {"merged": [(C, D), ("prix.tout",)]}),
        ({A: (), B: (), C: (D,)}, {"merged": [(C, D), (C,)]}),
        ({B: (), C: (), D: (), "effort.file": (A,), "effort.delai": (A,)}, {"split": [(A,), None]}),
        (KEPT | {"effort.file": (A,)}, {"split": [(A,), (A, "effort.file")]}),
        ({A: (), B: (), "prix.x": (C, D), "prix.y": (D,)}, {"recast": [(C, D), ("prix.x", "prix.y")]}),
        ({"x": (A, B), "y": (B, C), "z": (C, D)}, {"recast": [(A, B, C, D), ("x", "y", "z")]}),
    ],
)
def test_crosswalk_tells_what_codes_became(
    codebook: Codebook, revised: Revised, codes: dict[str, tuple[str, ...]], expected: dict[str, list[tuple[str, ...]]]
) -> None:
    families = crosswalk(codebook, revised(codes)).families
    found = {one.kind: [one.old, one.new] for one in families if one.kind != "kept"}
    expected = {
        kind: [old, new if new is not None else ("effort.file", "effort.delai")]
        for kind, (old, new) in expected.items()
    }
    assert found == expected
    assert sorted(code for one in families for code in one.old) == sorted(codebook.codes)
    assert sorted(code for one in families for code in one.new) == sorted(codes)


def test_crosswalk_puts_removed_codes_last(codebook: Codebook, revised: Revised) -> None:
    assert crosswalk(codebook, revised({"new": (), C: ()})).families == (
        Family((), ("new",)),
        Family((C,), (C,)),
        Family((A,), ()),
        Family((B,), ()),
        Family((D,), ()),
    )


@pytest.mark.parametrize(
    ("codes", "facts", "message"),
    [
        (KEPT | {"prix.x": ("prix.perdu",)}, {}, r"essai@2, codes\.prix\.x\.replaces : prix\.perdu n'est pas dans"),
        (KEPT, {"from": "essai@0"}, r"essai@2 vient de essai@0 \(« from »\), non de essai@1"),
    ],
)
def test_crosswalk_refuses_what_does_not_follow(
    codebook: Codebook, revised: Revised, codes: dict[str, tuple[str, ...]], facts: dict[str, str], message: str
) -> None:
    with pytest.raises(CodebookError, match=message):
        crosswalk(codebook, revised(codes, **facts))


def test_crosswalk_refuses_versions_the_wrong_way_round(codebook: Codebook, revised: Revised) -> None:
    with pytest.raises(CodebookError, match=r"essai@2 vient de essai@1 ; donnez d'abord la version d'avant"):
        crosswalk(revised(KEPT), codebook)


def test_crosswalk_without_a_version_before_goes_by_names(codebook: Codebook, revised: Revised) -> None:
    other = revised({A: (), "neuf": ()}, **{"from": None, "name": "autre"})
    assert crosswalk(codebook, other).heirs == {A: (A,), B: (), C: (), D: ()}


def test_succession_refuses_two_plans_of_one_reference(codebook: Codebook, revised: Revised) -> None:
    with pytest.raises(CodebookError, match="même référence, essai@1 ; changez « version »"):
        succession(codebook, revised({A: ()}, **{"from": None, "version": "1"}))


def given(code: str, polarity: str = "negatif", start: int | None = None) -> CodeVerdict:
    stop = None if start is None else start + 5
    return CodeVerdict(code=code, polarity=polarity, start=start, stop=stop)  # type: ignore[arg-type]


X, Y = "effort.file", "prix.tout"


@pytest.mark.parametrize(
    ("before", "after", "unsure"),
    [
        ([], [], ()),
        ([given(B, start=3)], [given(B, start=3)], ()),
        ([given(C, start=3)], [given(Y, start=3)], ()),
        ([given(C), given(D, start=7), given(B)], [given(Y, start=7), given(B)], ()),
        ([given(C, start=3), given(D, start=7)], [given(Y, start=3)], ()),
        ([given(C), given(D, "positif")], [], (Y,)),
        ([given(A), given(B)], [given(B)], (A, X)),
        ([given("prix.retire")], [], ()),
    ],
)
def test_crosswalk_carries_a_decision_or_says_what_is_to_be_decided_again(
    codebook: Codebook, revised: Revised, before: list[CodeVerdict], after: list[CodeVerdict], unsure: tuple[str, ...]
) -> None:
    walk = crosswalk(codebook, revised({A: (), X: (A,), B: (), Y: (C, D)}))
    assert walk.carry(before) == (tuple(after), unsure)
