"""What a coder and an engine said of the same verbatims, as tables to count in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from listening.records import POLARITIES, Reading, Tag, Verdict
from listening.tagging.engine import decide
from listening.training.corpus import Example, GoldTag

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ranks = NDArray[np.int64]
NO_SENTIMENT = -1  # in place of a rank, where the coder gave none


@dataclass(frozen=True, slots=True)
class Tally:
    """Tables (V verbatims, C codes), unless said otherwise.

    `given` are the coder's tags, `found` those of the engine that reach their threshold; of the tags that both give,
    `same` have the same polarity, `worded` have the coder's words and `shown` have evidence that overlaps them.
    `probability` is 0.0 where the reading has no tag: engines drop what is under FLOOR. `sentiment` (V,) is the rank
    of the coder's in POLARITIES, −1 when unknown; `moods` (V, 3) are the engine's probabilities.
    """

    given: Flags
    found: Flags
    same: Flags
    worded: Flags
    shown: Flags
    probability: Floats
    sentiment: Ranks
    moods: Floats

    @property
    def hit(self) -> Flags:
        """Tags that both give."""
        return self.given & self.found

    @property
    def reads_themes(self) -> bool:
        """Whether the engine reads themes at all: one that gives no tag anywhere does not."""
        return bool(self.probability.any())

    @property
    def reads_sentiment(self) -> bool:
        """Whether the engine reads sentiment at all: one that is certain of `neutre` everywhere does not."""
        return not bool((self.moods[:, POLARITIES.index("neutre")] == 1).all())

    @property
    def guess(self) -> Ranks:
        """The engine's sentiment (V,), as a rank in POLARITIES."""
        guess: Ranks = self.moods.argmax(axis=1)
        return guess


def tally(
    gold: Sequence[Example], readings: Sequence[Reading], codes: Sequence[str], thresholds: Mapping[str, float]
) -> Tally:
    """Set readings beside coded examples; tags with codes that are not in `codes` are left out.

    Where a coder gave a code twice in one text, either tag makes it `same`, `worded` or `shown`.
    """
    rank = {code: column for column, code in enumerate(codes)}
    given, found, same, worded, shown = (np.zeros((len(gold), len(codes)), dtype=bool) for _ in range(5))
    probability = np.zeros((len(gold), len(codes)))
    for row, (example, reading) in enumerate(zip(gold, readings, strict=True)):
        for tag in reading.tags:
            if tag.code in rank:
                probability[row, rank[tag.code]] = tag.probability
        kept = {tag.code: tag for tag in decide(reading, thresholds).tags}
        found[row, [rank[code] for code in kept]] = True
        for true in example.tags or ():
            column = rank[true.code]
            given[row, column] = True
            if tag_found := kept.get(true.code):
                same[row, column] |= tag_found.polarity == true.polarity
                worded[row, column] |= true.stop > true.start
                shown[row, column] |= _overlap(true, tag_found)
    moods = np.array([[reading.sentiment[polarity] for polarity in POLARITIES] for reading in readings])
    return Tally(given, found, same, worded, shown, probability, sentiments(gold), moods)


def sentiments(gold: Sequence[Example | Verdict]) -> Ranks:
    """Give the coder's sentiments (V,) as ranks in POLARITIES, −1 where unknown."""
    return np.array(
        [POLARITIES.index(one.sentiment) if one.sentiment else NO_SENTIMENT for one in gold], dtype=np.int64
    )


def presence(gold: Sequence[Example], codes: Sequence[str]) -> Flags:
    """Give the coder's tags as a table (V, C)."""
    given = [{tag.code for tag in one.tags or ()} for one in gold]
    return np.array([[code in tags for code in codes] for tags in given], dtype=bool)


def points_at_words(gold: Sequence[Example], readings: Sequence[Reading]) -> bool:
    """Tell whether an engine shows evidence at all: one that always shows the whole text does not."""
    return any(
        tag.start > 0 or tag.stop < len(example.text)
        for example, reading in zip(gold, readings, strict=True)
        for tag in reading.tags
    )


def _overlap(one: GoldTag, other: Tag) -> bool:
    return min(one.stop, other.stop) > max(one.start, other.start)
