"""The usual spelling of what is typed in haste: capitals, dropped accents, phone shorthand. It is read, never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from listening.text.masks import MARKER
from listening.text.patterns import load_patterns
from listening.text.tokens import UNACCENTED

WORD_OR_MARKER = re.compile(rf"(?P<marker>{MARKER})|(?<![\w@#])[^\W\d_]+(?!\w)")
UNTOLD = "…"  # « personne » and « téléphone » would be read as words
STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
JOINED = "'’-./@"  # a word beside one of these is a part of something and no shorthand
LONE = {"c": "c'est", "g": "j'ai", "j": "je"}  # before another word, in small letters


@dataclass(frozen=True, slots=True)
class Spelt:
    """A text in its usual spelling; `origins` says where each character stood, None when all stand where they did."""

    text: str
    origins: list[tuple[int, int]] | None

    def place(self, start: int, stop: int) -> tuple[int, int]:
        """Give where `text[start:stop]` stood in the original."""
        if self.origins is None or start >= stop:
            return start, stop
        return self.origins[start][0], self.origins[stop - 1][1]


def usual(text: str) -> Spelt:
    """Give the usual spelling of a text: small letters, accents, words in full, `…` for the marker of personal data.

    >>> usual("LE SAV REPOND JAMAIS, c tro long pr être rembourse").text
    "le sav répond jamais, c'est trop long pour être rembourse"
    >>> usual("bcp d'attente").place(9, 18)
    (4, 13)
    """
    swaps: list[tuple[int, int, str]] = []
    for match in WORD_OR_MARKER.finditer(text):
        start, stop = match.span()
        new = UNTOLD if match["marker"] else _usual(match[0], text[start - 1 : start], text[stop : stop + 2])
        if new != match[0]:
            swaps.append((start, stop, new))
    if not swaps:
        return Spelt(text, None)
    ends = [0, *(stop for _, stop, _ in swaps)]
    kept = [text[end:start] for end, (start, _, _) in zip(ends, swaps, strict=False)]
    spelt = "".join(part for pair in zip(kept, (new for _, _, new in swaps), strict=True) for part in pair)
    moved = any(len(new) != stop - start for start, stop, new in swaps)
    return Spelt(spelt + text[ends[-1] :], _origins(swaps, len(text)) if moved else None)


def _origins(swaps: list[tuple[int, int, str]], length: int) -> list[tuple[int, int]]:
    origins: list[tuple[int, int]] = []
    end = 0
    for start, stop, new in swaps:
        origins += [(place, place + 1) for place in range(end, start)]
        same = len(new) == stop - start
        origins += [(place, place + 1) for place in range(start, stop)] if same else [(start, stop)] * len(new)
        end = stop
    return origins + [(place, place + 1) for place in range(end, length)]


def _usual(word: str, before: str, after: str) -> str:
    shouted = len(word) > 1 and word.isupper()
    small = word.lower() if shouted else word
    alone = not (before and before in JOINED) and not (after[:1] and after[:1] in JOINED and after[1:].isalnum())
    if len(small) == 1:
        spelt = alone and after[:1] == " " and after[1:].isalpha()
        return LONE.get(small, small) if spelt else small
    if alone:
        small = STRETCHED.sub(r"\1", small)
    if alone and small in _short() and not (shouted and len(small) == 2):  # « CT », « PB » are names
        return _short()[small]
    if small[0].isupper():
        lowered = small[0].lower() + small[1:]
        return _accented()[lowered].capitalize() if lowered in _accented() else small
    return _accented().get(small, small)


@cache
def _short() -> Mapping[str, str]:
    return dict(load_patterns("spelling")["short"])


@cache
def _accented() -> Mapping[str, str]:
    return {word.translate(UNACCENTED): word for word in load_patterns("spelling")["accented"].split()}
