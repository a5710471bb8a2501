"""What every engine does: give a `Reading` for each text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Protocol

from listening.codebook import Codebook, load_codebook
from listening.records import POLARITIES, Polarity, Reading
from listening.tagging.abstain import Band, Scored, band, precise

CHUNK = 1024  # texts read at a time: enough of each length to fill batches without padding
FLOOR = 0.05  # a tag less probable than this is not kept at all


class Tagger(Protocol):
    """An engine. `model` names it as `name@hash`; `thresholds` gives, by code, from which probability it holds.

    `held_out` gives, by code, scores of verbatims that the engine was not trained on; empty where there are none.
    """

    @property
    def model(self) -> str: ...

    @property
    def codes(self) -> tuple[str, ...]: ...

    @property
    def thresholds(self) -> dict[str, float]: ...

    @property
    def held_out(self) -> dict[str, Scored]: ...

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        """Read each text, after its survey question if there is one; the answer keeps the order."""
        ...


def tag_all(
    tagger: Tagger, texts: Iterable[str], questions: Iterable[str | None] | None = None, *, chunk: int = CHUNK
) -> Iterator[Reading]:
    """Read any number of texts, in order, in a memory that does not grow with them."""
    waiting, asked = iter(texts), iter(questions) if questions is not None else None
    while batch := list(islice(waiting, chunk)):
        yield from tagger.tag(batch, None if asked is None else list(islice(asked, len(batch))))


def decide(reading: Reading, thresholds: Mapping[str, float]) -> Reading:
    """Keep the tags that reach their code's threshold; a code without one is not in the codebook, and left out."""
    held = (tag for tag in reading.tags if tag.code in thresholds and tag.probability >= thresholds[tag.code])
    return replace(reading, tags=tuple(held))


def cuts(tagger: Tagger, codebook: Codebook) -> dict[str, float]:
    """Give from which probability each code holds: as the codebook wishes, else as the engine was set."""
    return codebook.thresholds(tagger.thresholds, precise(tagger.held_out))


def bands(tagger: Tagger, codebook: Codebook) -> dict[str, Band]:
    """Give the band of scores of each code of the codebook in which a person should decide."""
    return {code: band(scored, floor=FLOOR) for code, scored in tagger.held_out.items() if code in codebook.codes}


def strongest(scores: Mapping[Polarity, float]) -> Polarity:
    """Give the most probable of the three.

    >>> strongest({"negatif": 0.2, "neutre": 0.1, "positif": 0.7})
    'positif'
    """
    return max(POLARITIES, key=lambda polarity: scores[polarity])


def load_tagger(folder: Path | None = None, *, codebook: Path | None = None) -> Tagger:
    """Give the `embedded` engine on a model folder, by default the model that ships with the project.

    Of a folder of models it is that of the champion.
    With the file of a codebook, the codes that a team added to it by `listening codebook fit` are read too. Nothing
    heavy is loaded before the first text. Raises ModelError when the folder is not a model of ours.
    """
    from listening.tagging.added import with_added
    from listening.tagging.champion import champion_of
    from listening.tagging.embedded import EmbeddedTagger, default_folder

    tagger = EmbeddedTagger(champion_of(folder or default_folder()))
    return with_added(tagger, load_codebook(codebook), codebook) if codebook else tagger
