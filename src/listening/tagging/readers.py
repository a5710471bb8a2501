"""Classifiers read as sentiment or as themes: logits of windows to probabilities of texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from listening.records import POLARITIES, Polarity
from listening.tagging.classifier import Classifier
from listening.tagging.labels import inference, polarities

Mood = dict[Polarity, float]


class SentimentReader:
    """A classifier whose labels are polarities: two, three, or stars."""

    def __init__(self, classifier: Classifier, labels: Mapping[str, Polarity]) -> None:
        self.snapshot, self._classifier = classifier.snapshot, classifier
        self.polarities = polarities(self.snapshot.labels, labels, model=self.snapshot.id)

    def read(self, texts: Sequence[str]) -> list[Mood]:
        """Give the three probabilities of each text, those of a long one averaged by the length of its windows."""
        moods = []
        for pieces in self._classifier.read(texts):
            mood: Mood = dict.fromkeys(POLARITIES, 0.0)
            whole = sum(max(piece.length, 1) for piece in pieces)
            for piece in pieces:
                for polarity, probability in zip(self.polarities, _softmax(piece.logits), strict=True):
                    mood[polarity] += probability * max(piece.length, 1) / whole
            moods.append({polarity: round(probability, 4) for polarity, probability in mood.items()})
        return moods


class ThemeReader:
    """An NLI model that judges, for each code, whether its hypothesis follows from a text.

    The probability is the softmax of entailment against contradiction, as in zero-shot classification with several
    labels (Yin, Hay & Roth 2019, doi:10.18653/v1/D19-1404).
    """

    def __init__(self, classifier: Classifier, hypotheses: Mapping[str, str]) -> None:
        self.snapshot, self._classifier, self.hypotheses = classifier.snapshot, classifier, dict(hypotheses)
        self._ranks = inference(self.snapshot.labels, model=self.snapshot.id)

    def read(self, texts: Sequence[str], code: str) -> list[float]:
        """Give the probability of a code in each text, that of the strongest window for a long one."""
        return [
            max(_softmax([piece.logits[rank] for rank in self._ranks])[0] for piece in pieces)
            for pieces in self._classifier.read(texts, self.hypotheses[code])
        ]


def _softmax(logits: Sequence[float]) -> list[float]:
    top = max(logits)
    weights = [math.exp(logit - top) for logit in logits]
    return [weight / sum(weights) for weight in weights]
