"""Heads for codes that a team added, fitted on frozen states: few examples, under a minute, the model untouched."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from listening.codebook import Code, Codebook
from listening.errors import CodebookError, ConfigurationError
from listening.tagging.embedded import EmbeddedTagger
from listening.tagging.engine import strongest
from listening.tagging.heads import Figure, Head, Heads, Quality
from listening.tagging.origins import origins
from listening.training.bootstrap import Measure
from listening.training.corpus import Example, read_coded
from listening.training.held_out import Flags, Floats, HeldOut, cross_validate, decision, held_out_measures

FEWEST = 8  # examples of a code, at least
# a choice by nested cross-validation on so few examples would cost more than strengths about this one differ
STRENGTH = 3.0
DEFINITION = 5.0  # weight of the code's definition among its examples
BACKGROUND = Path(__file__).parents[3] / "data" / "training" / "authored.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a code is learnt from: its definition, texts that carry it, texts of the team that do not, and others."""

    code: str
    definition: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts that are learnt from and measured on, those that carry the code first."""
        return self.examples + self.counterexamples + self.others


def fit_added(tagger: EmbeddedTagger, codebook: Codebook, background: Sequence[Example], *, seed: int = 0) -> Heads:
    """Fit a head for each code of the codebook that the model does not know, and measure it by cross-validation.

    Parts of a code that was split, and codes joined to one that is not known, are passed over while they have no
    example. `background` are texts that hardly ever carry such a code; those coded with it are left out. Raises
    CodebookError when there is no such code, or when one has fewer than FEWEST examples.
    """
    found = origins(codebook, tagger.codes)
    codes = [*found.new, *(code for code in found.unread if codebook.codes[code].examples)] or list(found.unread)
    if not codes:
        raise CodebookError(
            f"{codebook.reference} : le modèle connaît déjà tous ses codes ; ajoutez-en un, avec sa définition et "
            f"au moins {FEWEST} exemples"
        )
    return fit_heads(tagger, codebook, codes, background, seed=seed)


def fit_heads(
    tagger: EmbeddedTagger, codebook: Codebook, codes: Sequence[str], background: Sequence[Example], *, seed: int = 0
) -> Heads:
    """Fit a head for each of these codes of the codebook, as `fit_added` does for those that it finds."""
    lessons = [_lesson(codebook, code, background) for code in codes]
    texts = sorted({text for lesson in lessons for text in (lesson.definition, *lesson.texts)})
    states = dict(zip(texts, tagger.states(texts).astype(np.float64), strict=True))
    heads = {lesson.code: _head(tagger, codebook, lesson, states, seed=seed) for lesson in lessons}
    return Heads(model=tagger.model, heads=heads)


def read_background(path: Path = BACKGROUND) -> list[Example]:
    """Read the invented verbatims that come with the project. Raises ConfigurationError when they are not there."""
    if not path.is_file():
        raise ConfigurationError(f"{path} : introuvable ; donnez par --texts un fichier de verbatims à vous")
    return read_coded(path)


def _lesson(codebook: Codebook, code: str, background: Sequence[Example]) -> Lesson:
    entry = codebook.codes[code]
    examples = [example.text for example in entry.examples]
    if len(examples) < FEWEST:
        raise CodebookError(f"{code} : {len(examples)} exemples ; il en faut au moins {FEWEST}, variés")
    seen = {*examples, *entry.counterexamples}
    others = [one.text for name, other in codebook.codes.items() if name != code for one in other.examples]
    others += [one.text for one in background if code not in {tag.code for tag in one.tags or ()}]
    return Lesson(
        code=code,
        definition=f"{entry.label}. {entry.definition}",
        examples=tuple(examples),
        counterexamples=entry.counterexamples,
        others=tuple(dict.fromkeys(text for text in others if text not in seen)),
    )


def _head(tagger: EmbeddedTagger, codebook: Codebook, lesson: Lesson, states: dict[str, Floats], *, seed: int) -> Head:
    features = np.stack([states[text] for text in lesson.texts])
    present = np.arange(len(features)) < len(lesson.examples)
    learn = partial(_learn, definition=states[lesson.definition])
    held = cross_validate(features, present, learn, seed=seed)
    # one repeat, here and below: several would count an example as several, and look surer than one head is
    scale, shift, threshold = decision(held.scores[:, 0], present)
    weights, intercept = learn(features, present)
    likely = held.likely[:, 0].round(4)
    return Head(
        weights=tuple(weights.round(4).tolist()),
        intercept=round(intercept, 4),
        scale=round(scale, 4),
        shift=round(shift, 4),
        threshold=threshold,
        carriers=tuple(sorted(likely[present].tolist())),
        others=tuple(sorted(likely[~present].tolist())),
        quality=_quality(lesson, held, present, _agreement(tagger, codebook.codes[lesson.code])),
    )


def _learn(features: Floats, present: Flags, *, definition: Floats) -> tuple[Floats, float]:
    """Give weights and intercept of a logistic regression that takes the definition for an example."""
    from sklearn.linear_model import LogisticRegression

    weights = np.append(np.ones(len(features)), DEFINITION)
    fitted = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000).fit(
        np.vstack([features, definition]), np.append(present, True), sample_weight=weights
    )
    return fitted.coef_[0], float(fitted.intercept_[0])


def _quality(lesson: Lesson, held: HeldOut, present: Flags, agreement: tuple[int, int]) -> Quality:
    found = {name: _figure(one) for name, one in held_out_measures(held, present).items()}
    share = held.given[present].mean(axis=1)
    hardest = np.lexsort((held.scores[present].mean(axis=1), share))
    return Quality(
        examples=len(lesson.examples),
        counterexamples=len(lesson.counterexamples),
        others=len(lesson.others),
        **found,
        missed=tuple(int(row) + 1 for row in hardest if share[row] < 0.5),
        polarities=agreement[0],
        agreed=agreement[1],
    )


def _figure(one: Measure) -> Figure:
    value, low, high = (None if math.isnan(number) else round(number, 3) for number in (one.value, one.low, one.high))
    return Figure(value=value, low=low, high=high)


def _agreement(tagger: EmbeddedTagger, code: Code) -> tuple[int, int]:
    """Give how many examples come with a polarity, and on how many the sentiment read in them agrees."""
    told = [one for one in code.examples if one.polarity]
    readings = tagger.tag([one.text for one in told]) if told else []
    pairs = zip(told, readings, strict=True)
    return len(told), sum(one.polarity == strongest(reading.sentiment) for one, reading in pairs)
