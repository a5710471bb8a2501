"""The encoder without padding: the words of a batch stand in one row, texts of the same length attend side by side.

Linear layers are most of the work and do not care to which text a word belongs; only attention does. The answer is that
of the encoder itself, to the rounding of its numbers. It is for reading: no gradient, no dropout.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

STEP = 128  # tokens to a multiple of which a row is filled up: a processor keeps what it compiled for each new length
Runs = list[tuple[int, int, int]]  # of texts of one length that follow each other: first token, texts, tokens of each


def packed(encoder: Any, input_ids: Tensor, attention_mask: Tensor, *, layer: int | None = None) -> list[Tensor]:
    """Encode B texts padded to T tokens, (B, T), the padding last; give states (B, T, H).

    `layer` asks for a second tensor: the states after that many layers. Padding has states of 0. `encoder` is a
    `BertModel`. Texts need no order, but those of like length should follow each other.
    """
    kept, lengths = attention_mask.bool(), attention_mask.sum(dim=1).tolist()
    spare = (0, -sum(lengths) % STEP)
    ids, places = (functional.pad(part, spare) for part in (input_ids[kept], kept.nonzero()[:, 1]))
    words = encoder.embeddings
    state = words.word_embeddings(ids) + words.token_type_embeddings.weight[0]
    state = words.LayerNorm(state + words.position_embeddings(places))
    found, runs = [], _runs(lengths)
    for number, block in enumerate(encoder.encoder.layer, start=1):
        state = _block(block, state, runs)
        if number == layer:
            found.append(_padded(state, kept))
    return [_padded(state, kept), *found]


def _runs(lengths: Sequence[int]) -> Runs:
    runs, first = [], 0
    for length, same in groupby(lengths):
        texts = len(list(same))
        runs.append((first, texts, length))
        first += texts * length
    return runs


def _block(block: Any, state: Tensor, runs: Runs) -> Tensor:
    attention, heads = block.attention.self, block.attention.self.num_attention_heads
    asked, offered, told = (
        part(state).view(len(state), heads, -1) for part in (attention.query, attention.key, attention.value)
    )
    read = torch.zeros_like(told)
    for first, texts, length in runs:
        stop = first + texts * length
        query, key, value = (
            part[first:stop].view(texts, length, heads, -1).transpose(1, 2) for part in (asked, offered, told)
        )
        one = functional.scaled_dot_product_attention(query, key, value)  # (texts, heads, length, width)
        read[first:stop] = one.transpose(1, 2).reshape(texts * length, heads, -1)
    state = block.attention.output(read.flatten(1), state)
    whole: Tensor = block.output(block.intermediate(state), state)
    return whole


def _padded(state: Tensor, kept: Tensor) -> Tensor:
    whole = state.new_zeros(*kept.shape, state.shape[1])
    whole[kept] = state[: int(kept.sum())]
    return whole
