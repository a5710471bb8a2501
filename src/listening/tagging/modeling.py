"""The transformer behind the `embedded` engine: one encoder, late chunking, four heads.

Importing this module loads torch and transformers; only modules that need them import it, and lazily.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel

SENTIMENTS = ("negatif", "neutre", "positif")


class ListeningConfig(PretrainedConfig):
    """Shape of the tagger: the encoder's own configuration and the codes, in the order of the heads."""

    model_type = "listening"

    def __init__(self, encoder: dict[str, Any] | None = None, codes: list[str] | None = None, **kwargs: Any) -> None:
        self.encoder = encoder or {}
        self.codes = codes or []
        super().__init__(**kwargs)


@dataclass
class TaggerOutput:
    """Scores of a batch of B texts of at most N segments, for C codes.

    `presence` (B, N, C): logit that a segment carries a code, -inf where there is no segment;
    `verbatim` (B, C): logit that the text carries it, by noisy-or of its segments;
    `polarity` (B, C, 3): logits negatif, neutre, positif, from the segments that carry the code;
    `sentiment` (B, 3): logits of the whole text; `stars` (B,): rating that its author would give, -1 to 1.
    """

    presence: Tensor
    verbatim: Tensor
    polarity: Tensor
    sentiment: Tensor
    stars: Tensor


def noisy_or(presence: Tensor) -> Tensor:
    """Give the logit that at least one of the N segments carries a code, from (B, N, C) logits.

    p = 1 - Π(1 - p_n), in log space: log(1 - p) = Σ log σ(-x_n); the logit of p is log(expm1(-log(1 - p))).
    """
    absent = nn.functional.logsigmoid(-presence).sum(dim=1).clamp(max=-1e-6)
    return torch.where(absent < -20, -absent, torch.log(torch.expm1(-absent.clamp(min=-20))))


class ListeningModel(PreTrainedModel):
    """Multi-task tagger with late chunking: a whole text is encoded once, then its tokens are pooled per segment.

    Late chunking is described in Günther et al. 2024, https://arxiv.org/abs/2409.04701.
    """

    config_class = ListeningConfig
    base_model_prefix = "encoder"

    def __init__(self, config: ListeningConfig) -> None:
        super().__init__(config)
        encoder = AutoConfig.for_model(**config.encoder)
        self.encoder = AutoModel.from_config(encoder)
        width, codes = encoder.hidden_size, len(config.codes)
        self.presence = nn.Linear(2 * width, codes)
        self.polarity = nn.Linear(2 * width, codes * len(SENTIMENTS))
        self.sentiment = nn.Linear(width, len(SENTIMENTS))
        self.stars = nn.Linear(width, 1)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            nn.init.zeros_(module.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, segments: Tensor) -> TaggerOutput:
        """Score a batch; `segments` (B, T) numbers each token's segment from 0, -1 for what cannot own evidence."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        states = states.to(self.presence.weight.dtype)
        number = int(segments.max()) + 1 if segments.numel() else 1
        member = nn.functional.one_hot(segments + 1, max(number, 1) + 1)[..., 1:].to(states.dtype)  # (B, T, N)
        size = member.sum(dim=1)  # (B, N)
        pooled = member.transpose(1, 2) @ states / size.clamp(min=1).unsqueeze(-1)
        # a token that belongs to no segment (question, specials) is context: only the text's own are pooled
        whole = (member.sum(dim=2, keepdim=True) * states).sum(dim=1) / size.sum(dim=1, keepdim=True).clamp(min=1)
        context = whole.unsqueeze(1).expand_as(pooled)
        both = torch.cat([pooled, context], dim=-1)
        presence = self.presence(both).float().masked_fill((size == 0).unsqueeze(-1), -30.0)
        polarity = self.polarity(both).float().unflatten(-1, (-1, len(SENTIMENTS)))  # (B, N, C, 3)
        share = torch.softmax(presence, dim=1).unsqueeze(-1)
        return TaggerOutput(
            presence=presence,
            verbatim=noisy_or(presence),
            polarity=(share * polarity).sum(dim=1),
            sentiment=self.sentiment(whole).float(),
            stars=torch.tanh(self.stars(whole).float()).squeeze(-1),
        )
