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

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        codes: list[str] | None = None,
        buckets: int = 2**17,
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {}
        self.buckets = buckets
        self.codes = codes or []
        super().__init__(**kwargs)


@dataclass
class TaggerOutput:
    """Scores of a batch of B texts of at most N segments, for C codes.

    `presence` (B, N, C): logit that a segment carries a code, -inf where there is no segment;
    `verbatim` (B, C): logit that the text carries it, by noisy-or of its segments;
    `lexical` (B, C): the same, from the words alone;
    `polarity` (B, C, 3): logits negatif, neutre, positif, from the segments that carry the code;
    `sentiment` (B, 3): logits of the whole text; `stars` (B,): rating that its author would give, -1 to 1.
    """

    presence: Tensor
    verbatim: Tensor
    lexical: Tensor
    polarity: Tensor
    sentiment: Tensor
    stars: Tensor


def noisy_or(presence: Tensor) -> Tensor:
    """Give the logit that at least one of the N segments carries a code, from (B, N, C) logits.

    p = 1 - Π(1 - p_n), in log space: log(1 - p) = Σ log σ(-x_n); the logit of p is log(expm1(-log(1 - p))).
    """
    absent = nn.functional.logsigmoid(-presence).sum(dim=1).clamp(max=-1e-6)
    return torch.where(absent < -20, -absent, torch.log(torch.expm1(-absent.clamp(min=-20))))


class Lexical(nn.Module):
    """A linear model of the words beside the deep one: tokens and pairs of tokens, hashed, weighted by their rarity.

    It remembers rare wordings that the encoder smooths over: « wide and deep », Cheng et al. 2016,
    https://arxiv.org/abs/1606.07792.
    """

    def __init__(self, buckets: int, codes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(buckets, codes), requires_grad=False)
        self.rarity = nn.Parameter(torch.zeros(buckets), requires_grad=False)
        self.bias = nn.Parameter(torch.zeros(codes), requires_grad=False)

    def features(self, input_ids: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
        """Give the bucket of each token and pair of tokens (B, 2T - 1), and whether the text owns it."""
        pairs = input_ids[:, :-1] * 1_000_003 + input_ids[:, 1:] * 7_919 + 17
        buckets = torch.cat([input_ids * 2_654_435_761, pairs], dim=1) % len(self.rarity)
        return buckets, torch.cat([own, own[:, :-1] & own[:, 1:]], dim=1)

    def forward(self, input_ids: Tensor, own: Tensor) -> Tensor:
        """Give the logit of each code, (B, C), from the words that the text owns."""
        buckets, held = self.features(input_ids, own)
        rarity = self.rarity[buckets].float() * held
        values = rarity / rarity.square().sum(dim=1, keepdim=True).sqrt().clamp(min=1e-3)
        return (self.weight[buckets].float() * values.unsqueeze(-1)).sum(dim=1) + self.bias.float()


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
        self.lexical = Lexical(config.buckets, codes)
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
            lexical=self.lexical(input_ids, segments >= 0),
            polarity=(share * polarity).sum(dim=1),
            sentiment=self.sentiment(whole).float(),
            stars=torch.tanh(self.stars(whole).float()).squeeze(-1),
        )
