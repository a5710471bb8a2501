"""What the tagger is trained to do: losses of its heads, summed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from listening.records import POLARITIES, Segment
from listening.tagging.encoding import Window
from listening.training.corpus import Example

if TYPE_CHECKING:
    from listening.tagging.modeling import TaggerOutput

UNKNOWN = -100
SEGMENTS, EVIDENCE = 0.3, 0.2  # what the losses on segments and on the words shown count for


def targets(
    examples: Sequence[Example], segments: Sequence[Sequence[Segment]], windows: Sequence[Window], codes: Sequence[str]
) -> dict[str, Tensor]:
    """Give the tensors to learn, for B examples of at most N segments, their first windows of T tokens and C codes.

    `presence` (B, C) and `segments` (B, N, C): 1, 0, or -1 where nothing is known (another segment may carry the
    code as well as the one that the coder showed); `polarity` (B, C) and `sentiment` (B): class or UNKNOWN;
    `stars` (B): -1 to 1 or NaN; `evidence` (B, T, C): which tokens the coder showed.
    """
    rank = {code: column for column, code in enumerate(codes)}
    size = max((len(pieces) for pieces in segments), default=1)
    length = max(len(window.tokens) for window in windows)
    presence = torch.zeros(len(examples), len(codes), dtype=torch.int8)
    owned = torch.zeros(len(examples), max(size, 1), len(codes), dtype=torch.int8)
    polarity = torch.full((len(examples), len(codes)), UNKNOWN)
    evidence = torch.zeros(len(examples), length, len(codes), dtype=torch.bool)
    for row, (example, pieces, window) in enumerate(zip(examples, segments, windows, strict=True)):
        if example.tags is None:
            presence[row] = owned[row] = -1
            continue
        for code in example.unsure:
            presence[row, rank[code]] = owned[row, :, rank[code]] = -1
        for tag in example.tags:
            column = rank[tag.code]
            shown = [
                place for place, (start, stop) in enumerate(window.places) if start < tag.stop and tag.start < stop
            ]
            if tag.stop > tag.start and not shown:  # it stands in a later window, which is not read
                presence[row, column] = owned[row, :, column] = -1
                continue
            presence[row, column] = 1
            evidence[row, shown, column] = True
            polarity[row, column] = POLARITIES.index(tag.polarity)
            for place, piece in enumerate(pieces):
                if piece.start < tag.stop and tag.start < piece.stop:
                    owned[row, place, column] = 1
                elif not owned[row, place, column]:
                    owned[row, place, column] = -1
    sentiments = [UNKNOWN if one.sentiment is None else POLARITIES.index(one.sentiment) for one in examples]
    stars = [float("nan") if one.stars is None else one.stars for one in examples]
    return {
        "presence": presence,
        "segments": owned,
        "polarity": polarity,
        "sentiment": torch.tensor(sentiments),
        "stars": torch.tensor(stars),
        "evidence": evidence,
    }


def loss(output: TaggerOutput, target: dict[str, Tensor], *, smoothing: float) -> Tensor:
    """Give the sum of the heads' losses.

    Those on codes are means over all texts of the batch, what is not known counting for nothing; the others are means
    over the tags or texts for which the answer is known.
    """
    exists = (output.presence > -29).float()
    owned = target["segments"][:, : output.presence.shape[1]]
    total = _binary(output.verbatim, target["presence"], torch.ones_like(output.verbatim), smoothing)
    total = total + SEGMENTS * _binary(output.presence, owned, exists, smoothing)
    evidence = target["evidence"]
    if bool(evidence.any()):
        held = (output.attention[:, : evidence.shape[1]] * evidence).sum(dim=1)  # (B, C)
        total = total - EVIDENCE * held[evidence.any(dim=1)].clamp(min=1e-6).log().mean()
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
