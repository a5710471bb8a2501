"""The `hub` engine: any classifier for sentiment, any NLI model for themes, neither of them trained on our codes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from pydantic import Field, model_validator

from listening.codebook import Codebook
from listening.faults import Strict
from listening.records import Polarity, Reading, Segment, Tag
from listening.tagging.abstain import Scored
from listening.tagging.classifier import Classifier
from listening.tagging.embedded import NOTHING
from listening.tagging.engine import FLOOR, strongest
from listening.tagging.labels import hypotheses
from listening.tagging.readers import Mood, SentimentReader, ThemeReader
from listening.tagging.snapshot import locate
from listening.text.segment import segments

NAME = 60  # characters of a model's name, so that with its hash it fits the store's column


class HubSentiment(Strict):
    """A classifier: an id of the hub and a commit, or a folder; `labels` gives a polarity to those that do not tell."""

    id: str = Field(min_length=1)
    revision: str | None = None
    labels: dict[str, Polarity] = Field(default={})


class HubThemes(Strict):
    """An NLI model: an id of the hub and a commit, or a folder; `threshold` is that of every code."""

    id: str = Field(min_length=1)
    revision: str | None = None
    threshold: float = Field(default=0.5, gt=0, lt=1)


class HubEngine(Strict):
    """What a file of the `hub` engine holds: a classifier for sentiment, an NLI model for themes, or both."""

    sentiment: HubSentiment | None = None
    themes: HubThemes | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> HubEngine:
        if self.sentiment is None and self.themes is None:
            raise ValueError("il faut « sentiment », « themes », ou les deux")
        return self

    def tagger(self, codebook: Codebook, *, base: Path = Path()) -> HubTagger:
        """Give the engine, its folders counted from `base`. Raises ModelError when a model cannot serve."""
        sentiment = themes = None
        if self.sentiment:
            found = locate(self.sentiment.id, self.sentiment.revision, base=base)
            sentiment = SentimentReader(Classifier(found), self.sentiment.labels)
        if self.themes:
            found = locate(self.themes.id, self.themes.revision, base=base)
            themes = ThemeReader(Classifier(found), hypotheses(codebook))
        return HubTagger(sentiment, themes, threshold=self.themes.threshold if self.themes else 0.5)


class HubTagger:
    """Sentiment of the text by one model, themes of its segments by another; questions are not looked at.

    A tag's probability is that of its strongest segment, which is its evidence and whose sentiment is its polarity.
    Without a model for sentiment everything is `neutre`; without one for themes there is no tag.
    """

    def __init__(self, sentiment: SentimentReader | None, themes: ThemeReader | None, *, threshold: float) -> None:
        self.sentiment, self.themes = sentiment, themes
        self.codes = tuple(themes.hypotheses) if themes else ()
        self.thresholds = dict.fromkeys(self.codes, threshold)
        self.held_out: dict[str, Scored] = {}

    @cached_property
    def model(self) -> str:
        """Names of the models, and a hash of all that decides a probability: versions, labels, hypotheses."""
        digest = blake2b(digest_size=6)
        if self.sentiment:
            digest.update(repr((self.sentiment.snapshot.version, self.sentiment.polarities)).encode())
        if self.themes:
            digest.update(repr((self.themes.snapshot.version, self.themes.hypotheses)).encode())
        names = "+".join(reader.snapshot.name for reader in (self.sentiment, self.themes) if reader)
        return f"{names[:NAME]}@{digest.hexdigest()}"

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        """Read each text; a text without a word gets `neutre` and no tag."""
        cut = [segments(text) for text in texts]
        worded = [owner for owner, pieces in enumerate(cut) if pieces]
        moods = dict(zip(worded, self._moods([texts[owner] for owner in worded]), strict=True))
        tags = self._tags(cut)
        return [
            Reading(sentiment=moods[owner], tags=tuple(tags[owner])) if owner in moods else NOTHING
            for owner in range(len(texts))
        ]

    def _moods(self, texts: Sequence[str]) -> list[Mood]:
        return self.sentiment.read(texts) if self.sentiment else [dict(NOTHING.sentiment) for _ in texts]

    def _tags(self, cut: Sequence[Sequence[Segment]]) -> list[list[Tag]]:
        """Give the tags of each text, most probable first."""
        best = self._carriers(cut)
        shown = sorted({(owner, segment) for owner, _, segment, _ in best}, key=lambda one: (one[0], one[1].start))
        moods = dict(zip(shown, self._moods([segment.text for _, segment in shown]), strict=True))
        tags: list[list[Tag]] = [[] for _ in cut]
        for owner, code, segment, probability in best:
            mood = moods[owner, segment]
            tags[owner].append(
                Tag(
                    code=code,
                    probability=round(probability, 4),
                    polarity=strongest(mood),
                    polarity_probability=mood[strongest(mood)],
                    start=segment.start,
                    stop=segment.stop,
                )
            )
        return [sorted(found, key=lambda tag: (-tag.probability, tag.code)) for found in tags]

    def _carriers(self, cut: Sequence[Sequence[Segment]]) -> list[tuple[int, str, Segment, float]]:
        """Give, by text and code, the segment that carries the code and its probability, down to the floor."""
        if not self.themes:
            return []
        flat = [(owner, segment) for owner, pieces in enumerate(cut) for segment in pieces]
        premises = [segment.text for _, segment in flat]
        found = []
        for code in self.codes:  # one code at a time: memory does not grow with their number
            best: dict[int, tuple[float, Segment]] = {}
            for (owner, segment), score in zip(flat, self.themes.read(premises, code), strict=True):
                if score >= FLOOR and score > best.get(owner, (0.0, segment))[0]:
                    best[owner] = (score, segment)
            found += [(owner, code, segment, score) for owner, (score, segment) in best.items()]
        return found
