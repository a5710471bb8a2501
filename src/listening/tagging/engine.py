"""What every engine does: give a `Reading` for each text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from listening.records import POLARITIES, Polarity, Reading

FLOOR = 0.05  # a tag less probable than this is not kept at all


class Tagger(Protocol):
    """An engine. `model` names it as `name@hash`; `thresholds` gives, by code, from which probability it holds."""

    @property
    def model(self) -> str: ...

    @property
    def codes(self) -> tuple[str, ...]: ...

    @property
    def thresholds(self) -> dict[str, float]: ...

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        """Read each text, after its survey question if there is one; the answer keeps the order."""
        ...


def decide(reading: Reading, thresholds: Mapping[str, float]) -> Reading:
    """Keep the tags that reach their code's threshold; a code without one is not in the codebook, and left out."""
    held = (tag for tag in reading.tags if tag.code in thresholds and tag.probability >= thresholds[tag.code])
    return replace(reading, tags=tuple(held))


def strongest(scores: Mapping[Polarity, float]) -> Polarity:
    """Give the most probable of the three.

    >>> strongest({"negatif": 0.2, "neutre": 0.1, "positif": 0.7})
    'positif'
    """
    return max(POLARITIES, key=lambda polarity: scores[polarity])


def load_tagger(folder: Path | None = None) -> Tagger:
    """Give the `embedded` engine on a model folder, by default the model that ships with the project.

    Nothing heavy is loaded before the first text. Raises ModelError when the folder is not a model of ours.
    """
    from listening.tagging.embedded import EmbeddedTagger, default_folder

    return EmbeddedTagger(folder or default_folder())
