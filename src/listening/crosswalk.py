"""From one version of a codebook to the next: which codes became which, and what that makes of a decision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
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
    """Give what the codes of a version became in another, through the versions between them that `new` knows.

    From one version to the next, a code becomes those that replace it, and the one that keeps its name. A name that
    went and comes back goes on. Raises CodebookError when `new` does not follow from `old`, replaces codes that it does
    not have, or gives a code's name to another one, two versions after it was renamed.

    >>> from listening.codebook import load_codebook
    >>> plan = load_codebook()
    >>> {family.kind for family in crosswalk(plan, plan).families}
    {'kept'}
    """
    versions = _versions(old, new)
    heirs: dict[str, tuple[str, ...]] = {code: (code,) for code in old.codes}
    for before, after in pairwise(versions):
        after.check_replaced(before)
        step = _heirs(before.codes, after)
        found = {code: {heir for one in held for heir in step[one]} for code, held in heirs.items()}
        heirs = {code: tuple(name for name in after.codes if name in held) for code, held in found.items()}
    return _walk(old.reference, new, {code: _lasting(code, held, old, new) for code, held in heirs.items()})


def succession(old: Codebook, new: Codebook) -> Crosswalk:
    """Give the crosswalk of two versions that the store can tell apart.

    Raises CodebookError when both have the same reference, and where `crosswalk` does.
    """
    if old.reference == new.reference:
        raise CodebookError(
            f"les deux plans portent la même référence, {new.reference} ; changez « version » dans le nouveau"
        )
    return crosswalk(old, new)


def steps(codebook: Codebook, known: Collection[str] = ()) -> list[Crosswalk]:
    """Give the crosswalks that lead to a version, one a step, from the oldest version that is known.

    Where the oldest names one before it that is not there, the first step is told from what its codes replace, and
    from those of its codes that are `known` to have been there. Raises CodebookError where `crosswalk` does.
    """
    versions = [*reversed(list(codebook.ancestors())), codebook]
    for before in versions[:-1]:
        crosswalk(before, codebook)
    walks = [crosswalk(before, after) for before, after in pairwise(versions)]
    oldest = versions[0]
    replaced = [one for code in oldest.codes.values() for one in code.replaces]
    if not replaced:
        return walks
    names = list(dict.fromkeys([*replaced, *(code for code in oldest.codes if code in known)]))
    return [_walk(oldest.previous or "", oldest, _heirs(names, oldest)), *walks]


def _versions(old: Codebook, new: Codebook) -> list[Codebook]:
    """Give both versions and those between them, the first first."""
    if new.reference in {old.previous, *(one.reference for one in old.ancestors())}:
        raise CodebookError(f"{old.reference} vient de {new.reference} ; donnez d'abord la version d'avant")
    later: list[Codebook] = []
    for version in (new, *new.ancestors()):
        later.insert(0, version)
        if version.previous == old.reference:
            return [old, *later]
    if new.previous and new.reference != old.reference:
        missing = later[0].previous
        raise CodebookError(
            f"{new.reference} vient de {new.previous} (« from »), non de {old.reference} ; comparez-le à {new.previous}"
            + (f", ou mettez le fichier de {missing} dans le dossier du sien" if missing else "")
        )
    return [old, new]


def _heirs(old: Iterable[str], new: Codebook) -> dict[str, tuple[str, ...]]:
    """Give what each code of the version just before became."""
    return {
        code: tuple(name for name, one in new.codes.items() if name == code or code in one.replaces) for code in old
    }


def _lasting(code: str, heirs: tuple[str, ...], old: Codebook, new: Codebook) -> tuple[str, ...]:
    """Give the heirs of a code, itself where it went and came back; raises CodebookError where it is another now."""
    if code not in new.codes or code in heirs:
        return heirs
    if heirs:
        raise CodebookError(
            f"{new.reference}, codes.{code} : {code} de {old.reference} est devenu {', '.join(heirs)}, ce nom en "
            f"désigne un autre ; donnez un autre nom à ce code, ou gardez le sien à l'ancien"
        )
    return (code,)


def _walk(old: str, new: Codebook, heirs: Mapping[str, tuple[str, ...]]) -> Crosswalk:
    return Crosswalk(old, new.reference, heirs, _families(heirs, list(new.codes)))


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
