"""Several engines on the same coded verbatims."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path

from listening.codebook import Codebook
from listening.errors import CodebookError
from listening.records import Reading
from listening.tagging.baseline import BaselineTagger
from listening.tagging.engine import Tagger, load_tagger
from listening.training.corpus import Example, read_coded
from listening.training.evaluate import Evaluation, evaluate

BATCH = 256
Bar = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]


def compare(gold: Path, codebook: Codebook, *, model: Path | None, train: Path | None, bar: Bar) -> list[Evaluation]:
    """Evaluate the embedded engine and, when `train` gives it coded verbatims to be fitted on, the baseline."""
    examples = read_coded(gold)
    unknown = {tag.code for one in examples for tag in one.tags or ()} - set(codebook.codes)
    if unknown:
        raise CodebookError(f"{gold} : codes absents du plan {codebook.reference} : {', '.join(sorted(unknown))}")
    taggers: list[Tagger] = [load_tagger(model)]
    if train:
        taggers.append(_baseline(read_coded(train), codebook))
    evaluations = []
    for tagger in taggers:
        with bar(tagger.model, len(examples)) as advance:
            readings = _read(tagger, examples, advance)
        thresholds = codebook.thresholds(tagger.thresholds)
        codes = list(codebook.codes)
        evaluations.append(evaluate(examples, readings, model=tagger.model, codes=codes, thresholds=thresholds))
    return evaluations


def _baseline(examples: list[Example], codebook: Codebook) -> BaselineTagger:
    codes = [{tag.code: tag.polarity for tag in example.tags or ()} for example in examples]
    sentiments = [example.sentiment or "neutre" for example in examples]
    return BaselineTagger.fit([example.text for example in examples], codes, sentiments, list(codebook.codes))


def _read(tagger: Tagger, examples: list[Example], advance: Callable[[int], None]) -> list[Reading]:
    readings: list[Reading] = []
    waiting = iter(examples)
    while batch := list(islice(waiting, BATCH)):
        readings += tagger.tag([one.text for one in batch], [one.question for one in batch])
        advance(len(batch))
    return readings
