"""Whether a challenger takes the champion's place: both read the same verbatims, and a rule decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from listening.faults import Strict
from listening.records import Reading
from listening.training.bootstrap import DRAWS, Floats, Measure, measure, ratio, resample, total
from listening.training.corpus import Example
from listening.training.evaluate import f1
from listening.training.tally import NO_SENTIMENT, Tally, tally

FIRST = "theme_micro_f1"
OTHERS = ("polarity_accuracy", "sentiment_accuracy")


class Rule(Strict):
    """The rule: a challenger must be better on recent verdicts, and no worse on the gold than `margin`.

    `taught` verdicts at least to learn from, `judged` at least to be judged by, the last `share` of the audited ones.
    """

    taught: int = Field(default=200, ge=1)
    judged: int = Field(default=100, ge=1)
    share: float = Field(default=0.3, gt=0, lt=1)
    margin: float = Field(default=0.02, ge=0, lt=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one model reads in the verbatims of a contest, and from which probability each of its codes holds."""

    readings: Sequence[Reading]
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gain:
    """A measure of both, and what the challenger gains, with its interval of paired bootstrap."""

    champion: float
    challenger: float
    gain: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Two models on the same `base` verbatims, by the measures FIRST and OTHERS."""

    base: int
    gains: dict[str, Gain]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the rule: on which verbatims (`base`, `gold`, `recent`), by which measure, and whether it held.

    On `codes` it is that the challenger reads all those that the champion reads.
    """

    on: str
    measure: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the rule decided, condition by condition."""

    conditions: tuple[Condition, ...]

    @property
    def promoted(self) -> bool:
        """Whether all conditions held."""
        return all(one.held for one in self.conditions)


def contest(
    examples: Sequence[Example],
    champion: Said,
    challenger: Said,
    codes: Sequence[str],
    *,
    chances: Sequence[float] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Contest:
    """Compare two models on the same coded verbatims: each draw holds the same verbatims for both.

    `chances` are the probabilities with which verbatims were drawn: each stands for 1 / probability of them. Source:
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 10 and 13; pairs: Berg-Kirkpatrick, Burkett
    and Klein (2012), An Empirical Investigation of Statistical Significance in NLP, EMNLP.
    """
    if not examples:
        return Contest(base=0, gains={})
    weights = resample(len(examples), draws=draws, seed=seed)
    if chances is not None:
        weights = weights / np.asarray(chances)
    old, new = (
        _figures(tally(examples, one.readings, codes, one.thresholds), weights) for one in (champion, challenger)
    )
    gains = {
        name: Gain(float(old[name][0]), float(new[name][0]), measure(new[name] - old[name]))
        for name in (FIRST, *OTHERS)
    }
    return Contest(base=len(examples), gains=gains)


def decide(gold: Contest, recent: Contest, rule: Rule) -> Ruling:
    """Apply the rule: enough recent verdicts, better on them, not worse on the gold, nothing proven worse.

    Better: the gain's interval at 95 % lies above 0. No worse than a margin: it lies above minus that margin. Not
    proven worse: it does not lie below 0; on few verbatims more could not be asked of the other measures.
    """
    conditions = [Condition("base", "", recent.base >= rule.judged)]
    if recent.base:
        conditions.append(Condition("recent", FIRST, recent.gains[FIRST].gain.low > 0))
        conditions += [Condition("recent", name, not recent.gains[name].gain.high < 0) for name in OTHERS]
    conditions += [Condition("gold", name, one.gain.low >= -rule.margin) for name, one in gold.gains.items()]
    return Ruling(conditions=tuple(conditions))


def _figures(told: Tally, weights: Floats) -> dict[str, Floats]:
    """Give each measure in each draw, (1 + draws,)."""
    hit, found, given, same = (total(weights, one.sum(axis=1)) for one in (told.hit, told.found, told.given, told.same))
    known = told.sentiment != NO_SENTIMENT
    right = total(weights, known & (told.guess == told.sentiment))
    values = (f1(np.stack([hit, found, given])), ratio(same, hit), ratio(right, total(weights, known)))
    return dict(zip((FIRST, *OTHERS), values, strict=True))
