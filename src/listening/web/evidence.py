"""A text in pieces, those that show a code marked, and the sentences that a coder may mark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from listening.records import CodeVerdict, Polarity, Tag
from listening.text.segment import segments

SHORT = 60  # characters of a sentence in a list


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, `text[start:stop]`, with the tone of the first code that it shows, if any."""

    start: int
    stop: int
    text: str
    tone: Polarity | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A passage that may be given as evidence, and its first words."""

    start: int
    stop: int
    words: str

    @property
    def value(self) -> str:
        """What the form sends."""
        return f"{self.start}-{self.stop}"


def pieces(text: str, shown: Iterable[Tag | CodeVerdict]) -> list[Piece]:
    """Give a text cut where its sentences and the evidence of codes begin and end.

    >>> tag = Tag(code="a", probability=1, polarity="negatif", polarity_probability=1, start=5, stop=9)
    >>> [(piece.text, piece.tone) for piece in pieces("Trop cher, non", [tag])]
    [('Trop ', None), ('cher', 'negatif'), (', non', None)]
    """
    spans = [(one.start, min(one.stop, len(text)), one.polarity) for one in shown if one.start is not None and one.stop]
    ends = {0, len(text)} | {end for start, stop, _ in spans for end in (start, stop)}
    ends |= {end for one in segments(text) for end in (one.start, one.stop)}
    cuts = sorted(end for end in ends if end <= len(text))
    return [
        Piece(start, stop, text[start:stop], next((tone for a, b, tone in spans if a <= start and stop <= b), None))
        for start, stop in pairwise(cuts)
    ]


def passages(text: str, given: Iterable[Tag | CodeVerdict] = ()) -> list[Choice]:
    """Give what may be marked as evidence, in order: each sentence, and what was marked already.

    >>> [choice.value for choice in passages("Trop cher. Et bien trop lent.")]
    ['0-10', '11-29']
    """
    spans = {(one.start, one.stop) for one in given if one.start is not None and one.stop is not None}
    spans |= {(one.start, one.stop) for one in segments(text)}
    return [Choice(start, stop, _short(text[start:stop])) for start, stop in sorted(spans)]


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= SHORT else f"{flat[: SHORT - 1]}…"
