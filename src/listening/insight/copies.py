"""The texts that people repeat: how often, by how many, and what sentiment is with each text counted once."""

from __future__ import annotations

import pandas as pd

from listening.insight.intervals import Floats
from listening.records import POLARITIES, Polarity

COLUMNS = ["id", "text", "copies", "authors", "sources", "first", "last"]


def copy_table(verbatims: pd.DataFrame) -> pd.DataFrame:
    """Give one row for each text that others repeat, the most repeated first, then the earliest.

    `id` and `text` are those of the original; `copies` counts the verbatims that repeat it, without it; `authors`
    (those that are known) and `sources` are counted, and `first` and `last` dated, over original and copies.
    Needs the column `copy_of` of `read_frames`; without it, no text is known to be repeated.

    >>> verbatims = pd.DataFrame({"id": ["a", "b"], "copy_of": [None, "a"], "text": ["Fuyez !"] * 2,
    ...                           "source": ["forum", "avis"], "author": ["x", "x"], "created_at": [pd.NaT] * 2})
    >>> copy_table(verbatims)[["id", "copies", "authors", "sources"]].values.tolist()
    [['a', 1, 1, 2]]
    """
    if "copy_of" not in verbatims or verbatims["copy_of"].isna().all():
        return pd.DataFrame(columns=COLUMNS)
    held = verbatims.assign(
        id=verbatims["copy_of"].fillna(verbatims["id"]),
        moment=pd.to_datetime(verbatims["created_at"], utc=True),
        author=verbatims.get("author"),
    ).sort_values(["moment", "id"], na_position="last")
    table = (
        held[held["id"].isin(verbatims["copy_of"].dropna())]
        .groupby("id", as_index=False)
        .agg(
            text=("text", "first"),
            copies=("copy_of", "count"),
            authors=("author", "nunique"),
            sources=("source", "nunique"),
            first=("moment", "min"),
            last=("moment", "max"),
        )
    )
    return table.sort_values(["copies", "first", "id"], ascending=[False, True, True], ignore_index=True)


def shares_once(verbatims: pd.DataFrame, weights: Floats) -> dict[Polarity, float]:
    """Give the weighted share of each sentiment among the verbatims that repeat none."""
    kept = verbatims["copy_of"].isna() if "copy_of" in verbatims else pd.Series(True, index=verbatims.index)
    sums = pd.Series(weights, index=verbatims.index)[kept].groupby(verbatims["sentiment"][kept]).sum()
    return {polarity: float(sums.get(polarity, 0.0) / sums.sum()) if sums.sum() else 0.0 for polarity in POLARITIES}
