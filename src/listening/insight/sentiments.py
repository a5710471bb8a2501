"""How many verbatims are negative, neutral and positive, as a whole and by dimension."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from listening.insight.groups import Split, bases
from listening.insight.intervals import Floats, wilson
from listening.records import POLARITIES


def sentiment_table(sentiment: pd.Series[str], weights: Floats, cuts: Iterable[Split]) -> pd.DataFrame:
    """Give one row a dimension and value: bases, then for each sentiment its count, weighted share and interval.

    Columns `negatif`, `negatif_share`, `negatif_low`, `negatif_high`, then the same for `neutre` and `positif`;
    Wilson's 95 % interval on the effective base.
    """
    tables = []
    for split in cuts:
        table = bases(split, weights)
        for name in POLARITIES:
            held = np.where(sentiment == name, 1.0, 0.0)
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.clip(split.sums(held * weights) / table["weighted_base"].to_numpy(), 0, 1)
            table[name] = split.sums(held).astype(np.int64)
            table[f"{name}_share"] = share
            table[f"{name}_low"], table[f"{name}_high"] = wilson(share, table["effective_base"].to_numpy())
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
