"""Texts that a model is judged by: nothing is learnt from them, nor from what repeats them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from listening.text.copies import ALIKE, comparable, normalise, shingles
from listening.training.corpus import Example, folded


def repeating(texts: Iterable[str], judged: Collection[str]) -> Iterator[bool]:
    """Tell of each text whether it repeats one that is judged by: word for word, or by most of its pairs of words.

    Few words must be the same ones, for two people may well write alike; of more, the part in common makes a copy that
    makes one in the store (`listening.text.copies.ALIKE`). The comparison is exact.

    >>> long = "j'attends mon remboursement depuis trois mois et personne ne me répond"
    >>> list(repeating(["Trop CHER !", "assez cher", f"Bonjour, {long}."], ["trop cher", long]))
    [True, False, True]
    """
    known = {folded(text) for text in judged} - {""}
    pieces = [shingles(one) for one in map(normalise, judged) if comparable(one)]
    places: dict[str, list[int]] = defaultdict(list)
    for place, held in enumerate(pieces):
        for piece in held:
            places[piece].append(place)
    for text in texts:
        yield folded(text) in known or _alike(normalise(text), pieces, places)


def _alike(text: str, pieces: Sequence[frozenset[str]], places: dict[str, list[int]]) -> bool:
    if not comparable(text):
        return False
    own = shingles(text)
    shared = Counter(place for piece in own for place in places.get(piece, ()))
    return any(common / (len(own) + len(pieces[place]) - common) >= ALIKE for place, common in shared.items())


class Apart:
    """The texts that nothing is learnt from, and what was left out of each source as it repeats one of them."""

    def __init__(self, texts: Collection[str]) -> None:
        """`texts` are those that a model is judged by."""
        self.texts = texts
        self._found: dict[str, set[str]] = defaultdict(set)

    def without(self, source: str, examples: Sequence[Example]) -> list[Example]:
        """Give the examples of a source that repeat none of the texts."""
        if not self.texts:
            return list(examples)
        again = list(repeating((one.text for one in examples), self.texts))
        self._found[source] |= {one.text for one, known in zip(examples, again, strict=True) if known}
        return [one for one, known in zip(examples, again, strict=True) if not known]

    def counts(self) -> dict[str, int]:
        """Give how many texts were left out, by source."""
        return {source: len(texts) for source, texts in self._found.items()}
