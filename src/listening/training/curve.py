"""The learning curve: what each epoch reached on verbatims that are not trained on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from listening.training.calibrate import best_f1
from listening.training.corpus import Example
from listening.training.folder import write_model
from listening.training.tally import presence

if TYPE_CHECKING:
    from listening.tagging.modeling import ListeningModel

NAME = "learning_curve.csv"
HEADER = "stage,epoch,loss,held_out_micro_f1"


class LearningCurve:
    """Keeps `learning_curve.csv`, a line an epoch: stage, epoch, loss, micro-F1 on the held-out verbatims.

    The F1 is that of the encoder alone, uncalibrated, at the common threshold that suits it best.
    """

    def __init__(self, folder: Path, tokenizer: Any, held: Sequence[Example]) -> None:
        self.path, self.tokenizer, self.held = folder / NAME, tokenizer, held

    def __call__(self, stage: str, epoch: int, loss: float, model: ListeningModel) -> None:
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.is_file() else [HEADER]
        kept = [line for line in lines if not line.startswith(f"{stage},{epoch},")]  # an epoch's end done twice
        line = f"{stage},{epoch},{loss:.4f},{self.f1(model):.4f}"
        self.path.write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")

    def f1(self, model: ListeningModel) -> float:
        """Give the micro-F1 of a model on the held-out verbatims, NaN where there are none."""
        if not self.held:
            return math.nan
        from scipy.special import expit

        from listening.tagging.embedded import EmbeddedTagger

        with TemporaryDirectory() as folder:
            write_model(Path(folder), model, self.tokenizer)
            deep, _ = EmbeddedTagger(Path(folder)).logits(
                [one.text for one in self.held], [one.question for one in self.held]
            )
        return best_f1(expit(deep), presence(self.held, model.config.codes))
