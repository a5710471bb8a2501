"""From sources to a model folder: train, calibrate, set thresholds, save."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np
import torch

from listening.records import POLARITIES
from listening.tagging.embedded import HELD_OUT, THRESHOLDS
from listening.tagging.modeling import ListeningModel
from listening.training.apart import Apart
from listening.training.calibrate import cross_fitted, fit_calibration, fit_rating, held_out, thresholds
from listening.training.configuration import TrainingConfiguration, read_training
from listening.training.corpus import Example, folded, fragments, read_coded, read_parquet, read_rated, read_unlabelled
from listening.training.curve import LearningCurve
from listening.training.folder import LEFT_OUT, write_json, write_model
from listening.training.lexical import fit_lexical
from listening.training.standoff import read_standoff
from listening.training.tally import presence
from listening.training.train import Progress, Stage, fit, new_model, split
from listening.training.translate import Translation

RATED = 2000  # rated texts held out to calibrate the rating, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a training starts from: an encoder, coded verbatims, and optionally more.

    `codings` are codings apart from their texts, which stand in `rated` or `unlabelled`; `authored` are verbatims
    written and coded for training; `fragments` short answers to survey questions; `verdicts` what people decided in the
    store, beside what is `coded`. `apart` are texts that the model will be judged by: nothing is learnt from what
    repeats them. `translation` tells the coded verbatims of a file in the model's codes, where it has others.
    """

    base: str
    coded: Path | None = None
    codings: Path | None = None
    authored: Path | None = None
    rated: Path | None = None
    unlabelled: Path | None = None
    fragments: Path | None = None
    verdicts: tuple[Example, ...] = ()
    apart: tuple[str, ...] = ()
    translation: Translation | None = None


def produce(folder: Path, sources: Sources, codes: Sequence[str], *, progress: Progress) -> None:
    """Train by `folder/training.yaml` and write there the weights, tokenizer, calibration and thresholds.

    A share of the coded verbatims is never trained on: calibration and thresholds are fitted on it, unless a tagger
    learns on and they are fewer than `refit`. Where a plan joins codes of the model, what was coded under it is not
    among them: it leaves these codes open. Where there are texts to keep `apart`, `left_out.json` counts by file those
    that repeat one, which were left out.
    """
    configuration, apart = read_training(folder / "training.yaml"), Apart(sources.apart)
    stages, held, rated = _stages(sources, configuration, apart)
    if sources.apart:
        write_json(folder / LEFT_OUT, apart.counts())
    model, tokenizer = new_model(sources.base, codes, seed=configuration.seed)
    checkpoint = folder / "checkpoint" / "state.pt"
    curve = LearningCurve(folder, tokenizer, held)
    if not checkpoint.is_file():
        curve.path.unlink(missing_ok=True)
    trained = fit(model, tokenizer, stages, configuration, checkpoint=checkpoint, progress=progress, after=curve)
    if len(held) < max(configuration.refit, 1) and (Path(sources.base) / HELD_OUT).is_file():
        write_model(folder, trained.half(), tokenizer)
        for name in ("calibration.json", THRESHOLDS, HELD_OUT):
            copyfile(Path(sources.base) / name, folder / name)
    else:
        save(folder, trained, tokenizer, stages[-1].examples)
        calibrate(folder, held, rated, trained.config.codes, seed=configuration.seed)
    checkpoint.unlink(missing_ok=True)


def save(folder: Path, model: ListeningModel, tokenizer: Any, examples: Sequence[Example]) -> None:
    """Fit the model of the words on coded examples and write the folder of a model that is not calibrated yet."""
    with torch.no_grad():
        fit_lexical(model, tokenizer, [one for one in examples if one.question is None and one.tags is not None])
    write_model(folder, model.half(), tokenizer)


