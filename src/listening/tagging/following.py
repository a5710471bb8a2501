"""An engine that reads under a newer version of the codebook than the one that it was taught."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b

from listening.codebook import NEVER
from listening.records import Reading, Tag
from listening.tagging.abstain import Scored
from listening.tagging.engine import Tagger
from listening.tagging.origins import Origins


class Following:
    """An engine whose codes are those of a newer version: each is read by those that it comes from.

    A renamed code is what it was: probability, threshold, held-out scores, evidence. A code that joins several has the
    probability that at least one of them is there, were they independent (noisy-or), as a verbatim's comes from its
    segments; the threshold is their mean, evidence and polarity are those of the most probable.
    """

    def __init__(self, engine: Tagger, found: Origins) -> None:
        self.engine, self.origins = engine, found

    @cached_property
    def model(self) -> str:
        """Name of the engine's model, and the hash of what each code is read by."""
        digest = blake2b(json.dumps(self.origins.parts, sort_keys=True).encode(), digest_size=4).hexdigest()
        return f"{self.engine.model}+{digest}"

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.origins.parts)

    @cached_property
    def thresholds(self) -> dict[str, float]:
        """What the engine says of its own codes; nothing passes for a code that is not read."""
        known = self.engine.thresholds
        read = {code: sum(known[part] for part in parts) / len(parts) for code, parts in self.origins.parts.items()}
        return read | dict.fromkeys((*self.origins.unread, *self.origins.new), NEVER)

    @cached_property
    def held_out(self) -> dict[str, Scored]:
        known = self.engine.held_out
        return {
            code: joined([known[part] for part in parts])
            for code, parts in self.origins.parts.items()
            if all(part in known for part in parts)
        }

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        """Read each text; of the engine's codes, those that no code comes from are left out."""
        return [self._renamed(reading) for reading in self.engine.tag(texts, questions)]

    def _renamed(self, reading: Reading) -> Reading:
        found = {tag.code: tag for tag in reading.tags}
        tags = sorted(self._tags(found), key=lambda tag: (-tag.probability, tag.code))
        return replace(reading, tags=tuple(tags))

    def _tags(self, found: dict[str, Tag]) -> Iterator[Tag]:
        for code, parts in self.origins.parts.items():
            if held := [found[part] for part in parts if part in found]:
                shown = max(held, key=lambda tag: tag.probability)
                yield replace(shown, code=code, probability=either([tag.probability for tag in held]))


def either(probabilities: Sequence[float]) -> float:
    """Give the probability that at least one of several codes is there; that of one alone is its own.

    >>> either([0.5, 0.4]), either([0.3])
    (0.7, 0.3)
    """
    if len(probabilities) == 1:
        return probabilities[0]
    return round(1 - math.prod(1 - one for one in probabilities), 4)


def joined(scores: Sequence[Scored]) -> Scored:
    """Give the held-out scores of a code that joins several, on the careful side of what is not known.

    Scores are kept by code, not by verbatim. A verbatim that carries one of the codes is given that code's score, the
    least that it can have; the highest scores of verbatims that do not carry a code are taken to be of the same ones,
    and those that carry another of the codes, which cannot be told, are left among them.

    >>> joined([Scored((0.8,), (0.1, 0.2, 0.5)), Scored((0.6, 0.9), (0.5, 0.4))])
    Scored(carriers=(0.6, 0.8, 0.9), others=(0.52, 0.75))
    """
    if len(scores) == 1:
        return scores[0]
    carriers = sorted(score for one in scores for score in one.carriers)
    highest = zip(*(sorted(one.others, reverse=True) for one in scores), strict=False)
    return Scored(tuple(carriers), tuple(sorted(either(together) for together in highest)))
