"""Codes that a team added to its codebook, read by small heads on the frozen states of the `embedded` engine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from listening.codebook import Codebook
from listening.errors import CodebookError
from listening.records import Reading, Segment, Tag
from listening.tagging.abstain import Scored
from listening.tagging.embedded import EmbeddedTagger
from listening.tagging.engine import FLOOR, Tagger, load_tagger, strongest
from listening.tagging.engines import load_engine
from listening.tagging.heads import Head, heads_path, read_heads
from listening.tagging.states import Pool
from listening.text.segment import segments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DECISIVE = {"weights", "intercept", "scale", "shift"}  # what decides a probability, and so the model's hash


class AddedCodes:
    """The `embedded` engine with codes added; what it says of its own codes does not change.

    An added code's evidence is the segment that it scores highest, its polarity the sentiment of the text.
    """

    def __init__(self, engine: EmbeddedTagger, heads: dict[str, Head]) -> None:
        """`heads` are of codes that the engine does not know."""
        self.engine, self.heads = engine, heads

    @cached_property
    def model(self) -> str:
        """Name of the engine's model, and the hash of what decides an added code's probability."""
        decisive = {code: head.model_dump(include=DECISIVE) for code, head in self.heads.items()}
        digest = blake2b(json.dumps(decisive, sort_keys=True).encode(), digest_size=4).hexdigest()
        return f"{self.engine.model}+{digest}"

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return (*self.engine.codes, *self.heads)

    @cached_property
    def thresholds(self) -> dict[str, float]:
        return self.engine.thresholds | {code: head.threshold for code, head in self.heads.items()}

    @cached_property
    def held_out(self) -> dict[str, Scored]:
        return self.engine.held_out | {code: Scored(head.carriers, head.others) for code, head in self.heads.items()}

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        """Read each text once for all codes; a text without a word gets `neutre` and no tag."""
        pool = Pool(self.engine.width)
        readings = self.engine.tag(texts, questions, look=pool.add)
        states = pool.verbatims(len(texts))
        likely = {code: probabilities(head, states).tolist() for code, head in self.heads.items()}
        for owner in pool.owners:
            held = {code: found[owner] for code, found in likely.items() if found[owner] >= FLOOR}
            if held:
                ranks, own = pool.segments(owner)
                cut = segments(texts[owner])
                readings[owner] = self._joined(readings[owner], held, [cut[rank] for rank in ranks], own)
        return readings

    def _joined(
        self, reading: Reading, held: dict[str, float], cut: Sequence[Segment], states: NDArray[np.float32]
    ) -> Reading:
        """Join to a reading the added codes of its text, whose segments have these states."""
        added = [
            _tag(code, probability, reading, cut[int(probabilities(self.heads[code], states).argmax())])
            for code, probability in held.items()
        ]
        tags = sorted((*reading.tags, *added), key=lambda tag: (-tag.probability, tag.code))
        return replace(reading, tags=tuple(tags))


def _tag(code: str, probability: float, reading: Reading, shown: Segment) -> Tag:
    polarity = strongest(reading.sentiment)
    return Tag(
        code=code,
        probability=round(probability, 4),
        polarity=polarity,
        polarity_probability=reading.sentiment[polarity],
        start=shown.start,
        stop=shown.stop,
    )


def probabilities(head: Head, states: NDArray[np.float32]) -> NDArray[np.float64]:
    """Give the probability of a code by state, (N,), from states (N, width)."""
    import numpy as np
    from scipy.special import expit

    found: NDArray[np.float64] = expit(head.scale * (states @ np.array(head.weights) + head.intercept) + head.shift)
    return found


def unknown(tagger: Tagger, codebook: Codebook) -> list[str]:
    """Give the codes of a codebook that an engine does not know."""
    return [code for code in codebook.codes if code not in tagger.codes]


def open_tagger(model: Path | None, codebook: Codebook, path: Path | None) -> Tagger:
    """Give the engine of a model folder or of a hub file (by default the model that ships), with the codes added.

    `path` is the codebook's file, None for the one that ships.
    """
    engine = load_engine(str(model), codebook) if model else load_tagger()
    return with_added(engine, codebook, path)


def with_added(tagger: Tagger, codebook: Codebook, path: Path | None) -> Tagger:
    """Give the engine with the codes that the codebook of file `path` adds; the same engine where it adds none.

    Other engines than `embedded` are given back as they are. Raises CodebookError when a code has no head, or the
    heads are those of another model.
    """
    added = unknown(tagger, codebook)
    if path is None or not added or not isinstance(tagger, EmbeddedTagger):
        return tagger
    known = read_heads(path)
    remedy = f"lancez « listening codebook fit {path} »"
    if missing := [code for code in added if code not in known.heads]:
        raise CodebookError(f"{path} : codes que le modèle ne connaît pas encore : {', '.join(missing)} ; {remedy}")
    if known.model != tagger.model:
        raise CodebookError(
            f"{heads_path(path)} a été calé sur {known.model}, mais le modèle est {tagger.model} ; {remedy} à nouveau"
        )
    return AddedCodes(tagger, {code: known.heads[code] for code in added})
