"""From sources to a model folder: train, calibrate, set thresholds, save."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from listening.training.calibrate import fit_calibration, presence, thresholds
from listening.training.configuration import TrainingConfiguration, read_training
from listening.training.corpus import Example, fragments, read_coded, read_rated
from listening.training.lexical import fit_lexical
from listening.training.train import Progress, Stage, fit, new_model, split


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a training starts from: an encoder, coded verbatims, and optionally written ones, rated texts, fragments."""

    base: str
    coded: Path
    authored: Path | None = None
    rated: Path | None = None
    fragments: Path | None = None


def produce(folder: Path, sources: Sources, codes: Sequence[str], *, progress: Progress) -> None:
    """Train by `folder/training.yaml` and write there the weights, tokenizer, calibration and thresholds.

    A share of the coded verbatims is never trained on: calibration and thresholds are fitted on it.
    """
    configuration = read_training(folder / "training.yaml")
    stages, held = _stages(sources, configuration)
    model, tokenizer = new_model(sources.base, codes, seed=configuration.seed)
    checkpoint = folder / "checkpoint" / "state.pt"
    trained = fit(model, tokenizer, stages, configuration, checkpoint=checkpoint, progress=progress)
    with torch.no_grad():
        fit_lexical(trained, tokenizer, [one for one in stages[-1].examples if one.question is None])
    trained.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    write_json(folder / "calibration.json", {"scale": [1.0] * len(codes), "shift": [0.0] * len(codes), "words": 0.0})
    write_json(folder / "thresholds.json", dict.fromkeys(codes, 0.5))
    calibrate(folder, held, codes, seed=configuration.seed)
    checkpoint.unlink(missing_ok=True)


def _stages(sources: Sources, configuration: TrainingConfiguration) -> tuple[list[Stage], list[Example]]:
    trained, held = split(read_coded(sources.coded), share=configuration.holdout, seed=configuration.seed)
    stages = []
    if sources.rated and configuration.rated.texts:
        rated = read_rated(sources.rated, texts=configuration.rated.texts, seed=configuration.seed)
        stages.append(Stage("notes", rated, configuration.rated.epochs))
    if sources.authored:
        trained += read_coded(sources.authored)
    trained = repeated(trained, below=configuration.repeat.below, times=configuration.repeat.times)
    if sources.fragments:
        trained += fragments(sources.fragments, configuration.questions.leading())
    return [*stages, Stage("codes", trained, configuration.coded.epochs)], held


def repeated(examples: Sequence[Example], *, below: int, times: int) -> list[Example]:
    """Give the examples, those that carry a code of fewer than `below` cases `times` times."""
    cases = Counter(tag.code for example in examples for tag in example.tags or ())
    rare = {code for code, number in cases.items() if number < below}
    again = [example for example in examples if rare & {tag.code for tag in example.tags or ()}]
    return [*examples, *again * (times - 1)]


def calibrate(folder: Path, held: Sequence[Example], codes: Sequence[str], *, seed: int) -> None:
    """Fit calibration and thresholds of a saved model on examples that it was not trained on."""
    from scipy.special import expit

    from listening.tagging.embedded import EmbeddedTagger

    deep, lexical = EmbeddedTagger(folder).logits([example.text for example in held])
    present = presence(held, codes)
    scale, shift, words = fit_calibration(deep, lexical, present, seed=seed)
    probabilities = expit(scale * deep + words * lexical + shift)
    content = {"scale": scale.round(4).tolist(), "shift": shift.round(4).tolist(), "words": words}
    write_json(folder / "calibration.json", content)
    write_json(folder / "thresholds.json", thresholds(probabilities, present, codes))


def write_json(path: Path, content: object) -> None:
    """Write readable JSON."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
