"""Texts to windows of tokens, and windows to batches without padding waste."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from listening.records import Segment
from listening.text.spelling import usual

if TYPE_CHECKING:
    import torch

WINDOW = 508  # tokens of text and question in one window, specials apart; the encoder has 512 positions
QUESTION = 48  # tokens of a question that are read, at most
PAD = 1
ROUND = 16  # lengths are padded to a multiple of it: each new shape costs a processor a compilation


@dataclass(frozen=True, slots=True)
class Window:
    """At most `WINDOW` tokens of one text: `owner` is the text's rank, `first` the rank of its first segment.

    `segments` gives for each token the rank of its segment counted from `first`, -1 for question and specials;
    `places` where each token stands in its text, (0, 0) for those.
    """

    owner: int
    first: int
    tokens: list[int]
    segments: list[int]
    places: list[tuple[int, int]]


def windows(
    tokenizer: Any, texts: Sequence[str], segments: Sequence[Sequence[Segment]], questions: Sequence[str | None]
) -> list[Window]:
    """Cut texts into windows at segment borders; a text without tokens gives none.

    Texts are read in their usual spelling (`text.spelling`); places are those of the text as it is. A question comes
    first in each window of its text, as `<s> question </s></s> text </s>`.
    """
    spelt = [usual(text) for text in texts]
    encoded = tokenizer(
        [one.text for one in spelt], add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )
    asked = {q: tokenizer(q, add_special_tokens=False)["input_ids"][:QUESTION] for q in set(questions) if q}
    bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
    out: list[Window] = []
    for owner, (ids, found) in enumerate(zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)):
        offsets = [spelt[owner].place(*place) for place in found]
        question = asked.get(questions[owner] or "", [])
        prefix = [bos, *question, eos, eos] if question else [bos]
        ranks = _ranks(offsets, segments[owner])
        room = WINDOW - len(question)
        start = 0
        while start < len(ids):
            stop = _border(ranks, start, room)
            first = ranks[start]
            inside = [rank - first for rank in ranks[start:stop]]
            tokens = [*prefix, *ids[start:stop], eos]
            places = [*[(0, 0)] * len(prefix), *offsets[start:stop], (0, 0)]
            out.append(Window(owner, first, tokens, [*[-1] * len(prefix), *inside, -1], places))
            start = stop
    return out


def _ranks(offsets: Sequence[tuple[int, int]], segments: Sequence[Segment]) -> list[int]:
    """Give each token the rank of the segment in which it ends (the first when there is none)."""
    ranks, rank = [], 0
    for _, stop in offsets:
        while rank < len(segments) - 1 and stop > segments[rank].stop:
            rank += 1
        ranks.append(rank)
    return ranks


def _border(ranks: Sequence[int], start: int, room: int) -> int:
    """Give where a window that begins at `start` ends: at a segment border if one is within reach."""
    stop = min(start + room, len(ranks))
    if stop == len(ranks):
        return stop
    border = stop
    while border > start and ranks[border - 1] == ranks[stop]:
        border -= 1
    return border if border > start else stop


def batches(windows: Sequence[Window], *, budget: int) -> Iterator[list[int]]:
    """Give ranks of windows in batches of like length, each of at most `budget` tokens once padded."""
    return grouped([len(window.tokens) for window in windows], budget=budget, multiple=ROUND)


def grouped(lengths: Sequence[int], *, budget: int, multiple: int = 1) -> Iterator[list[int]]:
    """Give ranks by length, longest first, in batches of at most `budget` once padded to a multiple of `multiple`."""
    batch: list[int] = []
    for rank in sorted(range(len(lengths)), key=lambda rank: (-lengths[rank], rank)):
        if batch and rounded(lengths[batch[0]], multiple) * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(rank)
    if batch:
        yield batch


def rounded(length: int, multiple: int = ROUND) -> int:
    """Give the length that is padded to: the next multiple."""
    return -(-length // multiple) * multiple


def collate(windows: Sequence[Window]) -> dict[str, torch.Tensor]:
    """Pad windows to one batch: `input_ids`, `attention_mask` and `segments`, each (B, T)."""
    import torch

    length = rounded(max(len(window.tokens) for window in windows))
    ids = [window.tokens + [PAD] * (length - len(window.tokens)) for window in windows]
    mask = [[1] * len(window.tokens) + [0] * (length - len(window.tokens)) for window in windows]
    segments = [window.segments + [-1] * (length - len(window.segments)) for window in windows]
    return {
        "input_ids": torch.tensor(ids),
        "attention_mask": torch.tensor(mask),
        "segments": torch.tensor(segments),
    }
