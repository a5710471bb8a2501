"""The `embedded` engine: a transformer that ships with the project and runs offline."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from listening.errors import ModelError
from listening.records import POLARITIES, Polarity, Reading, Segment, Tag
from listening.tagging.encoding import Window, batches, collate, windows
from listening.tagging.engine import FLOOR
from listening.text.segment import segments

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from listening.tagging.modeling import ListeningModel, TaggerOutput

# The files that decide a probability, and so the model's hash; thresholds only decide what is done with it.
FILES = ("config.json", "model.safetensors", "tokenizer.json", "calibration.json")
THRESHOLDS = "thresholds.json"
NOTHING = Reading(sentiment={"negatif": 0.0, "neutre": 1.0, "positif": 0.0}, tags=())


def default_folder() -> Path:
    """Give the folder of the model that ships with the project; `LISTENING_MODEL` names another."""
    if named := os.environ.get("LISTENING_MODEL"):
        return Path(named)
    return Path(__file__).parents[3] / "models" / "listening-fr-small"


class EmbeddedTagger:
    """A model folder, ready to tag; weights are loaded at the first text."""

    def __init__(self, folder: Path, *, budget: int = 8192) -> None:
        """Check the folder; `budget` is the number of tokens of a batch, padding included."""
        missing = [name for name in (*FILES, THRESHOLDS) if not (folder / name).is_file()]
        if missing:
            raise ModelError(
                f"{folder} n'est pas un dossier de modèle : il y manque {', '.join(missing)} ; "
                "indiquez-en un par LISTENING_MODEL ou entraînez-le par « listening train »"
            )
        self.folder, self.budget = folder, budget

    @cached_property
    def model(self) -> str:
        digest = blake2b(digest_size=6)
        for name in FILES:
            digest.update((self.folder / name).read_bytes())
        return f"{self.folder.resolve().name}@{digest.hexdigest()}"

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._json("config.json")["codes"])

    @cached_property
    def thresholds(self) -> dict[str, float]:
        return dict(self._json(THRESHOLDS))

    @cached_property
    def _calibration(self) -> Calibration:
        return Calibration(**self._json("calibration.json"))

    def _json(self, name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return loaded

    @cached_property
    def _loaded(self) -> tuple[ListeningModel, Any, torch.device]:
        import torch
        from transformers import PreTrainedTokenizerFast
        from transformers.utils import logging

        from listening.tagging.modeling import ListeningModel

        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        # matrix units of recent processors read bf16 about four times as fast; others would only lose by it
        fast = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
        logging.disable_progress_bar()  # ours shows the texts, not the weights
        network = ListeningModel.from_pretrained(self.folder, dtype=torch.bfloat16 if fast else torch.float32)
        return network.eval().to(device), PreTrainedTokenizerFast.from_pretrained(self.folder), device

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        """Read each text; a text without a word gets `neutre` and no tag."""
        cut = [segments(text) for text in texts]
        scored: dict[int, list[tuple[Window, Scored]]] = {}
        for window, output, place in self._outputs(texts, cut, questions or [None] * len(texts)):
            scored.setdefault(window.owner, []).append((window, _scores(output, place, self._calibration)))
        return [
            self._reading(sorted(scored[owner], key=lambda pair: pair[0].first), pieces) if owner in scored else NOTHING
            for owner, pieces in enumerate(cut)
        ]

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Give the logits before calibration, deep and lexical, (2, texts, codes): what calibration is fitted on."""
        import numpy as np

        found = np.full((2, len(texts), len(self.codes)), -30.0)
        for window, output, place in self._outputs(texts, [segments(text) for text in texts], [None] * len(texts)):
            for kind, logits in enumerate((output.verbatim, output.lexical)):
                found[kind, window.owner] = np.maximum(found[kind, window.owner], logits[place].double().cpu().numpy())
        return found

    def _outputs(
        self, texts: Sequence[str], cut: Sequence[Sequence[Segment]], questions: Sequence[str | None]
    ) -> Iterator[tuple[Window, TaggerOutput, int]]:
        """Give each window with the output of its batch and its place there, batches of like length."""
        import torch

        network, tokenizer, device = self._loaded
        cutting = windows(tokenizer, texts, cut, questions)
        with torch.inference_mode():
            for ranks in batches(cutting, budget=self.budget):
                inside = [cutting[rank] for rank in ranks]
                output = network(**{name: tensor.to(device) for name, tensor in collate(inside).items()})
                for place, window in enumerate(inside):
                    yield window, output, place

    def _reading(self, parts: Sequence[tuple[Window, Scored]], cut: Sequence[Segment]) -> Reading:
        """Join a text's windows: the strongest window for each code, sentiment by length."""
        length = sum(len(window.tokens) for window, _ in parts)
        sentiment: dict[Polarity, float] = {
            polarity: round(sum(part.sentiment[rank] * len(window.tokens) for window, part in parts) / length, 4)
            for rank, polarity in enumerate(POLARITIES)
        }
        tags = []
        for column, code in enumerate(self.codes):
            window, part = max(parts, key=lambda pair: pair[1].verbatim[column])
            if part.verbatim[column] < FLOOR:
                continue
            place = cut[window.first + part.carrier[column]]
            scores = part.polarity[column]
            best = max(range(3), key=scores.__getitem__)
            tags.append(
                Tag(
                    code=code,
                    probability=round(part.verbatim[column], 4),
                    polarity=POLARITIES[best],
                    polarity_probability=round(scores[best], 4),
                    start=place.start,
                    stop=place.stop,
                )
            )
        return Reading(sentiment=sentiment, tags=tuple(sorted(tags, key=lambda tag: (-tag.probability, tag.code))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes probabilities of logits: by code, σ(scale · deep + words · lexical + shift)."""

    scale: list[float]
    shift: list[float]
    words: float


@dataclass(frozen=True, slots=True)
class Scored:
    """Calibrated scores of one window: by code, which of its segments carries the code, and polarities."""

    verbatim: list[float]
    carrier: list[int]
    polarity: list[list[float]]
    sentiment: list[float]


def _scores(output: TaggerOutput, place: int, calibration: Calibration) -> Scored:
    scale, shift = (output.verbatim.new_tensor(values) for values in (calibration.scale, calibration.shift))
    logits = scale * output.verbatim[place] + calibration.words * output.lexical[place] + shift
    return Scored(
        logits.sigmoid().tolist(),
        output.presence[place].argmax(dim=0).tolist(),
        output.polarity[place].softmax(dim=-1).tolist(),
        output.sentiment[place].softmax(dim=-1).tolist(),
    )
