"""The closed answers that come with verbatims: NPS, and mean CSAT, CES and stars."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from listening.insight.groups import Split, bases
from listening.insight.intervals import Floats, mean_interval, net_interval

SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "stars": (1, 5)}
PROMOTER, DETRACTOR = 9, 6  # Reichheld (2003), Harvard Business Review 81(12): 9-10 promote, 0-6 detract
COLUMNS = ["dimension", "value", "score", "estimate", "low", "high", "base", "weighted_base", "effective_base"]


def score_table(verbatims: pd.DataFrame, weights: Floats, cuts: Iterable[Split]) -> pd.DataFrame:
    """Give one row a dimension, value and score that has answers: estimate, 95 % interval, bases.

    The NPS is in points (−100 to 100), with its promoters, passives and detractors counted; the others are weighted
    means, whose interval stays within the scale (CSAT and stars 1 to 5, CES 1 to 7).
    """
    tables = []
    for split in cuts:
        parts = []
        for score in SCALES:
            answers = pd.to_numeric(verbatims[score]).to_numpy(dtype=np.float64, na_value=np.nan)
            part = _nps(split, answers, weights) if score == "nps" else _mean(split, answers, weights, score)
            parts.append(part[part["base"] > 0].assign(score=score))
        tables.append(pd.concat(parts).sort_index(kind="stable"))
    table = pd.concat(tables, ignore_index=True)
    split_answers = ["promoters", "passives", "detractors"]
    table[split_answers] = table[split_answers].astype("Int64")
    return table[[*COLUMNS, "fragile", *split_answers]]


def _nps(split: Split, answers: Floats, weights: Floats) -> pd.DataFrame:
    split = split.within(~np.isnan(answers))
    table = bases(split, weights)
    promoter, detractor = (answers >= PROMOTER).astype(np.float64), (answers <= DETRACTOR).astype(np.float64)
    total = table["weighted_base"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        plus, minus = split.sums(promoter * weights) / total, split.sums(detractor * weights) / total
    low, high = net_interval(plus, minus, table["effective_base"].to_numpy())
    promoters, detractors = split.sums(promoter), split.sums(detractor)
    return table.assign(
        estimate=100 * (plus - minus),
        low=100 * low,
        high=100 * high,
        promoters=promoters,
        passives=table["base"] - promoters - detractors,
        detractors=detractors,
    )


def _mean(split: Split, answers: Floats, weights: Floats, score: str) -> pd.DataFrame:
    split = split.within(~np.isnan(answers))
    table = bases(split, weights)
    total = table["weighted_base"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = split.sums(answers * weights) / total
        spread = np.square(answers - mean[split.group]) if len(mean) else answers
        variance = split.sums(spread * weights) / total
    low, high = mean_interval(mean, variance, table["effective_base"].to_numpy())
    first, last = SCALES[score]
    absent = dict.fromkeys(("promoters", "passives", "detractors"), np.nan)
    return table.assign(estimate=mean, low=np.clip(low, first, last), high=np.clip(high, first, last), **absent)
