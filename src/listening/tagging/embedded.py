"""The `embedded` engine: a transformer that ships with the project and runs offline."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from listening.errors import ModelError
from listening.records import POLARITIES, Reading, Tag
from listening.tagging.abstain import Scored
from listening.tagging.encoding import Window, batches, collate, windows
from listening.tagging.engine import FLOOR
from listening.tagging.evidence import shown
from listening.tagging.rating import rating
from listening.tagging.states import Pool
from listening.text.segment import segments

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from listening.tagging.modeling import ListeningModel, TaggerOutput

# The files that decide a probability, and so the model's hash; thresholds only decide what is done with it.
FILES = ("config.json", "model.safetensors", "tokenizer.json", "calibration.json")
THRESHOLDS = "thresholds.json"
HELD_OUT = "heldout.json"  # scores by code of verbatims that were not trained on: carriers and others, rising
Look = Callable[[Sequence[Window], "TaggerOutput"], None]  # sees a batch and what the network says of it
# tokens of a batch: on a processor its states should stay in the cache, a GPU wants to be filled
BUDGETS = {"cpu": 4096, "cuda": 32_768}
NOTHING = Reading(sentiment={"negatif": 0.0, "neutre": 1.0, "positif": 0.0}, tags=())


def default_folder() -> Path:
    """Give the folder of the model that ships with the project; `LISTENING_MODEL` names another."""
    if named := os.environ.get("LISTENING_MODEL"):
        return Path(named)
    return Path(__file__).parents[3] / "models" / "listening-fr-small"


class EmbeddedTagger:
    """A model folder, ready to tag; weights are loaded at the first text."""

    def __init__(self, folder: Path, *, budget: int | None = None) -> None:
        """Check the folder; `budget` is the number of tokens of a batch, padding included (BUDGETS by device)."""
        missing = [name for name in (*FILES, THRESHOLDS) if not (folder / name).is_file()]
        if missing:
            raise ModelError(
                f"{folder} n'est pas un dossier de modèle : il y manque {', '.join(missing)} ; "
                "indiquez-en un par LISTENING_MODEL ou entraînez-le par « listening train »"
            )
        self.folder, self._budget = folder, budget

    @property
    def budget(self) -> int:
        """Tokens of a batch, padding included."""
        return self._budget or BUDGETS[self.loaded[2].type]

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
    def held_out(self) -> dict[str, Scored]:
        if not (self.folder / HELD_OUT).is_file():
            return {}
        return {
            code: Scored(tuple(scores["carriers"]), tuple(scores["others"]))
            for code, scores in self._json(HELD_OUT).items()
        }

    @cached_property
    def width(self) -> int:
        """Length of a state."""
        return int(self._json("config.json")["encoder"]["hidden_size"])

    @cached_property
    def _calibration(self) -> Calibration:
        return Calibration(**self._json("calibration.json"))

    def _json(self, name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return loaded

    @cached_property
    def loaded(self) -> tuple[ListeningModel, Any, torch.device]:
        """The network, its tokenizer and where it runs."""
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

    def tag(
        self, texts: Sequence[str], questions: Sequence[str | None] | None = None, *, look: Look | None = None
    ) -> list[Reading]:
        """Read each text; a text without a word gets `neutre` and no tag. `look` sees each batch as it passes."""
        read = self._read(texts, questions, look=look)
        return [self._reading(text, parts) if parts else NOTHING for text, parts in zip(texts, read, strict=True)]

    def logits(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> NDArray[np.float64]:
        """Give the logits before calibration, deep and lexical, (2, texts, codes): what calibration is fitted on.

        Of a text with several windows, each code takes them from the window where the encoder finds it most.
        """
        import numpy as np

        found = np.full((2, len(texts), len(self.codes)), -30.0)
        for inside, output in self._outputs(texts, questions):
            both = np.stack([output.verbatim.double().cpu().numpy(), output.lexical.double().cpu().numpy()])
            for place, window in enumerate(inside):
                more = both[0, place] > found[0, window.owner]
                found[:, window.owner, more] = both[:, place, more]
        return found

    def moods(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Give the rating, -1 to 1, and the probability of each sentiment in each text, (texts, 4).

        It is what `rating` is fitted on; a text with several windows has their means, weighted by their tokens.
        """
        import numpy as np

        return np.stack([_overall(parts) if parts else np.zeros(4) for parts in self._read(texts, None)])

    def states(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the mean state of each text, (texts, width), of unit length: what heads added later are fitted on."""
        pool = Pool(self.width)
        for inside, output in self._outputs(texts, None, middle=True):
            pool.add(inside, output)
        return pool.verbatims(len(texts))

    def _read(
        self, texts: Sequence[str], questions: Sequence[str | None] | None, *, look: Look | None = None
    ) -> list[list[Part]]:
        """Give the windows of each text, in its order; none for a text without a word."""
        read: list[list[Part]] = [[] for _ in texts]
        for inside, output in self._outputs(texts, questions, middle=bool(look)):
            if look:
                look(inside, output)
            for part in _parts(inside, output, self._calibration):
                read[part.window.owner].append(part)
        return [sorted(parts, key=lambda part: part.window.first) for parts in read]

    def _outputs(
        self, texts: Sequence[str], questions: Sequence[str | None] | None, *, middle: bool = False
    ) -> Iterator[tuple[list[Window], TaggerOutput]]:
        """Give batches of windows of like length, each with its output; none for no text."""
        import torch

        if not texts:
            return
        network, tokenizer, device = self.loaded
        cut = [segments(text) for text in texts]
        cutting = windows(tokenizer, texts, cut, questions or [None] * len(texts))
        with torch.inference_mode():
            for ranks in batches(cutting, budget=self.budget):
                inside = [cutting[rank] for rank in ranks]
                inputs = {name: tensor.to(device) for name, tensor in collate(inside).items()}
                yield inside, network(**inputs, middle=middle)

    def _reading(self, text: str, parts: Sequence[Part]) -> Reading:
        """Join a text's windows: the strongest window for each code, sentiment by length."""
        import numpy as np

        stars, *moods = _overall(parts)
        presence = np.stack([part.presence for part in parts])  # (W, C)
        tags = []
        for column in np.flatnonzero(presence.max(axis=0) >= FLOOR).tolist():
            part = parts[int(presence[:, column].argmax())]
            scores = part.polarity[column]
            best = int(scores.argmax())
            start, stop = shown(text, part.window, part.attention[:, column])
            tags.append(
                Tag(
                    code=self.codes[column],
                    probability=round(float(part.presence[column]), 4),
                    polarity=POLARITIES[best],
                    polarity_probability=round(float(scores[best]), 4),
                    start=start,
                    stop=stop,
                )
            )
        sentiment = {polarity: round(float(mood), 4) for polarity, mood in zip(POLARITIES, moods, strict=True)}
        return Reading(
            sentiment=sentiment,
            tags=tuple(sorted(tags, key=lambda tag: (-tag.probability, tag.code))),
            rating=self._rating(np.array([stars]), np.array([moods])),
        )

    def _rating(self, stars: NDArray[np.float64], moods: NDArray[np.float64]) -> tuple[float, float, float] | None:
        if (weights := self._calibration.rating) is None:
            return None
        few, middling, many = rating(weights, stars, moods)[0].round(4).tolist()
        return few, middling, many


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes probabilities: by code, σ(scale · deep + words · lexical + shift); of a rating, see `rating`."""

    scale: list[float]
    shift: list[float]
    words: float
    rating: list[list[float]] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Calibrated scores of one window of T tokens: presence (C,), polarity (C, 3), sentiment (3,), attention (T, C).

    `stars` is a rating from -1 to 1.
    """

    window: Window
    presence: NDArray[np.float32]
    polarity: NDArray[np.float32]
    sentiment: NDArray[np.float32]
    attention: NDArray[np.float32]
    stars: NDArray[np.float32]


def _overall(parts: Sequence[Part]) -> NDArray[np.float64]:
    """Give the rating and the sentiments of a text, (4,): the means of its windows, weighted by their tokens."""
    import numpy as np

    lengths = [len(part.window.tokens) for part in parts]
    mean: NDArray[np.float64] = np.average([[part.stars, *part.sentiment] for part in parts], axis=0, weights=lengths)
    return mean


def _parts(inside: Sequence[Window], output: TaggerOutput, calibration: Calibration) -> list[Part]:
    scale, shift = (output.verbatim.new_tensor(values) for values in (calibration.scale, calibration.shift))
    presence = (scale * output.verbatim + calibration.words * output.lexical + shift).sigmoid()
    rows = (presence, output.polarity.softmax(dim=-1), output.sentiment.softmax(dim=-1), output.attention, output.stars)
    arrays = [tensor.float().cpu().numpy() for tensor in rows]
    return [Part(window, *found) for window, *found in zip(inside, *arrays, strict=True)]
