"""Codes that a team added to its codebook, read by small heads on the frozen states of the `embedded` engine."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from listening.codebook import Codebook
from listening.errors import CodebookError
from listening.records import Reading, Segment, Tag
from listening.tagging.abstain import Scored
from listening.tagging.embedded import EmbeddedTagger, default_folder
from listening.tagging.engine import FLOOR, Tagger, load_tagger, strongest
from listening.tagging.engines import load_engine
from listening.tagging.following import Following
from listening.tagging.heads import Head, Heads, heads_path, read_heads
from listening.tagging.hub import HubTagger
from listening.tagging.origins import Origins, origins
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
    """Give the codes of a codebook that an engine does not know, and that follow from none that it could know."""
    return list(origins(codebook, tagger.codes).new)


def open_tagger(model: Path | None, codebook: Codebook, path: Path | None) -> Tagger:
    """Give the engine of a model folder or of a hub file (by default the model that ships), under a codebook.

    `path` is the codebook's file, None for the one that ships.
    """
    engine = load_engine(str(model), codebook) if model else load_tagger()
    return with_added(engine, codebook, path)


def with_added(tagger: Tagger, codebook: Codebook, path: Path | None) -> Tagger:
    """Give the engine under a codebook: with the codes that its file `path` adds, and those that it names otherwise.

    The same engine where there are none. Codes that a team added to `embedded` are read by their heads; renamed and
    joined ones by those that they come from (`Following`), of every engine but `hub`, which reads their labels. Parts
    of a code that was split, without a head, are not read (`unread_lines`). Heads stand beside the codebook; where
    those are of another model, the ones in this model's folder are read. Raises CodebookError when an added code has no
    head, when the heads are those of another model, and where `crosswalk` does.
    """
    if isinstance(tagger, HubTagger | Following):
        return tagger
    found = origins(codebook, tagger.codes)
    if path is None or not isinstance(tagger, EmbeddedTagger) or not (found.new or found.unread):
        return _followed(tagger, found)
    known = _own_heads(tagger, path)
    found = _read_by(tagger, codebook, known.heads)
    if found.new:
        raise CodebookError(_untaught(found.new, codebook, path, tagger))
    if known.model != tagger.model and _used(tagger, found):
        raise CodebookError(
            f"{heads_path(path)} a été calé sur {known.model}, mais le modèle est {tagger.model} ; "
            f"{_fit(path, tagger)} à nouveau"
        )
    return with_heads(tagger, codebook, known.heads)


def with_heads(tagger: EmbeddedTagger, codebook: Codebook, heads: Mapping[str, Head]) -> Tagger:
    """Give the engine under a codebook, with the heads by which codes that it does not know are read.

    The heads are of this engine; a code without one is not read. Raises CodebookError where `crosswalk` does.
    """
    found = _read_by(tagger, codebook, heads)
    used = {code: head for code, head in heads.items() if code in _used(tagger, found)}
    return _followed(AddedCodes(tagger, used) if used else tagger, found)


def unread_lines(tagger: Tagger, codebook: Codebook, path: Path | None) -> list[str]:
    """Give the codes that an engine cannot tell apart, and so does not read, and what to do, as sentences."""
    if not isinstance(tagger, Following) or not tagger.origins.unread:
        return []
    told = ", ".join(f"{code} (de {', '.join(before)})" for code, before in tagger.origins.unread.items())
    lines = [
        f"Codes de {codebook.reference} que le modèle ne connaît pas et ne lit pas : {told}. Un code scindé, ou réuni "
        "à un code inconnu, ne se devine pas : donnez-lui des exemples (« examples ») dans le plan, puis "
        f"{_fit(path or Path('PLAN.yaml'))}."
    ]
    if kept := tagger.origins.kept:
        lines.append(f"Lus comme avant, bien que des codes s'en détachent ou s'y joignent : {', '.join(kept)}.")
    return lines


def _own_heads(tagger: EmbeddedTagger, path: Path) -> Heads:
    """Give the heads beside a codebook, unless only those that a retraining left in the model's folder are its own."""
    beside = read_heads(path)
    if beside.model == tagger.model:
        return beside
    left = read_heads(path, tagger.folder)
    return left if left.model == tagger.model else beside


def _read_by(tagger: Tagger, codebook: Codebook, heads: Collection[str]) -> Origins:
    """Give by what codes are read; what the engine was taught goes before a head."""
    found, more = (origins(codebook, known) for known in (tagger.codes, (*tagger.codes, *heads)))
    return replace(more, parts=more.parts | found.parts)


def _used(tagger: Tagger, found: Origins) -> set[str]:
    """Give the codes of heads that codes are read by."""
    return {part for parts in found.parts.values() for part in parts if part not in tagger.codes}


def _followed(engine: Tagger, found: Origins) -> Tagger:
    return Following(engine, found) if found.told or found.unread else engine


def _untaught(new: Sequence[str], codebook: Codebook, path: Path, tagger: EmbeddedTagger) -> str:
    """Say what to do about added codes, and about a version that is not there, by which they may be known."""
    said = f"{path} : codes que le modèle ne connaît pas encore : {', '.join(new)} ; {_fit(path, tagger)}"
    oldest = [codebook, *codebook.ancestors()][-1].previous
    if oldest and any(codebook.codes[code].replaces for code in new):
        said += f", ou mettez le fichier de {oldest} dans le même dossier : il dit peut-être d'où ils viennent"
    return said


def _fit(path: Path, tagger: EmbeddedTagger | None = None) -> str:
    other = f" --model {tagger.folder}" if tagger and tagger.folder != default_folder() else ""
    return f"lancez « listening codebook fit {path}{other} »"
