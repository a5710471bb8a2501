"""How many verbatims carry each net and code, in which tone, and where more or less than elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from listening.codebook import Codebook
from listening.insight.citations import net_citations
from listening.insight.differences import LEVEL, against_rest, holm
from listening.insight.groups import Positions, Split, bases
from listening.insight.intervals import Floats, fragile, net_interval, wilson
from listening.records import POLARITIES


def theme_table(cited: pd.DataFrame, weights: Floats, cuts: Iterable[Split], codebook: Codebook) -> pd.DataFrame:
    """Give one row a dimension, value and theme: nets first, then codes, each most cited overall first, ties by key.

    `count` is a number of verbatims (a net counts a verbatim once), `share` their weighted part of the base, with
    Wilson's interval on the effective base. `negatif`, `neutre`, `positif` split `count`; `balance` is
    (positif − negatif) / count, between −1 and 1, unweighted, with its interval. `differs` is 1 or −1 where the share
    is above or below that of the rest of the dimension with `p_value` < 0.05 after Holm's correction over all cells
    of one dimension and level.
    """
    keys = [*codebook.nets, *codebook.codes]
    labels = [net.label for net in codebook.nets.values()] + [code.label for code in codebook.codes.values()]
    level = np.array(["net"] * len(codebook.nets) + ["code"] * len(codebook.codes))
    row, theme, polarity = _mentions(cited, codebook)
    overall = np.bincount(theme, weights=weights[row], minlength=len(keys)).round(9)
    order = np.array(sorted(range(len(keys)), key=lambda k: (level[k] != "net", -overall[k], keys[k])))
    tables: list[pd.DataFrame] = []
    for split in cuts:
        group, size = split.group[row], len(split.values)
        tones = _grid(group, theme * len(POLARITIES) + polarity, np.ones(len(row)), (size, len(keys), len(POLARITIES)))
        cells = _cells(split, weights, tones, _grid(group, theme, weights[row], (size, len(keys))), level)
        cells.insert(2, "level", np.tile(level, size))
        cells.insert(3, "key", keys * size)
        cells.insert(4, "label", labels * size)
        tables.append(cells.iloc[(np.arange(size)[:, None] * len(keys) + order).ravel()])
    return pd.concat(tables, ignore_index=True)


def _mentions(cited: pd.DataFrame, codebook: Codebook) -> tuple[Positions, Positions, Positions]:
    """Give, of each net or code in a verbatim, the verbatim, the theme (nets, then codes) and the polarity."""
    nets = net_citations(cited, codebook).rename(columns={"net": "theme"})
    codes = cited.assign(theme=cited["code"] + len(codebook.nets))
    columns = pd.concat([nets, codes])[["row", "theme", "polarity"]].to_numpy(np.intp)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _grid(group: Positions, column: Positions, amounts: Floats, shape: tuple[int, ...]) -> Floats:
    """Sum amounts by group and column; those outside every group (−1) are left aside."""
    inside, width = group >= 0, math.prod(shape[1:])
    cell = group[inside] * width + column[inside]
    return np.bincount(cell, weights=amounts[inside], minlength=math.prod(shape)).reshape(shape).astype(np.float64)


def _cells(split: Split, weights: Floats, tones: Floats, cited: Floats, level: npt.NDArray[np.str_]) -> pd.DataFrame:
    base = bases(split, weights)
    total, count = base["weighted_base"].to_numpy(), tones.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(cited / total[:, None], 0, 1)
        negative, _, positive = np.moveaxis(tones / count[..., None], 2, 0)
    low, high = wilson(share, base["effective_base"].to_numpy()[:, None])
    balance_low, balance_high = net_interval(positive, negative, count)
    difference, p_value = against_rest(cited, total, split.sums(weights**2))
    for part in ("net", "code"):
        p_value[:, level == part] = holm(p_value[:, level == part])
    table = base.loc[base.index.repeat(share.shape[1])].reset_index(drop=True)
    return table.assign(
        count=count.ravel().astype(np.int64),
        share=share.ravel(),
        low=low.ravel(),
        high=high.ravel(),
        **{name: tones[..., place].ravel().astype(np.int64) for place, name in enumerate(POLARITIES)},
        balance=(positive - negative).ravel(),
        balance_low=balance_low.ravel(),
        balance_high=balance_high.ravel(),
        balance_fragile=fragile(count).ravel(),
        rest_share=(share - difference).ravel(),
        p_value=p_value.ravel(),
        differs=np.where(p_value < LEVEL, np.sign(difference), 0).ravel().astype(np.int64),
    )
