from collections.abc import Callable

import pytest

from listening.codebook import Codebook
from listening.crosswalk import Family, crosswalk, steps, succession
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


Plan = dict[str, tuple[str, ...]]


def chain(codebook: Codebook, revised: Revised, *plans: Plan) -> Codebook:
    """The last of versions that follow one another, the first one from `codebook`."""
    last = codebook
    for number, codes in enumerate(plans, start=2):
        facts = {"version": str(number), "from": last.reference}
        last = revised(codes, **facts).after(last)
    return last


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ([{"e.1": (A,), B: (), C: (), D: ()}, {"e.2": ("e.1",), B: (), C: (), D: ()}], {A: ("e.2",)}),
        ([{"e.1": (A,), B: (), C: (), D: ()}, {A: ("e.1",), B: (), C: (), D: ()}], {}),
        ([{A: (), B: (), "p.1": (C, D)}, {A: (), B: (), "p.2": ("p.1",)}], {C: ("p.2",), D: ("p.2",)}),
        ([{A: (), "p.1": (C, D), B: ()}, {A: (), "x": ("p.1", B)}], {B: ("x",), C: ("x",), D: ("x",)}),
        ([KEPT | {"p.n": ()}, {A: (), B: (), C: (), "p.m": (D, "p.n")}], {D: ("p.m",)}),
        ([{B: (), C: (), D: (), "e.1": (A,), "e.2": (A,)}, {B: (), C: (), D: (), "e": ("e.1", "e.2")}], {A: ("e",)}),
        ([{A: (), B: (), C: ()}, {A: (), B: (), C: (), "p": (C,)}], {C: (C, "p"), D: ()}),
        ([{A: (), B: (), C: ()}, {A: (), B: (), C: ()}, KEPT], {}),
        (
            [{"1": (A, B), C: (), D: ()}, {"2": ("1",), C: (), D: ()}, {"3": ("2", C), D: ()}, {"4": ("3",), D: ()}],
            {A: ("4",), B: ("4",), C: ("4",)},
        ),
    ],
)
def test_crosswalk_goes_through_the_versions_between(
    codebook: Codebook, revised: Revised, plans: list[Plan], expected: dict[str, tuple[str, ...]]
) -> None:
    heirs = crosswalk(codebook, chain(codebook, revised, *plans)).heirs
    assert {code: held for code, held in heirs.items() if held != (code,)} == expected


def test_crosswalk_carries_over_two_versions_what_it_carries_one_by_one(codebook: Codebook, revised: Revised) -> None:
    first = chain(codebook, revised, {A: (), B: (), Y: (C, D)})
    second = chain(codebook, revised, {A: (), B: (), Y: (C, D)}, {A: (), B: (), "p.2": (Y,)})
    decision = [given(C, start=3), given(D), given(B)]
    once, _ = crosswalk(codebook, first).carry(decision)
    assert crosswalk(codebook, second).carry(decision) == crosswalk(first, second).carry(once)


@pytest.mark.parametrize(
    ("plans", "message"),
    [
        (
            [{"e.1": (A,), B: ()}, {"e.1": (), A: (), B: ()}],
            r"essai@3, codes\.effort\.attente : effort\.attente de essai@1 est devenu e\.1, .* donnez un autre nom",
        ),
        ([{B: ()}, {"e.1": (A,), B: ()}], r"essai@3, codes\.e\.1\.replaces : effort\.attente n'est pas dans essai@2"),
    ],
)
def test_crosswalk_refuses_names_that_contradict_what_was_told_before(
    codebook: Codebook, revised: Revised, plans: list[Plan], message: str
) -> None:
    with pytest.raises(CodebookError, match=message):
        crosswalk(codebook, chain(codebook, revised, *plans))


def test_crosswalk_names_the_version_that_is_missing_between(codebook: Codebook, revised: Revised) -> None:
    third = revised({A: ()}, **{"version": "3", "from": "essai@2"})
    fourth = revised({A: ()}, **{"version": "4", "from": "essai@3"}).after(third)
    with pytest.raises(CodebookError, match=r"comparez-le à essai@3, ou mettez le fichier de essai@2 dans le dossier"):
        crosswalk(codebook, fourth)


def test_crosswalk_refuses_a_chain_the_wrong_way_round(codebook: Codebook, revised: Revised) -> None:
    with pytest.raises(CodebookError, match=r"essai@3 vient de essai@1 ; donnez d'abord la version d'avant"):
        crosswalk(chain(codebook, revised, KEPT, KEPT), codebook)


@pytest.mark.parametrize(("known", "kept"), [((C, D), {}), ((A, C, D), {A: (A,)})])
def test_steps_tell_the_first_from_what_is_replaced_where_its_version_is_not_there(
    codebook: Codebook, revised: Revised, known: tuple[str, ...], kept: dict[str, tuple[str, ...]]
) -> None:
    (walk,) = steps(revised({A: (), "prix.tout": (C, D)}), known)
    assert (walk.old, walk.heirs) == ("essai@1", {C: ("prix.tout",), D: ("prix.tout",)} | kept)


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
