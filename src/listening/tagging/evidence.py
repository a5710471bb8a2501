"""The words that justify a tag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from listening.tagging.encoding import Window

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHARE = 0.1  # a word with less than this share of the strongest word's attention is not shown for itself
LEAST = 6  # words shown, if the segment has as many: alone, « cher » tells a reader little
WORD = re.compile(r"[\w'’-]+")


def shown(text: str, window: Window, attention: NDArray[np.float32]) -> tuple[int, int]:
    """Give where the words stand that a code attends to: `text[start:stop]`, whole words of one segment.

    The segment is the one that gets most of the attention (T,); in it, the words run from the first to the last
    that get a good share of it, and on to their neighbours while they are fewer than LEAST. (Both numbers: where words
    shown and coder's words are most alike, intersection over union, on verbatims held out of training.)
    """
    import numpy as np

    ranks = np.asarray(window.segments)
    own = ranks >= 0
    carried = np.bincount(ranks[own], weights=attention[: len(ranks)][own])
    inside = np.flatnonzero(ranks == int(carried.argmax()))
    weights = attention[inside]
    strong = inside[weights >= SHARE * weights.max()]
    places = [window.places[int(rank)] for rank in (strong[0], strong[-1], inside[0], inside[-1])]
    words = [match.span() for match in WORD.finditer(text, places[2][0], places[3][1])]
    return widened(words, places[0][0], places[1][1]) if words else (places[0][0], places[1][1])


def widened(words: Sequence[tuple[int, int]], start: int, stop: int) -> tuple[int, int]:
    """Widen a span to whole words, and to LEAST of them, to its left and right in turn.

    >>> widened([(0, 4), (5, 10), (11, 13), (14, 23)], 6, 12)
    (0, 23)
    """
    found = [rank for rank, (first, last) in enumerate(words) if first < stop and start < last]
    if not found:
        return start, stop
    left, right = found[0], found[-1]
    while right - left + 1 < min(LEAST, len(words)):
        left = max(left - 1, 0)
        if right - left + 1 < LEAST:
            right = min(right + 1, len(words) - 1)
    return min(start, words[left][0]), max(stop, words[right][1])
