"""Markers in a text, what they replace, and the rules that find what to replace."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "TÉLÉPHONE",
    "E-MAIL",
    "IBAN",
    "CARTE",
    "NIR",
    "SIRET",
    "PLAQUE",
    "IP",
    "NAISSANCE",
    "PSEUDO",
    "LIEN",
    "ADRESSE",
    "RÉFÉRENCE",
    "PERSONNE",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
MARKER = rf"\[(?:{'|'.join(KINDS)})\]"


@dataclass(frozen=True, slots=True, order=True)
class Mask:
    """A passage `text[start:stop]` to replace by a marker of its kind."""

    start: int
    stop: int
    kind: Kind

    @property
    def marker(self) -> str:
        """What stands in its place: `[TÉLÉPHONE]`."""
        return f"[{self.kind}]"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with markers; `masks` are the passages they replace in the text as it was given, in order and apart."""

    text: str
    masks: tuple[Mask, ...] = ()

    def mask(self, found: Sequence[Mask]) -> Masked:
        """Give it with more masked; `found` are passages of the text with its markers, in order and apart.

        >>> once = Masked("Odile au 3949").mask([Mask(9, 13, "TÉLÉPHONE")])
        >>> once.mask([Mask(0, 5, "PERSONNE")]).text, once.mask([Mask(6, 20, "ADRESSE")]).masks
        ('[PERSONNE] au [TÉLÉPHONE]', (Mask(start=6, stop=13, kind='ADRESSE'),))
        """
        if not found:
            return self
        text = self.text
        for one in reversed(found):
            text = text[: one.start] + one.marker + text[one.stop :]
        new = [Mask(self._origin(one.start)[0], self._origin(one.stop)[1], one.kind) for one in found]
        kept = [old for old in self.masks if not any(one.start <= old.start < one.stop for one in new)]
        return Masked(text, tuple(sorted([*kept, *new])))

    def _origin(self, at: int) -> tuple[int, int]:
        """Give where a place stood in the text as it was given; for one within a marker, what the marker replaces."""
        shift = 0
        for mask in self.masks:
            start = mask.start - shift
            stop = start + len(mask.marker)
            if at <= start:
                break
            if at < stop:
                return mask.start, mask.stop
            shift += mask.stop - mask.start - len(mask.marker)
        return at + shift, at + shift


@dataclass(frozen=True, slots=True)
class Rule:
    """What to look for, what it is called, and what confirms it; the group `code`, if any, is what to mask.

    It finds nothing in a text with fewer `figures`, or without its `clue`.
    """

    kind: Kind
    pattern: re.Pattern[str]
    confirm: Callable[[re.Match[str]], bool] = bool
    figures: int = 0
    clue: re.Pattern[str] | None = None

    def find(self, text: str) -> list[Mask]:
        """Give the passages to mask, in order and apart."""
        group = "code" if "code" in self.pattern.groupindex else 0
        return [Mask(*match.span(group), self.kind) for match in self.pattern.finditer(text) if self.confirm(match)]
