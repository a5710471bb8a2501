"""Sentences and clauses of a text, with exact offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from listening.records import Segment
from listening.text.patterns import load_patterns

MINIMUM = 12  # characters: a shorter clause stays with its neighbour


@cache
def _borders() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = load_patterns("segments")
    abbreviations = "".join(rf"(?<!\b(?i:{re.escape(word)}))" for word in words["abbreviations"])
    connectives = "|".join(re.escape(word) for word in words["connectives"])
    sentence = rf"(?:{abbreviations}\.|[!?…])[.!?…]*[»\")]*(?=\s|[A-ZÀ-Ý«])|\s*\n\s*"
    clause = rf"[;:,](?=\s)|\s+[-–—]\s+|\s+(?=(?:{connectives})\b)"
    return re.compile(sentence), re.compile(clause, re.IGNORECASE)


def segments(text: str) -> list[Segment]:
    """Cut a text into sentences, and sentences into clauses; white space around them belongs to none.

    >>> [segment.text for segment in segments("Accueil parfait, mais 2 h d'attente. Bof !")]
    ['Accueil parfait,', "mais 2 h d'attente.", 'Bof !']
    """
    sentence, clause = _borders()
    found = []
    for first, last in _cut(text, sentence, 0, len(text), minimum=0):
        for start, stop in _cut(text, clause, first, last, minimum=MINIMUM):
            piece = text[start:stop]
            start += len(piece) - len(piece.lstrip())
            stop -= len(piece) - len(piece.rstrip())
            if start < stop:
                found.append(Segment(start, stop, text[start:stop]))
    return found


def _cut(text: str, border: re.Pattern[str], start: int, stop: int, *, minimum: int) -> Iterator[tuple[int, int]]:
    """Give the spans between borders, none of them shorter than `minimum` characters if it can be helped."""
    for match in border.finditer(text, start, stop):
        if match.end() - start >= minimum and stop - match.end() >= minimum:
            yield start, match.end()
            start = match.end()
    if start < stop:
        yield start, stop
