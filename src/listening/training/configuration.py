"""The configuration of a training: `training.yaml` in the model's folder."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from listening.errors import ConfigurationError
from listening.faults import Strict
from listening.records import Polarity


class Adapted(Strict):
    """The first stage: hidden words to guess in rated and unlabelled texts, and the ratings with them."""

    rated: int = Field(ge=0)
    unlabelled: int = Field(ge=0)
    epochs: int = Field(ge=0)
    hidden: float = Field(ge=0, lt=1)


class Coded(Strict):
    """The second stage: coded verbatims, and beside them short rated texts, so that tweets are not forgotten."""

    epochs: int = Field(ge=1)
    hidden: float = Field(ge=0, lt=1)
    rated: int = Field(ge=0)
    characters: int = Field(ge=1)


class Repeat(Strict):
    """How often an epoch shows examples with a code of fewer than `below` cases, and those written for training."""

    below: int = Field(ge=0)
    times: int = Field(ge=1)
    authored: int = Field(ge=1, default=1)


class Questions(Strict):
    """Survey questions read before a text: any, or those that ask for blame or for praise."""

    any: list[str] = Field(default=[])
    negatif: list[str] = Field(default=[])
    positif: list[str] = Field(default=[])

    def leading(self) -> dict[Polarity, list[str]]:
        """Give the questions that decide the polarity of a bare noun."""
        return {"negatif": self.negatif, "positif": self.positif}


class TrainingConfiguration(Strict):
    """How a model is trained; the comments of `training.yaml` say what each value does.

    `refit` is how many verbatims must be held out for a tagger that learns on to have its words, calibration and
    thresholds fitted anew: on fewer it keeps those it had, for new ones would follow the few more than the code.
    """

    seed: int
    refit: int = Field(default=300, ge=0)
    holdout: float = Field(gt=0, lt=0.5)
    batch_tokens: int = Field(ge=16)
    head_rate: float
    encoder_rate: float
    layer_decay: float
    weight_decay: float
    warmup: float = Field(gt=0, lt=1)
    average: float = Field(ge=0, lt=1)
    smoothing: float = Field(ge=0, lt=0.5)
    question: float = Field(ge=0, le=1)
    noise: float = Field(ge=0, le=1)
    adapted: Adapted
    coded: Coded
    repeat: Repeat
    questions: Questions


def read_training(path: Path) -> TrainingConfiguration:
    """Read and check a training configuration."""
    if not path.is_file():
        raise ConfigurationError(f"{path} : introuvable ; le dossier d'un modèle à entraîner contient training.yaml")
    try:
        return TrainingConfiguration.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError, ValidationError) as error:
        raise ConfigurationError(f"{path} n'est pas une configuration d'entraînement : {error}") from error
