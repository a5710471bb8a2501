"""How many verbatims carry each net and code, in which tone, and where more or less than elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from listening.codebook import Codebook
from listening.insight.citations import net_citations
from listening.insight.differences import LEVEL, against_rest, holm
from listening.insight.groups import Positions, Split, bases
from listening.insight.intervals import Floats, fragile, net_interval, wilson
from listening.records import POLARITIES


class Mentions(NamedTuple):
    """What rows carry: the position of the row, of the theme (nets, then codes), of the tone; how many times."""

    row: Positions
    theme: Positions
    polarity: Positions
    times: Positions


def theme_table(
    mentions: Mentions, weights: Floats, cuts: Iterable[Split], codebook: Codebook, *, numbers: Positions | None = None
) -> pd.DataFrame:
    """Give one row a dimension, value and theme: nets first, then codes, each most cited overall first, ties by key.

    `count` is a number of verbatims (a net counts a verbatim once), `share` their weighted part of the base, with
    Wilson's interval on the effective base. `negatif`, `neutre`, `positif` split `count`; `balance` is
    (positif − negatif) / count, between −1 and 1, unweighted, with its interval. `differs` is 1 or −1 where the share
    is above or below that of the rest of the dimension with `p_value` < 0.05 after Holm's correction over all cells
    of one dimension and level. `numbers` tells how many verbatims of one weight each row stands for, one unless told.
    """
    keys = [*codebook.nets, *codebook.codes]
    labels = [net.label for net in codebook.nets.values()] + [code.label for code in codebook.codes.values()]
    level = np.array(["net"] * len(codebook.nets) + ["code"] * len(codebook.codes))
    row, theme, polarity, times = mentions
    weighted = times * weights[row]
    overall = np.bincount(theme, weights=weighted, minlength=len(keys)).round(9)
    order = np.array(sorted(range(len(keys)), key=lambda k: (level[k] != "net", -overall[k], keys[k])))
    tables: list[pd.DataFrame] = []
    for split in cuts:
        group, size = split.group[row], len(split.values)
        tones = _grid(group, theme * len(POLARITIES) + polarity, times, (size, len(keys), len(POLARITIES)))
        cited = _grid(group, theme, weighted, (size, len(keys)))
        squares = split.sums(weights**2 if numbers is None else numbers * weights**2)
        cells = _cells(bases(split, weights, numbers), squares, tones, cited, level)
        cells.insert(2, "level", np.tile(level, size))
        cells.insert(3, "key", keys * size)
        cells.insert(4, "label", labels * size)
        tables.append(cells.iloc[(np.arange(size)[:, None] * len(keys) + order).ravel()])
    return pd.concat(tables, ignore_index=True)


def mentioned(cited: pd.DataFrame, codebook: Codebook) -> Mentions:
    """Give what verbatims carry, nets and codes, from their citations: a row is one verbatim."""
    nets = net_citations(cited, codebook)
    return Mentions(
        row=_joined(nets["row"], cited["row"]),
        theme=_joined(nets["net"], cited["code"] + len(codebook.nets)),
        polarity=_joined(nets["polarity"], cited["polarity"]),
        times=np.ones(len(nets) + len(cited), dtype=np.intp),
    )


def _joined(*parts: pd.Series[Any]) -> Positions:
    return np.concatenate([part.to_numpy(np.intp) for part in parts])


def _grid(group: Positions, column: Positions, amounts: Floats | Positions, shape: tuple[int, ...]) -> Floats:
    """Sum amounts by group and column; those outside every group (−1) are left aside."""
    inside, width = group >= 0, math.prod(shape[1:])
    cell = group[inside] * width + column[inside]
    return np.bincount(cell, weights=amounts[inside], minlength=math.prod(shape)).reshape(shape).astype(np.float64)


def _cells(
    base: pd.DataFrame, squares: Floats, tones: Floats, cited: Floats, level: npt.NDArray[np.str_]
) -> pd.DataFrame:
    total, count = base["weighted_base"].to_numpy(), tones.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(cited / total[:, None], 0, 1)
        negative, _, positive = np.moveaxis(tones / count[..., None], 2, 0)
    low, high = wilson(share, base["effective_base"].to_numpy()[:, None])
    balance_low, balance_high = net_interval(positive, negative, count)
    difference, p_value = against_rest(cited, total, squares)
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
