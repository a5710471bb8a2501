"""Adaptation of the encoder to customers' French: guessing hidden words, on text that nobody coded."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from listening.tagging.encoding import Window, rounded
from listening.training.objective import UNKNOWN


class Words(nn.Module):
    """Guesses a hidden word from its state: BERT's masked language model, Devlin et al. 2019.

    The table of word embeddings serves as last layer. This head is used in training only and never saved.
    """

    def __init__(self, width: int, vocabulary: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, states: Tensor, table: Tensor) -> Tensor:
        """Give the logits of the V words of `table` (V, H) for M states (M, H)."""
        hidden = self.norm(functional.gelu(self.dense(states)))
        return functional.linear(hidden, table.to(hidden.dtype), self.bias.to(hidden.dtype))

    def loss(self, states: Tensor, words: Tensor, table: Tensor) -> Tensor:
        """Give the mean cross-entropy of the hidden words; `words` (B, T) is UNKNOWN where none is hidden."""
        hidden = words != UNKNOWN
        if not bool(hidden.any()):
            return states.new_zeros(())
        return functional.cross_entropy(self(states[hidden], table).float(), words[hidden])


def hidden_words(windows: list[Window], original: list[list[int]]) -> Tensor:
    """Give (B, T): the original token where the window hides it, UNKNOWN elsewhere."""
    length = rounded(max(len(window.tokens) for window in windows))
    words = torch.full((len(windows), length), UNKNOWN)
    for row, (window, tokens) in enumerate(zip(windows, original, strict=True)):
        for place, (now, before) in enumerate(zip(window.tokens, tokens, strict=True)):
            if now != before:
                words[row, place] = before
    return words
