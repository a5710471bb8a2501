"""Any sequence classifier of the Hugging Face form: texts, or texts with a hypothesis, to logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from listening.errors import ModelError
from listening.tagging.encoding import grouped
from listening.tagging.snapshot import Snapshot

if TYPE_CHECKING:
    import torch

LIMIT = 512  # tokens of a window, at most; models that take more would cost memory by the square


@dataclass(frozen=True, slots=True)
class Piece:
    """What a classifier says of one window of a text: its logits, and how many tokens of the text it holds."""

    length: int
    logits: list[float]


class Classifier:
    """A sequence classifier on this machine; weights are loaded at the first text."""

    def __init__(self, snapshot: Snapshot, *, budget: int = 8192) -> None:
        """`budget` is the number of tokens of a batch, padding included."""
        self.snapshot, self.budget = snapshot, budget

    @cached_property
    def _loaded(self) -> tuple[Any, Any, torch.device]:
        import torch
        from transformers import AutoModelForSequenceClassification
        from transformers.utils import logging as transformers_logging

        id = self.snapshot.id
        tokenizer = _tokenizer(self.snapshot)
        loader: Any = AutoModelForSequenceClassification
        logging: Any = transformers_logging
        logging.disable_progress_bar()  # ours shows the texts, not the weights
        try:
            network, report = loader.from_pretrained(
                self.snapshot.folder, dtype=torch.float32, output_loading_info=True
            )
        except (OSError, ValueError) as error:
            reason = str(error).strip().split("\n", 1)[0]
            raise ModelError(
                f"{id} ne se charge pas ({reason}) ; prenez un classifieur de textes (« listening models list »)"
            ) from error
        if report["missing_keys"]:  # a head drawn at random would answer all the same
            missing = ", ".join(sorted(report["missing_keys"])[:3])
            raise ModelError(f"{id} n'est pas un classifieur : il lui manque {missing} ; prenez-en un déjà appris")
        if len(tokenizer) < network.config.vocab_size // 2:  # made up for want of files: every word would be unknown
            raise ModelError(
                f"{id} : il manque les fichiers de son tokenizer ; téléchargez-le à nouveau, ou copiez-les"
            )
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return network.eval().to(device), tokenizer, device

    @cached_property
    def limit(self) -> int:
        """Tokens of a window, specials included."""
        network, tokenizer, _ = self._loaded
        # positions of the RoBERTa family begin after the padding; others lose one or two by this
        positions = getattr(network.config, "max_position_embeddings", None) or LIMIT
        return int(min(tokenizer.model_max_length, positions - tokenizer.pad_token_id - 1, LIMIT))

    def read(self, texts: Sequence[str], hypothesis: str | None = None) -> list[list[Piece]]:
        """Give for each text what is said of its windows, in order; a text within the limit is one window."""
        if not texts:
            return []
        network, tokenizer, device = self._loaded
        pair = [[hypothesis] * len(texts)] if hypothesis else []
        options = {"truncation": "only_first", "max_length": self.limit, "return_overflowing_tokens": True}
        cut = tokenizer(list(texts), *pair, verbose=False, **options)
        said: dict[int, Piece] = {}
        for ranks in grouped([len(ids) for ids in cut["input_ids"]], budget=self.budget):
            rows = [{name: cut[name][rank] for name in tokenizer.model_input_names} for rank in ranks]
            logits = _forward(network, tokenizer.pad(rows, return_tensors="pt", verbose=False).to(device))
            for rank, scores in zip(ranks, logits, strict=True):
                said[rank] = Piece(cut.sequence_ids(rank).count(0), scores)
        pieces: list[list[Piece]] = [[] for _ in texts]
        for rank, owner in enumerate(cut["overflow_to_sample_mapping"]):
            pieces[owner].append(said[rank])
        return pieces


def _tokenizer(snapshot: Snapshot) -> Any:
    from transformers import AutoTokenizer

    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(snapshot.folder)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise ModelError(
            f"{snapshot.id} : son tokenizer ne se charge pas ({reason}) ; "
            "s'il n'a pas de tokenizer.json, installez de quoi le convertir : pip install sentencepiece protobuf"
        ) from error
    if not tokenizer.is_fast or tokenizer.pad_token_id is None:
        raise ModelError(
            f"{snapshot.id} : son tokenizer ne sait pas découper en fenêtres ; prenez un modèle de type BERT"
        )
    return tokenizer


def _forward(network: Any, inputs: Any) -> list[list[float]]:
    import torch

    with torch.inference_mode():
        logits: list[list[float]] = network(**inputs).logits.double().cpu().tolist()
    return logits
