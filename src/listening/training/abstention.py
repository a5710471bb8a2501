"""Whether the engine knows when it does not know: its bands, checked on verbatims that they were not taken from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from listening.tagging.abstain import Band
from listening.training.bootstrap import Measure, measure, ratio, total
from listening.training.tally import Flags, Floats, Tally


@dataclass(frozen=True, slots=True)
class Kept:
    """What a code's band did: carriers that passed below it, others that passed above, verbatims left to a person.

    `cases` carriers and `others` were there; `sure` where the promise held for so many held-out carriers.
    """

    cases: int
    others: int
    missed: Measure
    wrong: Measure
    left: Measure
    sure: bool


@dataclass(frozen=True, slots=True)
class Abstention:
    """The bands of an engine: by code, and the share of verbatims with at least one code left to a person."""

    model: str
    base: int
    left: Measure
    codes: dict[str, Kept]


def check_bands(
    told: Tally, bands: Mapping[str, Band], codes: Sequence[str], weights: Floats, natural: Flags, *, model: str
) -> Abstention:
    """Count, in each sample of `weights` (1 + draws, V), what the bands let pass and what they left to a person.

    Only `natural` (V,) verbatims count: the bands are taken from such, and promise for such.
    """
    weights, uncertain = weights[:, natural], np.zeros(int(natural.sum()), dtype=bool)
    found = {}
    for column, code in enumerate(codes):
        if code not in bands:
            continue
        band, scores, given = bands[code], told.probability[natural, column], told.given[natural, column]
        inside = (scores >= band.low) & (scores <= band.high)
        uncertain |= inside
        cases, others = int(given.sum()), int((~given).sum())
        missed = ratio(total(weights, given & (scores < band.low)), total(weights, given))
        wrong = ratio(total(weights, ~given & (scores > band.high)), total(weights, ~given))
        left = measure(_share(weights, inside))
        found[code] = Kept(cases, others, measure(missed, cases), measure(wrong, others), left, band.sure)
    return Abstention(model, len(uncertain), measure(_share(weights, uncertain)), found)


def _share(weights: Floats, chosen: Flags) -> Floats:
    return ratio(total(weights, chosen), weights.sum(axis=1))
