from collections.abc import Callable

import pytest

from listening.codebook import Codebook
from listening.errors import CodebookError
from listening.tagging.origins import origins

Revised = Callable[..., Codebook]
Plan = dict[str, tuple[str, ...]]
A, B, C, D = "effort.attente", "effort.web", "prix.niveau", "prix.clarte"
KNOWN = (A, B, C, D)
KEPT: Plan = {A: (), B: (), C: (), D: ()}
X, Y, Z = "effort.x", "effort.y", "effort.z"


def chain(codebook: Codebook, revised: Revised, *plans: Plan) -> Codebook:
    last = codebook
    for number, codes in enumerate(plans, start=2):
        last = revised(codes, **{"version": str(number), "from": last.reference}).after(last)
    return last


@pytest.mark.parametrize(
    ("plans", "told"),
    [
        ([], {}),
        ([KEPT], {}),
        ([{A: (), B: ()}], {}),
        ([{X: (A,), B: (), C: (), D: ()}], {X: (A,)}),
        ([{A: (), B: (), "p.x": (D, C)}], {"p.x": (C, D)}),
        ([{A: (), B: (), C: (D,)}], {C: (C, D)}),
        ([{X: (A,)}, {Y: (X,)}, {Z: (Y,)}], {Z: (A,)}),
        ([{X: (A,)}, {A: (X,)}], {}),
        ([{X: (A,), "p.x": (C, D)}, {Y: (X, "p.x")}], {Y: (A, C, D)}),
        ([{X: (A, B)}, {Y: (X,)}, {Z: (Y,), C: ()}], {Z: (A, B)}),
        ([{X: (A,), Y: (A,)}, {Z: (X, Y)}], {Z: (A,)}),
        ([{A: (B,), X: (C,)}, {A: (X,)}], {A: (A, B, C)}),
        ([{A: ()}, KEPT], {}),
    ],
)
def test_origins_of_renamed_and_joined_codes_are_those_that_the_engine_knows(
    codebook: Codebook, revised: Revised, plans: list[Plan], told: Plan
) -> None:
    last = chain(codebook, revised, *plans)
    found = origins(last, KNOWN)
    assert found.told == told
    assert (list(found.parts), found.unread, found.kept, found.new) == (list(last.codes), {}, (), ())


@pytest.mark.parametrize(
    ("plans", "unread", "kept", "new"),
    [
        ([{X: (A,), Y: (A,), B: ()}], {X: (A,), Y: (A,)}, (), ()),
        ([{A: (), X: (A,), B: ()}], {X: (A,)}, (A,), ()),
        ([{X: (A,), Y: (A,)}, {Z: (X,), Y: ()}], {Z: (A,), Y: (A,)}, (), ()),
        ([{A: (), X: (A,)}, {Y: (A,), X: ()}], {X: (A,)}, (Y,), ()),
        ([{"p.x": (C, D), "p.y": (D,)}], {"p.x": (C, D), "p.y": (C, D)}, (), ()),
        ([{C: (D,), "p.y": (D,)}], {"p.y": (C, D)}, (C,), ()),
        ([KEPT | {X: ()}], {}, (), (X,)),
        ([KEPT | {X: ()}, KEPT | {Y: (X,)}], {}, (), (Y,)),
        ([{A: (), X: ()}, {Y: (A, X)}], {Y: (A, X)}, (), ()),
    ],
)
def test_origins_do_not_guess_what_was_split_or_is_not_known_whole(
    codebook: Codebook, revised: Revised, plans: list[Plan], unread: Plan, kept: tuple[str, ...], new: tuple[str, ...]
) -> None:
    found = origins(chain(codebook, revised, *plans), KNOWN)
    assert (found.unread, found.kept, found.new) == (unread, kept, new)
    assert not set(unread) & set(found.parts)


@pytest.mark.parametrize(
    ("codes", "known", "parts"),
    [
        ({X: (A,), B: ()}, (X, B), {X: (X,), B: (B,)}),
        ({X: (A,)}, (A, X), {X: (X,)}),
        ({C: (D,)}, (C,), {C: (C,)}),
        ({X: (A,), Y: (A,)}, (X, Y), {X: (X,), Y: (Y,)}),
        ({A: (), X: (A,)}, (A, X), {A: (A,), X: (X,)}),
    ],
)
def test_origins_of_what_the_engine_was_taught_by_its_new_name_are_itself(
    codebook: Codebook, revised: Revised, codes: Plan, known: tuple[str, ...], parts: Plan
) -> None:
    found = origins(chain(codebook, revised, codes), known)
    assert (found.parts, found.unread, found.kept, found.new) == (parts, {}, (), ())


def test_origins_go_by_what_is_replaced_where_the_version_before_is_not_there(revised: Revised) -> None:
    found = origins(revised({X: (A,), B: (), C: (D,)}), KNOWN)
    assert found.told == {X: (A,), C: (C, D)}


def test_origins_refuse_a_name_that_was_given_to_another_code(codebook: Codebook, revised: Revised) -> None:
    with pytest.raises(CodebookError, match=rf"essai@3, codes\.{A} : .* est devenu {X}"):
        origins(chain(codebook, revised, {X: (A,)}, {X: (), A: ()}), KNOWN)
