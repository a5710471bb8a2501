"""From one version of a codebook to the next: which codes became which, and what that makes of a decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from listening.codebook import Codebook
from listening.errors import CodebookError
from listening.records import CodeVerdict

Kind = Literal["kept", "renamed", "merged", "split", "recast", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Family:
    """Codes of two versions that follow from one another, and from no other: `old` before, `new` after.

    One became one (`kept` or `renamed`), several one (`merged`), one several (`split`), several several (`recast`);
    `added` has no old code, `removed` no new one.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """What happened to the codes."""
        if not self.old or not self.new:
            return "removed" if self.old else "added"
        if len(self.old) > 1 or len(self.new) > 1:
            return "split" if len(self.old) == 1 else "merged" if len(self.new) == 1 else "recast"
        return "kept" if self.old == self.new else "renamed"


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The heirs of each code of `old` in `new`, references of two versions, and the families that they make.

    Families are in the order of the new version, those that are `removed` last.
    """

    old: str
    new: str
    heirs: Mapping[str, tuple[str, ...]]
    families: tuple[Family, ...]

    def codes(self, *kinds: Kind) -> list[str]:
        """Give the new codes (the old ones of `removed`) of the families of these kinds."""
        return [code for one in self.families if one.kind in kinds for code in one.new or one.old]

    def carry(self, codes: Iterable[CodeVerdict]) -> tuple[tuple[CodeVerdict, ...], tuple[str, ...]]:
        """Give what a decision becomes: its codes, and the new ones on which a person must decide again.

        Again: on the parts of a code that was split, and on a code that joins several to which the decision gave
        different polarities. A removed code is left out. Where two codes become one, the first words marked are kept.
        """
        carried: dict[str, CodeVerdict] = {}
        unsure: dict[str, None] = {}
        for one in codes:
            heirs = self.heirs.get(one.code, ())
            for heir in heirs:
                known = carried.setdefault(heir, replace(one, code=heir))
                if len(heirs) > 1 or known.polarity != one.polarity:
                    unsure[heir] = None
                if known.start is None:
                    carried[heir] = replace(known, start=one.start, stop=one.stop)
        return tuple(one for code, one in carried.items() if code not in unsure), tuple(unsure)


def crosswalk(old: Codebook, new: Codebook) -> Crosswalk:
    """Give what the codes of a version became: those that a new code `replaces`, and those that keep their name.

    Raises CodebookError when `new` follows from another version, or replaces codes that `old` does not have.

    >>> from listening.codebook import load_codebook
    >>> plan = load_codebook()
    >>> {family.kind for family in crosswalk(plan, plan).families}
    {'kept'}
    """
    _check(old, new)
    heirs = {
        code: tuple(name for name, one in new.codes.items() if name == code or code in one.replaces)
        for code in old.codes
    }
    return Crosswalk(old.reference, new.reference, heirs, _families(heirs, list(new.codes)))


def succession(old: Codebook, new: Codebook) -> Crosswalk:
    """Give the crosswalk of two versions that the store can tell apart.

    Raises CodebookError when both have the same reference, and where `crosswalk` does.
    """
    if old.reference == new.reference:
        raise CodebookError(
            f"les deux plans portent la même référence, {new.reference} ; changez « version » dans le nouveau"
        )
    return crosswalk(old, new)


def _check(old: Codebook, new: Codebook) -> None:
    if old.previous == new.reference:
        raise CodebookError(f"{old.reference} vient de {new.reference} ; donnez d'abord la version d'avant")
    if new.previous and new.previous != old.reference and new.reference != old.reference:
        raise CodebookError(
            f"{new.reference} vient de {new.previous} (« from »), non de {old.reference} ; comparez-le à {new.previous}"
        )
    for name, code in new.codes.items():
        if absent := [one for one in code.replaces if one not in old.codes]:
            raise CodebookError(
                f"{new.reference}, codes.{name}.replaces : {', '.join(absent)} n'est pas dans {old.reference} ; "
                f"possibles : {', '.join(old.codes)}"
            )


def _families(heirs: Mapping[str, tuple[str, ...]], new: list[str]) -> tuple[Family, ...]:
    families, seen = [], set[str]()
    for name in new:
        if name in seen:
            continue
        before, after = set[str](), {name}
        while grown := {code for code in heirs if code not in before and after.intersection(heirs[code])}:
            before |= grown
            after.update(*(heirs[code] for code in grown))
        seen |= after
        families.append(Family(tuple(c for c in heirs if c in before), tuple(c for c in new if c in after)))
    return (*families, *(Family((code,), ()) for code, kept in heirs.items() if not kept))