def _stages(
    sources: Sources, configuration: TrainingConfiguration, apart: Apart
) -> tuple[list[Stage], list[Example], list[Example]]:
    """Give the stages, and what is held out of all of them: coded verbatims, rated texts."""
    decided = [*_coded(sources.coded, sources, apart), *sources.verdicts]
    joined = bool(sources.translation and sources.translation.joined)
    trained, held = split(
        [one for one in decided if not (joined and one.unsure)], share=configuration.holdout, seed=configuration.seed
    )
    trained += [one for one in decided if joined and one.unsure]
    seed, adapted, coded = configuration.seed, configuration.adapted, configuration.coded
    first: list[Example] = []
    if sources.rated:
        first += apart.without(sources.rated.name, read_rated(sources.rated, texts=adapted.rated, seed=seed))
    if sources.unlabelled:
        first += read_unlabelled(sources.unlabelled, texts=adapted.unlabelled, seed=seed)
    if sources.codings:
        trained += read_standoff(sources.codings, [one for one in (sources.unlabelled, sources.rated) if one])
    trained += _coded(sources.authored, sources, apart) * configuration.repeat.authored
    trained = repeated(trained, below=configuration.repeat.below, times=configuration.repeat.times)
    if sources.fragments:
        trained += fragments(sources.fragments, configuration.questions.leading())
    if sources.rated:
        short = read_rated(sources.rated, texts=coded.rated, seed=seed, characters=coded.characters)
        trained += apart.without(sources.rated.name, short)
    rated: list[Example] = []
    if sources.rated:
        most = round(configuration.holdout * len(read_parquet(sources.rated, ["text"])))
        rated = read_rated(sources.rated, texts=min(RATED, most), seed=seed + 1)
    hidden = {folded(one.text) for one in [*held, *rated]}
    first, trained = ([one for one in part if folded(one.text) not in hidden] for part in (first, trained))
    stages = [Stage("codes", trained, coded.epochs, coded.hidden)]
    if first and adapted.epochs:
        stages.insert(0, Stage("adaptation", first, adapted.epochs, adapted.hidden, guess=True))
    return stages, held, [one for one in rated if one.stars is not None]


def _coded(path: Path | None, sources: Sources, apart: Apart) -> list[Example]:
    found = apart.without(path.name, read_coded(path)) if path else []
    return sources.translation.tell_all(found) if sources.translation else found


def repeated(examples: Sequence[Example], *, below: int, times: int) -> list[Example]:
    """Give the examples, those that carry a code of fewer than `below` cases `times` times."""
    cases = Counter(tag.code for example in examples for tag in example.tags or ())
    rare = {code for code, number in cases.items() if number < below}
    again = [example for example in examples if rare & {tag.code for tag in example.tags or ()}]
    return [*examples, *again * (times - 1)]


def calibrate(
    folder: Path, held: Sequence[Example], rated: Sequence[Example], codes: Sequence[str], *, seed: int
) -> None:
    """Fit calibration, thresholds and held-out scores of a saved model on examples that it was not trained on.

    `held` are coded; `rated` have stars; a model has no rating without some that are few, middling and many.

    Thresholds are for best F1 on all of them; probabilities and held-out scores (so wished precisions and bands) are
    those of the naturally drawn ones, as verbatims come.
    """
    from listening.tagging.embedded import EmbeddedTagger

    tagger = EmbeddedTagger(folder)
    deep, lexical = tagger.logits([one.text for one in held], [one.question for one in held])
    present = presence(held, codes)
    natural = np.array([one.natural for one in held])
    scale, shift, words = fit_calibration(deep, lexical, present, natural, seed=seed)
    probabilities = cross_fitted(deep, lexical, present, natural, words, seed=seed + 1)
    content: dict[str, Any] = {"scale": scale.round(4).tolist(), "shift": shift.round(4).tolist(), "words": words}
    ranks = np.array([1 + int(np.sign(one.stars or 0.0)) for one in rated])
    if len(set(ranks.tolist())) == len(POLARITIES):
        seen = tagger.moods([one.text for one in rated])
        content["rating"] = fit_rating(seen[:, 0], seen[:, 1:], ranks)
    write_json(folder / "calibration.json", content)
    write_json(folder / "thresholds.json", thresholds(probabilities, present, codes))
    scores = held_out(probabilities[natural], present[natural], codes)
    (folder / "heldout.json").write_text(json.dumps(scores, separators=(",", ":")) + "\n", encoding="utf-8")
