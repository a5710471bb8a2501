"""The transformer behind the `embedded` engine: one encoder, late chunking, a head for each question.

Importing this module loads torch and transformers; only modules that need them import it, and lazily.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, BertModel, PretrainedConfig, PreTrainedModel

from listening.tagging.packed import packed

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
    """Scores of a batch of B texts of T tokens and at most N segments, for C codes.

    `states` (B, T, H): the encoder's token states, and `middle` those at two thirds of its depth, which know less of
    the codes trained on and more of others (None unless asked for);
    `attention` (B, T, C): share of each token in the answer on a code, 0 outside of the text's own words;
    `presence` (B, N, C): logit that a segment carries a code, -30 where there is no segment;
    `verbatim` (B, C): logit that the text carries it, from its segments weighted by their attention;
    `lexical` (B, C): the same, from the words alone;
    `polarity` (B, C, 3): logits negatif, neutre, positif, from the words attended to;
    `sentiment` (B, 3): logits of the whole text; `stars` (B,): rating that its author would give, -1 to 1.
    """

    states: Tensor
    middle: Tensor | None
    attention: Tensor
    presence: Tensor
    verbatim: Tensor
    lexical: Tensor
    polarity: Tensor
    sentiment: Tensor
    stars: Tensor


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

    Late chunking is described in Günther et al. 2024, https://arxiv.org/abs/2409.04701. Each code attends to the
    words that it needs (« label attention », Mullenbach et al. 2018, https://arxiv.org/abs/1802.05695), within each
    segment and over the segments (attention as multiple-instance pooling, Ilse et al. 2018,
    https://arxiv.org/abs/1802.04712); the same attention shows the words that justify a code.
    """

    config_class = ListeningConfig
    base_model_prefix = "encoder"

    def __init__(self, config: ListeningConfig) -> None:
        super().__init__(config)
        encoder = AutoConfig.for_model(**config.encoder)
        self.encoder = AutoModel.from_config(encoder)
        width, codes = encoder.hidden_size, len(config.codes)
        self.attention = nn.Linear(width, codes + 1)  # by code, and for the sentiment
        self.presence = nn.Linear(width, codes)
        self.context = nn.Linear(width, codes)
        self.polarity = nn.Linear(width, codes * len(SENTIMENTS))
        self.sentiment = nn.Linear(width, len(SENTIMENTS))
        self.stars = nn.Linear(width, 1)
        self.lexical = Lexical(config.buckets, codes)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            nn.init.zeros_(module.bias)

    def encode(
        self, input_ids: Tensor, attention_mask: Tensor, *, middle: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Give the states (B, T, H), and those at two thirds of the depth if they are asked for."""
        layer = 2 * self.encoder.config.num_hidden_layers // 3 if middle else None
        if not self.training and input_ids.device.type == "cpu" and isinstance(self.encoder, BertModel):
            states, *within = packed(self.encoder, input_ids, attention_mask, layer=layer)
            return states, within[0] if within else None
        read = self.encoder(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=middle)
        return read.last_hidden_state, read.hidden_states[layer] if middle else None

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, segments: Tensor, *, middle: bool = False
    ) -> TaggerOutput:
        """Score a batch; `segments` (B, T) numbers each token's segment from 0, -1 for what cannot own evidence."""
        states, within = self.encode(input_ids, attention_mask, middle=middle)
        states = states.to(self.presence.weight.dtype)
        own = (segments >= 0).unsqueeze(-1)  # (B, T, 1)
        number = int(segments.max()) + 1 if segments.numel() else 1
        member = nn.functional.one_hot(segments + 1, max(number, 1) + 1)[..., 1:].float().transpose(1, 2)  # (B, N, T)
        scores = self.attention(states).float().masked_fill(~own, -1e4)
        # no token falls so far behind the first that its segment could not be read any more
        raw = (scores - scores.amax(dim=1, keepdim=True)).clamp(min=-20).exp() * own
        share = raw / raw.sum(dim=1, keepdim=True).clamp(min=1e-9)  # (B, T, C + 1)
        attention, overall = share[..., :-1], share[..., -1:]
        values = self.presence(states).float()
        whole = (overall * states).sum(dim=1)  # (B, H)
        context = self.context(whole.to(states.dtype)).float()
        carried = member @ attention  # (B, N, C): how much of a code's attention each segment gets
        pooled = (member @ (attention * values)) / carried.clamp(min=1e-9) + context.unsqueeze(1)
        polarity = self.polarity(states).float().unflatten(-1, (-1, len(SENTIMENTS)))  # (B, T, C, 3)
        return TaggerOutput(
            states=states,
            middle=within,
            attention=attention,
            presence=pooled.masked_fill(member.sum(dim=2, keepdim=True) == 0, -30.0),
            verbatim=(attention * values).sum(dim=1) + context,
            lexical=context.new_zeros(()) if self.training else self.lexical(input_ids, own.squeeze(-1)),
            polarity=(attention.unsqueeze(-1) * polarity).sum(dim=1),
            sentiment=self.sentiment(whole.to(states.dtype)).float(),
            stars=torch.tanh(self.stars(whole.to(states.dtype)).float()).squeeze(-1),
        )
