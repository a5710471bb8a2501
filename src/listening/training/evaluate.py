"""How well an engine reads: its tags and sentiments against a coder's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from listening.records import POLARITIES, Reading
from listening.training.bootstrap import DRAWS, NONE, Floats, Measure, measure, measures, ratio, resample, total
from listening.training.corpus import Example
from listening.training.reliability import Reliability, reliability
from listening.training.selective import Curve, margins, risk_coverage
from listening.training.subgroups import Group, by_group
from listening.training.tally import NO_SENTIMENT, Tally, points_at_words, tally

ENOUGH = 5  # a code with fewer cases does not weigh in the macro mean
MEASURES = {
    "theme_micro_f1": "Thèmes, F1 micro",
    "theme_micro_precision": "Thèmes, précision micro",
    "theme_micro_recall": "Thèmes, rappel micro",
    "theme_macro_f1": f"Thèmes, F1 macro (codes de {ENOUGH} cas ou plus)",
    "polarity_accuracy": "Polarité, exactitude",
    "evidence_overlap": "Preuve, recouvrement",
    "sentiment_accuracy": "Sentiment, exactitude",
    "sentiment_macro_f1": "Sentiment, F1 macro",
}


@dataclass(frozen=True, slots=True)
class Score:
    """How well one code, one net or one sentiment is found.

    `cases` are the coder's, `found` the engine's; `polarity` is the share of the shared tags with the same polarity.
    """

    precision: Measure
    recall: Measure
    f1: Measure
    polarity: Measure
    cases: int
    found: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an engine reached on `base` verbatims.

    `confusion` has the coder's sentiments as rows and the engine's as columns, both in the order of POLARITIES;
    `groups` are keyed by dimension, `reliability` and `coverage` by `themes` and `sentiment`.
    """

    model: str
    base: int
    measures: dict[str, Measure]
    nets: dict[str, Score]
    codes: dict[str, Score]
    sentiments: dict[str, Score]
    confusion: list[list[int]]
    groups: dict[str, list[Group]]
    reliability: dict[str, Reliability]
    coverage: dict[str, Curve]


def evaluate(
    gold: Sequence[Example],
    readings: Sequence[Reading],
    *,
    model: str,
    codes: Sequence[str],
    thresholds: Mapping[str, float],
    draws: int = DRAWS,
    seed: int = 0,
) -> Evaluation:
    """Compare readings with coded examples; intervals by bootstrap over verbatims (percentiles, `draws` samples).

    Polarity and evidence are judged on the tags that both give: polarity the same, and a coder's words overlapped.
    A net's figures are micro over its codes. The same `seed` and number of verbatims give all engines the same draws.
    An engine that gives no tag anywhere has no figures for themes; one that is certain of `neutre` everywhere, none
    for sentiment.
    """
    told = tally(gold, readings, codes, thresholds)
    weights = resample(len(gold), draws=draws, seed=seed)
    known = told.sentiment != NO_SENTIMENT
    confusion = total(weights, _confusion(told))
    by_code, by_sentiment = _counts(told, weights), _margins(confusion, told)
    nets = list(dict.fromkeys(code.split(".")[0] for code in codes))
    inside = np.array([[code.split(".")[0] == net for net in nets] for code in codes], dtype=np.float64)
    right = told.guess == told.sentiment
    top = told.moods.max(axis=1)
    levels = np.array([thresholds[code] for code in codes])
    size = told.given.sum(axis=1) + told.found.sum(axis=1)
    themes = risk_coverage(margins(told.probability, levels), size - 2 * told.hit.sum(axis=1), size, weights, seed=seed)
    moods = risk_coverage(top[known], ~right[known], np.ones(known.sum()), weights[:, known], seed=seed)
    return Evaluation(
        model=model,
        base=len(gold),
        measures=_overall(told, weights, by_code, by_sentiment, evidence=points_at_words(gold, readings)),
        nets=_scores(nets, by_code @ inside),
        codes=_scores(codes, by_code),
        sentiments=_scores(POLARITIES, by_sentiment),
        confusion=confusion[0].astype(int).tolist(),
        groups=by_group(gold, told, weights),
        reliability={
            "themes": reliability(told.probability, told.given, weights, codes),
            "sentiment": reliability(top[known, None], right[known, None], weights[:, known], ["sentiment"]),
        },
        coverage={"themes": themes, "sentiment": moods},
    )


def _counts(told: Tally, weights: Floats) -> Floats:
    """Give hit, found, given and same polarity by code: (4, 1 + draws, C); no hits where no themes are read."""
    hit = told.hit if told.reads_themes else np.full(told.hit.shape, np.nan)
    return np.stack([total(weights, table) for table in (hit, told.found, told.given, told.same)])


def _confusion(told: Tally) -> Floats:
    """Give (V, 3, 3): a one where coder and engine put the verbatim, nothing where the coder's is unknown."""
    placed = np.zeros((len(told.sentiment), 3, 3))
    known = np.flatnonzero(told.sentiment != NO_SENTIMENT)
    placed[known, told.sentiment[known], told.guess[known]] = 1
    return placed


def _margins(confusion: Floats, told: Tally) -> Floats:
    """Give a confusion's counts in the form of `_counts`; a sentiment has no polarity."""
    hit = np.diagonal(confusion, axis1=1, axis2=2)
    nothing = np.full(hit.shape, np.nan)
    return np.stack([hit if told.reads_sentiment else nothing, confusion.sum(axis=1), confusion.sum(axis=2), nothing])


def f1(counts: Floats) -> Floats:
    """Give F1 from hit, found and given (3 or more, …); 0 where nothing is hit, NaN where there is nothing."""
    return ratio(2 * counts[0], counts[1] + counts[2])


def _scores(names: Sequence[str], counts: Floats) -> dict[str, Score]:
    hit, found, given, same = counts
    precision, recall = measures(ratio(hit, found), found[0]), measures(ratio(hit, given), given[0])
    both, polarity = measures(f1(counts)), measures(ratio(same, hit), hit[0])
    return {
        name: Score(precision[k], recall[k], both[k], polarity[k], int(given[0, k]), int(found[0, k]))
        for k, name in enumerate(names)
    }


def _overall(
    told: Tally, weights: Floats, by_code: Floats, by_sentiment: Floats, *, evidence: bool
) -> dict[str, Measure]:
    whole = by_code.sum(axis=2)
    hit, found, given, same = whole
    enough = by_code[2, 0] >= ENOUGH
    shown, worded = total(weights, told.shown.sum(axis=1)), total(weights, told.worded.sum(axis=1))
    return {
        "theme_micro_f1": measure(f1(whole)),
        "theme_micro_precision": measure(ratio(hit, found)),
        "theme_micro_recall": measure(ratio(hit, given)),
        "theme_macro_f1": measure(_mean(f1(by_code[:, :, enough]))),
        "polarity_accuracy": measure(ratio(same, hit)),
        "evidence_overlap": measure(ratio(shown, worded), worded[0]) if evidence else NONE,
        "sentiment_accuracy": measure(ratio(by_sentiment[0].sum(axis=1), by_sentiment[2].sum(axis=1))),
        "sentiment_macro_f1": measure(_mean(f1(by_sentiment))),
    }


def _mean(values: Floats) -> Floats:
    """Give the mean of each row, what has no value counting as 0; NaN for a row without any value."""
    valued = ~np.isnan(values).all(axis=1)
    return ratio(np.nan_to_num(values).sum(axis=1), valued * values.shape[1])
