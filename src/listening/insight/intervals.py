"""How sure a figure is: effective bases and 95 % intervals, on arrays of any shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Floats = npt.NDArray[np.float64]
Z = 1.959963984540054  # 97.5 % quantile of the normal law
FRAGILE = 30  # a figure on an effective base under this is shown in grey


def effective_base(total: Floats, squares: Floats) -> Floats:
    """Give the size of the unweighted sample that would be as precise: (Σw)² / Σw².

    It equals the number of verbatims when all weights are equal, and is smaller otherwise. `total` is Σw, `squares`
    is Σw². Source: Kish (1965), Survey Sampling, Wiley; the variance between weights is taken as unrelated to
    the answers.

    >>> effective_base(np.array([4.0]), np.array([6.0])).round(2).tolist()
    [2.67]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, np.square(total) / squares, 0.0)


def fragile(base: Floats) -> npt.NDArray[np.bool_]:
    """Tell which effective bases are too small for a figure to be signed."""
    return np.asarray(base).round(6) < FRAGILE


def wilson(share: Floats, base: Floats) -> tuple[Floats, Floats]:
    """Give the 95 % score interval of a share (0 to 1) on an effective base; NaN where the base is 0.

    Source: Wilson (1927), JASA 22, 209-212; with weights, n is Kish's effective base and the share the weighted one,
    as in Korn and Graubard (1998), Survey Methodology 24, 193-201.

    >>> [float(bound.round(4)) for bound in wilson(np.array(0.2), np.array(50.0))]
    [0.1124, 0.3304]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (share + Z**2 / (2 * base)) / (1 + Z**2 / base)
        half = Z * np.sqrt(share * (1 - share) / base + Z**2 / (4 * base**2)) / (1 + Z**2 / base)
    known = base > 0
    low, high = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
    return np.where(known, np.minimum(low, share), np.nan), np.where(known, np.maximum(high, share), np.nan)


def net_interval(plus: Floats, minus: Floats, base: Floats) -> tuple[Floats, Floats]:
    """Give the 95 % interval of a difference `plus − minus` of two shares of one base, between −1 and 1.

    It serves the NPS (promoters − detractors) and the balance of a theme (positif − negatif). The variance of one
    answer is plus + minus − (plus − minus)²; three fictitious answers are added to the base, ¾ to each of the two
    shares, so that the interval keeps its level on small bases and has a width when everyone agrees. Where that draws
    it off the estimate, on two or three answers, it is stretched to hold it.
    Source: Rocks (2016), Interval Estimation for the Net Promoter Score, The American Statistician 70,
    365-372, arXiv:1601.07235 (adjusted Wald).

    >>> [float(bound.round(3)) for bound in net_interval(np.array(0.5), np.array(0.2), np.array(100.0))]
    [0.141, 0.442]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        size = base + 3
        more, less = (plus * base + 0.75) / size, (minus * base + 0.75) / size
        half = Z * np.sqrt((more + less - (more - less) ** 2) / size)
    low, high = np.minimum(more - less - half, plus - minus), np.maximum(more - less + half, plus - minus)
    known = base > 0
    return np.where(known, np.clip(low, -1, 1), np.nan), np.where(known, np.clip(high, -1, 1), np.nan)


def mean_interval(mean: Floats, variance: Floats, base: Floats) -> tuple[Floats, Floats]:
    """Give the 95 % interval of a mean by Student's law with base − 1 degrees of freedom; NaN on one answer or none.

    `variance` is the weighted population variance (Σw(x−m)²/Σw); n/(n−1) is applied here, with n the effective base.

    >>> [float(bound.round(3)) for bound in mean_interval(np.array(3.0), np.array(2.0), np.array(5.0))]
    [1.037, 4.963]
    """
    freedom = np.where(base > 1, base - 1, np.nan)
    half = stdtrit(freedom, 0.975) * np.sqrt(variance / freedom)
    return mean - half, mean + half
