"""Which cells of a table differ from the rest of it, beyond chance."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from listening.insight.intervals import Floats, effective_base

LEVEL = 0.05
EXPECTED = 5  # a cell expected under this number of verbatims is not tested


def against_rest(cited: Floats, total: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Give each group's difference in share with all other groups together, and the p-value of it, not corrected.

    `cited` (groups × themes) holds the weights of the verbatims that carry a theme; `total` and `squares` the sum of
    weights and of squared weights of each group. Two-sided z test of two proportions with pooled variance, on Kish's
    effective bases; NaN where there is no other group or where fewer than 5 verbatims are expected with or without
    the theme on either side (Cochran, 1954, Biometrics 10, 417-451).
    """
    other, all_squares = total.sum() - total, squares.sum() - squares
    here, there = effective_base(total, squares)[:, None], effective_base(other, all_squares)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = cited / total[:, None] - (cited.sum(axis=0) - cited) / other[:, None]
        pooled = cited.sum(axis=0) / total.sum()
        error = np.sqrt(pooled * (1 - pooled) * (1 / here + 1 / there))
        p_value = 2 * ndtr(-np.abs(difference / error))
    enough = np.minimum(here, there) * np.minimum(pooled, 1 - pooled) >= EXPECTED
    return difference, np.where(enough, p_value, np.nan)


def holm(p_values: Floats) -> Floats:
    """Give p-values corrected for the number of tests made together; NaN (no test) stays NaN and is not counted.

    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).round(3).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    flat = p_values.ravel()
    tested = np.flatnonzero(~np.isnan(flat))
    order = tested[np.argsort(flat[tested], kind="stable")]
    corrected = np.full(flat.shape, np.nan)
    corrected[order] = np.minimum(np.maximum.accumulate(flat[order] * np.arange(len(order), 0, -1)), 1)
    return corrected.reshape(p_values.shape)
