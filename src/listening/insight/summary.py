"""The figures and quotes of a set of tagged verbatims, as reports show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd

from listening.codebook import Codebook
from listening.insight.citations import citations
from listening.insight.copies import copy_table, shares_once
from listening.insight.groups import splits
from listening.insight.quotes import Quote, choose_quotes
from listening.insight.scores import score_table
from listening.insight.sentiments import sentiment_table
from listening.insight.themes import mentioned, theme_table
from listening.records import Polarity


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Themes:
    """Who speaks of what in a set of verbatims, cut by `ensemble`, `channel`, `source`, `wave` and `brand`.

    `themes` is a long table, described in `theme_table`; its `base` is a number of verbatims, `fragile` marks an
    effective base under 30. `first` and `last` are the moments of the oldest and newest verbatim, `left_out` counts
    what was not read, by French label.
    """

    themes: pd.DataFrame
    codebook: Codebook
    base: int
    weighted: bool
    first: datetime | None = None
    last: datetime | None = None
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summary(Themes):
    """What a set of verbatims says, cut as its themes are.

    `sentiments` and `scores` are long tables too, described in the functions that make them. `copies` are the texts
    that are repeated (`copy_table`); figures count each time, `once` gives the shares of sentiments without copies.
    """

    sentiments: pd.DataFrame
    scores: pd.DataFrame
    quotes: tuple[Quote, ...]
    copies: pd.DataFrame
    once: dict[Polarity, float]


def summarize(
    verbatims: pd.DataFrame,
    tags: pd.DataFrame,
    codebook: Codebook,
    *,
    quotes: int = 4,
    left_out: dict[str, int] | None = None,
) -> Summary:
    """Give the summary of verbatims (one row each) and of their tags (one row a verbatim and code).

    Shares are weighted; intervals are at 95 %: Wilson's for shares, on the effective base of Kish (1965) where there
    are weights, Rocks's (2016) adjusted Wald for the NPS and for balances, Student's for means. They tell the chance
    of drawing these verbatims rather than others; not who does not write, nor the tagger's errors. A missing weight
    counts as 1. `quotes` is the most quotes given for each code. The order of rows changes nothing.
    Raises CodebookError for a tag whose code the codebook does not have.

    >>> from listening.codebook import load_codebook
    >>> columns = "id text source channel wave brand created_at weight sentiment nps csat ces stars".split()
    >>> verbatims = pd.DataFrame([["a", "Trop long", "sav", "survey", *[None] * 9]], columns=columns)
    >>> tags = pd.DataFrame([["a", "effort.attente", "negatif", 0.9, 0, 9]],
    ...                     columns=["id", "code", "polarity", "probability", "start", "stop"])
    >>> summarize(verbatims, tags, load_codebook()).themes.loc[0, ["key", "count", "balance"]].astype(str).tolist()
    ['effort', '1', '-1.0']
    """
    verbatims = verbatims.sort_values("id", kind="stable", ignore_index=True)
    weights = pd.to_numeric(verbatims["weight"]).fillna(1.0).to_numpy(dtype=np.float64)
    moments = pd.to_datetime(verbatims["created_at"], utc=True).dropna()
    cited = citations(verbatims, tags, codebook)
    cuts = list(splits(verbatims))
    return Summary(
        themes=theme_table(mentioned(cited, codebook), weights, cuts, codebook),
        sentiments=sentiment_table(verbatims["sentiment"], weights, cuts),
        scores=score_table(verbatims, weights, cuts),
        quotes=choose_quotes(verbatims, cited, codebook, per_code=quotes),
        copies=copy_table(verbatims),
        once=shares_once(verbatims, weights),
        codebook=codebook,
        base=len(verbatims),
        weighted=bool(np.ptp(weights) > 0) if len(weights) else False,
        first=moments.min().to_pydatetime() if len(moments) else None,
        last=moments.max().to_pydatetime() if len(moments) else None,
        left_out=dict(left_out or {}),
    )
