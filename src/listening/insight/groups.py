"""By what figures are cut: the whole, then channel, source, wave and brand, each with its bases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from listening.insight.intervals import Floats, effective_base, fragile
from listening.records import CHANNELS

Dimension = Literal["ensemble", "channel", "source", "wave", "brand"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One way to cut the verbatims: the values of a dimension, and the position of each verbatim's own (−1: none)."""

    dimension: Dimension
    values: tuple[str, ...]
    group: Positions

    def sums(self, amounts: Floats) -> Floats:
        """Give the sum of an amount per verbatim in each value."""
        inside = self.group >= 0
        sums = np.bincount(self.group[inside], weights=amounts[inside], minlength=len(self.values))
        return sums.astype(np.float64)

    def within(self, kept: npt.NDArray[np.bool_]) -> Split:
        """Give the same split of some of the verbatims only."""
        return Split(self.dimension, self.values, np.where(kept, self.group, -1))


def splits(verbatims: pd.DataFrame, numbers: Positions | None = None) -> Iterator[Split]:
    """Give the whole, then each dimension; a verbatim without wave or brand is in none of its values.

    Channels keep the order of the records, waves that of their first verbatim; sources and brands go by size.
    `numbers` tells how many verbatims each row stands for, one unless told.
    """
    yield Split("ensemble", ("ensemble",), np.zeros(len(verbatims), dtype=np.intp))
    times = pd.Series(1 if numbers is None else numbers, index=verbatims.index)
    for dimension in DIMENSIONS[1:]:
        values = _ordered(dimension, verbatims, times)
        yield Split(dimension, values, positions(values, verbatims[dimension]))


def positions(values: Iterable[str], column: pd.Series[Any]) -> Positions:
    """Give the place of each cell of a column among some values, −1 where it is none of them."""
    return pd.Index(list(values), dtype=object).get_indexer(pd.Index(column, dtype=object))


def bases(split: Split, weights: Floats, numbers: Positions | None = None) -> pd.DataFrame:
    """Give one row a value: number of verbatims, sum of their weights, effective base, and whether it is fragile.

    `numbers` tells how many verbatims each row stands for, one unless told.
    """
    times = np.ones(len(weights)) if numbers is None else numbers.astype(np.float64)
    total, squares = split.sums(times * weights), split.sums(times * weights**2)
    base = effective_base(total, squares)
    return pd.DataFrame(
        {
            "dimension": split.dimension,
            "value": pd.Series(split.values, dtype="str"),
            "base": split.sums(times).astype(np.int64),
            "weighted_base": total,
            "effective_base": base,
            "fragile": fragile(base),
        }
    )


def _ordered(dimension: Dimension, verbatims: pd.DataFrame, times: pd.Series[Any]) -> tuple[str, ...]:
    sizes = times.groupby(verbatims[dimension]).sum()
    found = {str(value): int(size) for value, size in sizes.items()}
    if dimension == "channel":
        return tuple(sorted(found, key=lambda value: (CHANNELS.index(value) if value in CHANNELS else 9, value)))
    if dimension == "wave":
        first = pd.to_datetime(verbatims["created_at"], utc=True).groupby(verbatims["wave"]).min()
        latest = pd.Timestamp.max.tz_localize("UTC")
        began = {str(value): latest if pd.isna(start) else start for value, start in first.items()}
        return tuple(sorted(found, key=lambda value: (began[value], value)))
    return tuple(sorted(found, key=lambda value: (-found[value], value)))
