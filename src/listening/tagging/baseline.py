"""The `baseline` engine: TF-IDF and logistic regression, the floor that each other engine is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from listening.records import POLARITIES, Polarity, Reading, Tag
from listening.tagging.abstain import Scored
from listening.tagging.engine import FLOOR, strongest


class BaselineTagger:
    """Word and character n-grams, one logistic regression a code, one for sentiment.

    A tag's polarity is that of the text's sentiment, its evidence the whole text: this engine does not know better.
    """

    model = "baseline@tfidf"

    def __init__(
        self, thresholds: Mapping[str, float], vectorizer: Any, themes: dict[str, Any], sentiment: Any
    ) -> None:
        self.thresholds = dict(thresholds)
        self.codes = tuple(thresholds)
        self.held_out: dict[str, Scored] = {}
        self._vectorizer, self._themes, self._sentiment = vectorizer, themes, sentiment

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        codes: Sequence[Mapping[str, Polarity]],
        sentiments: Sequence[Polarity],
        known: Sequence[str],
        *,
        threshold: float = 0.3,
    ) -> BaselineTagger:
        """Fit on coded texts: `codes` gives for each text its codes and their polarity, `known` every code."""
        import numpy as np
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_union

        options: dict[str, Any] = {"sublinear_tf": True, "min_df": 2, "strip_accents": "unicode"}
        vectorizer = make_union(
            TfidfVectorizer(ngram_range=(1, 2), **options),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), max_features=30_000, **options),
        )
        matrix = vectorizer.fit_transform(texts)
        themes = {}
        for code in known:
            target = np.array([code in given for given in codes])
            if target.any() and not target.all():  # a code never seen, or always, teaches nothing
                themes[code] = LogisticRegression(C=10, solver="liblinear", random_state=0).fit(matrix, target)
        sentiment = LogisticRegression(C=10, max_iter=300, random_state=0).fit(matrix, list(sentiments))
        return cls(dict.fromkeys(known, threshold), vectorizer, themes, sentiment)

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        """Read each text; questions are not looked at."""
        matrix = self._vectorizer.transform(texts)
        presence = [classifier.predict_proba(matrix)[:, 1].tolist() for classifier in self._themes.values()]
        moods = self._sentiment.predict_proba(matrix)
        order = [list(self._sentiment.classes_).index(polarity) for polarity in POLARITIES]
        readings = []
        for rank, (text, mood) in enumerate(zip(texts, moods, strict=True)):
            sentiment = dict(zip(POLARITIES, (float(mood[rank]) for rank in order), strict=True))
            polarity = strongest(sentiment)
            tags = [
                Tag(
                    code=code,
                    probability=scores[rank],
                    polarity=polarity,
                    polarity_probability=sentiment[polarity],
                    start=0,
                    stop=len(text),
                )
                for code, scores in zip(self._themes, presence, strict=True)
                if scores[rank] >= FLOOR
            ]
            readings.append(Reading(sentiment=sentiment, tags=tuple(sorted(tags, key=lambda tag: -tag.probability))))
        return readings
