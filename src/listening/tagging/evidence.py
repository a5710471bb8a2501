"""The words that justify a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from listening.tagging.encoding import Window

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHARE = 0.2  # a word with less than this share of the strongest word's attention is not shown
WORD = "'’-"  # what may stand inside a word, besides letters and digits


def shown(text: str, window: Window, attention: NDArray[np.float32]) -> tuple[int, int]:
    """Give where the words stand that a code attends to: `text[start:stop]`, whole words of one segment.

    The segment is the one that gets most of the attention (T,); in it, the words run from the first to the last
    that get a good share of it.
    """
    import numpy as np

    ranks = np.asarray(window.segments)
    own = ranks >= 0
    carried = np.bincount(ranks[own], weights=attention[: len(ranks)][own])
    inside = np.flatnonzero(ranks == int(carried.argmax()))
    weights = attention[inside]
    strong = inside[weights >= SHARE * weights.max()]
    return whole_words(text, window.places[int(strong[0])][0], window.places[int(strong[-1])][1])


def whole_words(text: str, start: int, stop: int) -> tuple[int, int]:
    """Widen a span to the borders of its words, without the white space around them.

    >>> whole_words("Très déçue de l'accueil.", 6, 18)
    (5, 23)
    """
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    while start > 0 and _within(text[start - 1]) and _within(text[start]):
        start -= 1
    while stop < len(text) and _within(text[stop - 1]) and _within(text[stop]):
        stop += 1
    return start, stop


def _within(character: str) -> bool:
    return character.isalnum() or character in WORD
