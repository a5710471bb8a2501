"""What changed between two versions of a codebook: codes, their words and settings, nets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from listening.codebook import Code, Codebook
from listening.crosswalk import Crosswalk, crosswalk

WORDS = ("label", "definition", "not_this", "hypothesis")  # what a person or an engine reads
SETTINGS = ("threshold", "precision", "examples", "counterexamples")


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a code or net that is no more what it was."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class CodebookDiff:
    """Two versions, what the codes of the first became, and what changed in those that go on, by their new name.

    `likely` are pairs of a removed and an added code with the same label or definition: a renaming not told.
    """

    old: Codebook
    new: Codebook
    crosswalk: Crosswalk
    words: Mapping[str, tuple[Change, ...]]
    settings: Mapping[str, tuple[Change, ...]]
    nets: Mapping[str, tuple[Change, ...]]
    likely: tuple[tuple[str, str], ...]

    @property
    def same(self) -> bool:
        """Whether nothing changed at all."""
        kinds = {family.kind for family in self.crosswalk.families}
        return kinds <= {"kept"} and not (self.words or self.settings or self.nets)


def diff(old: Codebook, new: Codebook) -> CodebookDiff:
    """Give what changed from a version to another; nets that were added or removed change from or to None.

    Raises CodebookError where `crosswalk` does.

    >>> from listening.codebook import load_codebook
    >>> diff(load_codebook(), load_codebook()).same
    True
    """
    walk = crosswalk(old, new)
    pairs = [
        (before, after)
        for family in walk.families
        for after in family.new
        for before in family.old
        if before == after or family.kind == "renamed"
    ]
    return CodebookDiff(
        old,
        new,
        walk,
        words=_changed({after: _changes(old.codes[before], new.codes[after], WORDS) for before, after in pairs}),
        settings=_changed({after: _changes(old.codes[before], new.codes[after], SETTINGS) for before, after in pairs}),
        nets=_changed(
            {net: _changes(old.nets.get(net), new.nets.get(net), WORDS[:2]) for net in {**new.nets, **old.nets}}
        ),
        likely=tuple(
            (gone, come)
            for gone in walk.codes("removed")
            for come in walk.codes("added")
            if _alike(old.codes[gone], new.codes[come])
        ),
    )


def _changes(before: BaseModel | None, after: BaseModel | None, fields: tuple[str, ...]) -> tuple[Change, ...]:
    pairs = ((name, getattr(before, name, None), getattr(after, name, None)) for name in fields)
    return tuple(Change(*one) for one in pairs if one[1] != one[2])


def _changed(changes: Mapping[str, tuple[Change, ...]]) -> dict[str, tuple[Change, ...]]:
    return {name: found for name, found in changes.items() if found}


def _alike(one: Code, other: Code) -> bool:
    return one.label == other.label or one.definition == other.definition
