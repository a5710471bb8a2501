"""What the tagger is trained to do: losses of its heads, summed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from listening.records import POLARITIES, Segment
from listening.training.corpus import Example

if TYPE_CHECKING:
    from listening.tagging.modeling import TaggerOutput

UNKNOWN = -100


def targets(
    examples: Sequence[Example], segments: Sequence[Sequence[Segment]], codes: Sequence[str]
) -> dict[str, Tensor]:
    """Give the tensors to learn, for B examples of at most N segments and C codes.

    `presence` (B, C) and `segments` (B, N, C): 1, 0, or -1 where nothing is known (another segment may carry the
    code as well as the one that the coder showed); `polarity` (B, C) and `sentiment` (B): class or UNKNOWN;
    `stars` (B): -1 to 1 or NaN.
    """
    rank = {code: column for column, code in enumerate(codes)}
    size = max((len(pieces) for pieces in segments), default=1)
    presence = torch.zeros(len(examples), len(codes))
    owned = torch.zeros(len(examples), max(size, 1), len(codes))
    polarity = torch.full((len(examples), len(codes)), UNKNOWN)
    for row, (example, pieces) in enumerate(zip(examples, segments, strict=True)):
        if example.tags is None:
            presence[row] = owned[row] = -1
            continue
        for tag in example.tags:
            column = rank[tag.code]
            presence[row, column] = 1
            polarity[row, column] = POLARITIES.index(tag.polarity)
            for place, piece in enumerate(pieces):
                overlap = min(piece.stop, tag.stop) - max(piece.start, tag.start)
                owned[row, place, column] = 1 if overlap > 0 else -1
    sentiments = [UNKNOWN if one.sentiment is None else POLARITIES.index(one.sentiment) for one in examples]
    stars = [float("nan") if one.stars is None else one.stars for one in examples]
    return {
        "presence": presence,
        "segments": owned,
        "polarity": polarity,
        "sentiment": torch.tensor(sentiments),
        "stars": torch.tensor(stars),
    }


def loss(output: TaggerOutput, target: dict[str, Tensor], *, smoothing: float) -> Tensor:
    """Give the sum of the heads' losses, each a mean over the texts for which its answer is known."""
    exists = (output.presence > -29).float()
    owned = target["segments"][:, : output.presence.shape[1]]
    total = _binary(output.verbatim, target["presence"], torch.ones_like(output.verbatim), smoothing)
    total = total + 0.5 * _binary(output.presence, owned, exists, smoothing)
    if bool((target["polarity"] != UNKNOWN).any()):
        total = total + functional.cross_entropy(
            output.polarity.flatten(0, 1), target["polarity"].flatten(), ignore_index=UNKNOWN, label_smoothing=smoothing
        )
    if bool((target["sentiment"] != UNKNOWN).any()):
        total = total + functional.cross_entropy(
            output.sentiment, target["sentiment"], ignore_index=UNKNOWN, label_smoothing=smoothing
        )
    rated = ~target["stars"].isnan()
    if bool(rated.any()):
        total = total + functional.smooth_l1_loss(output.stars[rated], target["stars"][rated])
    return total


def _binary(logits: Tensor, target: Tensor, exists: Tensor, smoothing: float) -> Tensor:
    """Binary cross-entropy, summed over codes, averaged over what exists; a target of -1 counts for nothing."""
    known = (target >= 0).float() * exists
    soft = target.clamp(min=0) * (1 - smoothing) + smoothing / 20
    entropy = functional.binary_cross_entropy_with_logits(logits, soft, reduction="none") * known
    return entropy.sum() / exists[..., 0].sum().clamp(min=1)
