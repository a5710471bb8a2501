"""By which of the codes that an engine knows each code of a newer version of the codebook is read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from listening.codebook import Codebook
from listening.crosswalk import Crosswalk, steps


@dataclass(frozen=True, slots=True)
class Origins:
    """The codes of a codebook, as an engine knows them.

    `parts` gives, by code, the engine's codes that make it: itself, the one that it renames, those that it joins.
    `unread` are parts of a code that was split, or joined to one that the engine does not know, each with the codes
    that it follows from; `kept` the other parts of such codes, that keep their name and are read as they were. `new`
    are those that follow from nothing.
    """

    parts: dict[str, tuple[str, ...]]
    unread: dict[str, tuple[str, ...]]
    kept: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def told(self) -> dict[str, tuple[str, ...]]:
        """The codes that are read by others than themselves."""
        return {code: parts for code, parts in self.parts.items() if parts != (code,)}


def origins(codebook: Codebook, known: Collection[str]) -> Origins:
    """Give by which of the `known` codes each code of a codebook is read, through all the versions before it.

    A code that was renamed is followed to the oldest name that is known, so is each part of one that joins several. One
    that the engine was taught under its new name is read by that; so is a code that joins others under its own name,
    where these are not known: the engine is taken to have been taught it so. Raises CodebookError where `crosswalk`
    does.

    >>> from listening.codebook import load_codebook
    >>> plan = load_codebook()
    >>> origins(plan, list(plan.codes)).told
    {}
    """
    walks = steps(codebook, known)
    order = list(dict.fromkeys(known))
    traced = {code: sorted(_traced({code}, walks, known), key=order.index) for code in codebook.codes}
    parts = {code: tuple(found) for code, found in traced.items() if found}
    torn = {code: before for code in codebook.codes if code not in parts and (before := _torn(code, walks))}
    shared = set(torn.values())
    return Origins(
        parts=parts,
        unread=torn,
        kept=tuple(code for code in parts if _torn(code, walks) in shared),
        new=tuple(code for code in codebook.codes if code not in parts and code not in torn),
    )


def _traced(codes: Collection[str], walks: Sequence[Crosswalk], known: Collection[str]) -> frozenset[str]:
    """Give the known codes that together are these codes of the last version; nothing where they cannot be had whole.

    They are traced together, since parts of a code are known by it only when all of them are asked for.
    """
    if not walks:
        return frozenset(codes) if all(code in known for code in codes) else frozenset()
    families = [(one, [code for code in one.new if code in codes]) for one in walks[-1].families]
    found = [_family(old.old, old.new, own, walks[:-1], known) for old, own in families if own]
    return frozenset().union(*found) if all(found) else frozenset()


def _family(
    old: Sequence[str], new: Sequence[str], own: list[str], walks: Sequence[Crosswalk], known: Collection[str]
) -> frozenset[str]:
    """Trace what is asked of one family of codes, `own`."""
    taught = frozenset(own) if all(code in known for code in own) else frozenset[str]()
    if taught.isdisjoint(old) and taught:
        return taught
    back = old if len(own) == len(new) else own if set(own) <= set(old) else ()
    return (_traced(back, walks, known) if back else frozenset()) or taught


def _torn(code: str, walks: Sequence[Crosswalk]) -> tuple[str, ...]:
    """Give the codes that a code which is not known comes from, by a split or a merge; none where it was added."""
    for walk in reversed(walks):
        (family,) = (one for one in walk.families if code in one.new)
        if family.kind not in ("kept", "renamed"):
            return family.old
        code = family.old[0]
    return ()
