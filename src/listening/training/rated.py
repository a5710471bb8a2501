"""How well an engine tells the sentiment of public corpora, data set by data set, beside TF-IDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from listening.errors import FormatError
from listening.training.bootstrap import Floats, Measure, measure, ratio, resample, total
from listening.training.corpus import read_parquet
from listening.training.tally import Ranks

if TYPE_CHECKING:
    import pandas as pd

LABELS = ("negative", "neutral", "positive")  # in the order of POLARITIES
COLUMNS = ["text", "rating", "label", "dataset"]
BASELINE = "baseline@tfidf"
Neutral = Literal["three stars", "no judgement"]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The texts of one data set with their labels, as ranks in POLARITIES; `neutral` says what that label means."""

    name: str
    texts: list[str]
    labels: Ranks
    neutral: Neutral | None


@dataclass(frozen=True, slots=True)
class Rated:
    """What an engine reached on a data set; `fitted_on` is set for the TF-IDF baseline, « * » for all data sets."""

    dataset: str
    model: str
    base: int
    classes: int
    neutral: Neutral | None
    accuracy: Measure
    macro_f1: Measure
    fitted_on: str | None = None


def read_corpora(path: Path) -> list[Corpus]:
    """Read labelled texts from Parquet: `text`, `rating`, `label` (negative, neutral, positive), `dataset`.

    « neutral » is two things: three stars where there are ratings, else a text without judgement.
    Raises FormatError when the file is missing or has other columns or labels.
    """
    frame = _read(path)
    return [
        Corpus(
            name=str(name),
            texts=rows["text"].tolist(),
            labels=np.array([LABELS.index(label) for label in rows["label"]], dtype=np.int64),
            neutral=_neutral(rows),
        )
        for name, rows in frame.groupby("dataset")
    ]


def judge(corpus: Corpus, moods: Floats, *, model: str, fitted_on: str | None = None, seed: int = 0) -> Rated:
    """Compare an engine's probabilities (V, 3) with the labels of a data set.

    The engine chooses among the labels that the data set has: where it has no neutral, the better of the two others.
    """
    classes = np.unique(corpus.labels)
    guess = classes[moods[:, classes].argmax(axis=1)]
    weights = resample(len(guess), seed=seed)
    hit = total(weights, (guess == corpus.labels)[:, None] & (corpus.labels[:, None] == classes))
    found, given = total(weights, guess[:, None] == classes), total(weights, corpus.labels[:, None] == classes)
    return Rated(
        dataset=corpus.name,
        model=model,
        base=len(guess),
        classes=len(classes),
        neutral=corpus.neutral,
        accuracy=measure(hit.sum(axis=1) / len(guess), len(guess)),
        macro_f1=measure(np.nan_to_num(ratio(2 * hit, found + given)).mean(axis=1)),
        fitted_on=fitted_on,
    )


def judge_baseline(corpora: Sequence[Corpus], train: Sequence[Corpus], *, seed: int = 0) -> list[Rated]:
    """Fit TF-IDF and logistic regression for each data set on its own training rows, on all where it has none."""
    own = {corpus.name: corpus for corpus in train}
    everything: dict[str, Any] = {}
    rated = []
    for corpus in corpora:
        fitted_on = corpus.name if corpus.name in own else "*"
        if fitted_on == "*" and not everything:
            everything["*"] = _fit(train)
        classifier = everything["*"] if fitted_on == "*" else _fit([own[corpus.name]])
        moods = np.zeros((len(corpus.texts), len(LABELS)))
        moods[:, classifier.classes_] = classifier.predict_proba(corpus.texts)
        rated.append(judge(corpus, moods, model=BASELINE, fitted_on=fitted_on, seed=seed))
    return rated


def _fit(corpora: Sequence[Corpus]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    classifier = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, strip_accents="unicode"),
        LogisticRegression(C=10, max_iter=1000, random_state=0),
    )
    texts = [text for corpus in corpora for text in corpus.texts]
    return classifier.fit(texts, np.concatenate([corpus.labels for corpus in corpora]))


def _read(path: Path) -> pd.DataFrame:
    frame = read_parquet(path, COLUMNS)
    if unknown := set(frame["label"]) - set(LABELS):
        found = ", ".join(sorted(map(str, unknown)))
        raise FormatError(f"{path} : étiquettes inconnues : {found} ; possibles : {', '.join(LABELS)}")
    return frame


def _neutral(rows: pd.DataFrame) -> Neutral | None:
    neutral = rows[rows["label"] == "neutral"]
    if neutral.empty:
        return None
    return "three stars" if bool(neutral["rating"].notna().any()) else "no judgement"
