"""Coded and rated texts to train on and to evaluate against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listening.errors import FormatError
from listening.records import POLARITIES, Polarity
from listening.sources.opening import open_text


@dataclass(frozen=True, slots=True)
class GoldTag:
    """A code that a coder gave, with the polarity and the words that show it."""

    code: str
    polarity: Polarity
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text with what is known of it; `tags` is None when nobody coded it, `sentiment` and `stars` likewise.

    `stars` runs from -1 (one star) to 1 (five stars). `natural` is false for a text drawn because it was rare.
    """

    id: str
    text: str
    question: str | None = None
    tags: tuple[GoldTag, ...] | None = None
    sentiment: Polarity | None = None
    stars: float | None = None
    natural: bool = True


def read_coded(path: Path) -> list[Example]:
    """Read coded verbatims from JSON lines: `id`, `text`, `sentiment`, `tags` of `code`, `polarity`, `start`, `end`.

    Optional: `question`, `stars` (1–5), `draw` (`natural` or `enriched`). Raises FormatError with the line.
    """
    examples = [_coded(record, f"{path.name}, ligne {line}") for line, record in _lines(path)]
    if not examples:
        raise FormatError(f"{path} : ce fichier est vide ; indiquez un fichier JSONL de verbatims codés")
    return examples


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        raise FormatError(f"{path} : fichier introuvable ; indiquez un fichier JSONL de verbatims codés")
    with open_text(path, "utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise FormatError(f"{path.name}, ligne {number} : JSON illisible ({error.msg})") from error
            yield number, record


def _coded(record: dict[str, Any], place: str) -> Example:
    try:
        tags = tuple(
            GoldTag(tag["code"], tag["polarity"], tag.get("start") or 0, tag.get("end") or 0) for tag in record["tags"]
        )
        sentiment, text = record["sentiment"], record["text"]
        stars = record.get("stars")
        stars = None if stars is None else (float(stars) - 3) / 2
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{place} : clé absente ou mal formée : {error} (il faut text, sentiment, tags)") from error
    if sentiment not in POLARITIES:
        raise FormatError(f"{place} : sentiment « {sentiment} » inconnu ; possibles : {', '.join(POLARITIES)}")
    return Example(
        id=str(record.get("id", place)),
        text=text,
        question=record.get("question"),
        tags=tags,
        sentiment=sentiment,
        stars=stars,
        natural=record.get("draw", "natural") == "natural",
    )


def read_rated(path: Path, *, texts: int, seed: int) -> list[Example]:
    """Read at most `texts` rated or labelled texts from Parquet: `text`, `rating` (1–5) or `label`, `dataset`.

    The draw evens the data sets out (square root of their sizes). Three stars say nothing of the sentiment, only of
    the rating; « neutral » without a rating is a text without judgement.
    """
    import numpy as np
    import pandas as pd

    frame = pd.read_parquet(path, columns=["text", "rating", "label", "dataset"])
    size = frame.groupby("dataset")["text"].transform("size")
    # weighted draw without replacement (Efraimidis and Spirakis 2006): the largest u^(1/weight)
    key = np.log(np.random.default_rng(seed).random(len(frame))) * np.sqrt(size.to_numpy())
    drawn = frame.iloc[np.sort(np.argsort(-key)[:texts])]
    sentiments: dict[str, Polarity] = {"negative": "negatif", "neutral": "neutre", "positive": "positif"}
    examples = []
    ratings = pd.to_numeric(drawn["rating"]).tolist()
    for rank, (text, label, rating) in enumerate(zip(drawn["text"], drawn["label"], ratings, strict=True)):
        stars = None if pd.isna(rating) else min(max((rating - 3) / 2, -1.0), 1.0)
        sentiment = None if stars is not None and label == "neutral" else sentiments[label]
        examples.append(Example(id=f"rated-{rank}", text=text[:1200], sentiment=sentiment, stars=stars))
    return examples


def fragments(path: Path, questions: dict[Polarity, list[str]]) -> list[Example]:
    """Make short answers to survey questions: each fragment of the file, asked for praise and for blame.

    A line of the file is `{"text": "le prix", "codes": ["offre.prix"]}`; `questions` gives, by polarity, questions
    that by themselves give the polarity of a bare noun (« Que devons-nous améliorer ? » / « le prix »). A line with
    `reversed` means the opposite of what was asked for (« rien »).
    """
    opposite: dict[Polarity, Polarity] = {"negatif": "positif", "positif": "negatif", "neutre": "neutre"}
    examples = []
    for number, record in _lines(path):
        for asked, wordings in questions.items():
            polarity = opposite[asked] if record.get("reversed") else asked
            tags = tuple(GoldTag(code, polarity, 0, len(record["text"])) for code in record["codes"])
            for rank, question in enumerate(wordings):
                name = f"fragment-{number}-{asked}-{rank}"
                examples.append(Example(id=name, text=record["text"], question=question, tags=tags, sentiment=polarity))
    return examples
