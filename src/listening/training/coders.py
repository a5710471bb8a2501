"""How far the people who coded the same verbatims agree, from their verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from listening.records import Verdict
from listening.review.verdicts import codings
from listening.training.agreement import Agreement, Coding, agree
from listening.training.bootstrap import DRAWS, resample
from listening.training.tally import sentiments


@dataclass(frozen=True, slots=True)
class Coders:
    """Agreement of two coders, and on how many of the verbatims each code was given by one of them at least."""

    agreement: Agreement
    cases: dict[str, int]


def coders_agree(
    verdicts: Iterable[Verdict], codes: Sequence[str], *, codebook: str, blind: bool = True, draws: int = DRAWS
) -> list[Coders]:
    """Give the agreement of each two coders on the versions that both coded under a codebook, by name.

    Only `blind` verdicts count, unless told otherwise: two who saw the same tags agree with these. Reconciliations do
    not count. Of each version of a verbatim, what stands counts; codes that are not in `codes` are left out.
    """
    by_coder: dict[str, dict[str, Verdict]] = {}
    for (version, reference), ones in codings(verdicts).items():
        for one in ones:
            if reference == codebook and (one.blind or not blind):
                by_coder.setdefault(one.coder, {})[version] = one
    found = []
    for pair in combinations(sorted(by_coder), 2):
        if both := sorted(by_coder[pair[0]].keys() & by_coder[pair[1]].keys()):
            left, right = (_coding(name, [by_coder[name][version] for version in both], codes) for name in pair)
            found.append(_agreement(left, right, codes, draws))
    return found


def _agreement(one: Coding, other: Coding, codes: Sequence[str], draws: int) -> Coders:
    weights = resample(len(one.tags), draws=draws)
    given = (one.tags | other.tags).sum(axis=0)
    return Coders(agree(one, other, codes, weights), dict(zip(codes, given.tolist(), strict=True)))


def _coding(coder: str, verdicts: Sequence[Verdict], codes: Sequence[str]) -> Coding:
    given = [{code.code for code in one.codes} for one in verdicts]
    tags = np.array([[code in said for code in codes] for said in given], dtype=bool)
    return Coding(coder, tags, sentiments(verdicts))
