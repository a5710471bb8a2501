"""Coded and rated texts to train on and to evaluate against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from listening.errors import FormatError
from listening.records import POLARITIES, Polarity
from listening.sources.opening import open_text

if TYPE_CHECKING:
    import pandas as pd

OBJECT = "écrivez un objet {…} par ligne"
CODED = "il faut text, sentiment et tags, chacun avec code et polarity ; stars, s'il y est, est un nombre"
LONGEST = 1200  # characters of a text that nobody coded that are read


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

    `stars` runs from -1 (one star) to 1 (five stars). `natural` is false for a text drawn because it was rare. `unsure`
    are codes that the text may or may not carry: its `tags` say nothing of them.
    """

    id: str
    text: str
    question: str | None = None
    tags: tuple[GoldTag, ...] | None = None
    sentiment: Polarity | None = None
    stars: float | None = None
    natural: bool = True
    domain: str = ""
    channel: str = ""
    unsure: tuple[str, ...] = ()


def read_coded(path: Path) -> list[Example]:
    """Read coded verbatims from JSON lines: `id`, `text`, `sentiment`, `tags` of `code`, `polarity`, `start`, `end`.

    Optional: `question`, `stars` (1–5), `draw` (`natural` or `enriched`). Raises FormatError with the line.
    """
    examples = [coded(record, f"{path.name}, ligne {line}") for line, record in lines(path)]
    if not examples:
        raise FormatError(f"{path} : ce fichier est vide ; indiquez un fichier JSONL de verbatims codés")
    return examples


def lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the records of a JSON-lines file with their line numbers. Raises FormatError with the line."""
    if not path.is_file():
        raise FormatError(f"{path} : fichier introuvable ; indiquez un fichier JSONL, un objet JSON par ligne")
    with open_text(path, "utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                place = f"{path.name}, ligne {number}"
                raise FormatError(f"{place} : JSON illisible (colonne {error.colno}) ; {OBJECT}") from error
            if not isinstance(record, dict):
                raise FormatError(f"{path.name}, ligne {number} : ce n'est pas un objet JSON ; {OBJECT}")
            yield number, record


def coded(record: dict[str, Any], place: str) -> Example:
    """Give a coded record as an example; `place` is where errors say that it stands."""
    try:
        tags = tuple(_tag(tag, place) for tag in record["tags"])
        sentiment, text = record["sentiment"], record["text"]
        stars = record.get("stars")
        stars = None if stars is None else (float(stars) - 3) / 2
    except KeyError as error:
        raise FormatError(f"{place} : clé « {error.args[0]} » absente ; {CODED}") from error
    except (TypeError, ValueError) as error:
        raise FormatError(f"{place} : valeur mal formée ; {CODED}") from error
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
        domain=record.get("domain") or "",
        channel=record.get("channel") or "",
    )


def _tag(tag: dict[str, Any], place: str) -> GoldTag:
    if tag["polarity"] not in POLARITIES:
        raise FormatError(f"{place} : polarité « {tag['polarity']} » inconnue ; possibles : {', '.join(POLARITIES)}")
    return GoldTag(tag["code"], tag["polarity"], tag.get("start") or 0, tag.get("end") or 0)


def folded(text: str) -> str:
    """Give a text without what two copies of it may differ by: case, punctuation, white space, length.

    >>> folded("Trop  CHER !") == folded("trop cher")
    True
    """
    return "".join(one for one in text.lower() if one.isalnum())[:200]


def read_parquet(path: Path, columns: list[str]) -> pd.DataFrame:
    """Read columns of a Parquet file. Raises FormatError when it is missing, of another kind or lacks a column."""
    import pandas as pd
    from pyarrow import parquet

    if not path.is_file():
        raise FormatError(
            f"{path} : fichier introuvable ; indiquez un fichier Parquet de colonnes {', '.join(columns)}"
        )
    try:
        there = parquet.read_schema(path).names
    except (ValueError, OSError) as error:  # pyarrow's own errors are of these kinds
        raise FormatError(f"{path} : ce n'est pas un fichier Parquet ; réenregistrez-le en Parquet") from error
    if absent := [column for column in columns if column not in there]:
        raise FormatError(f"{path} : colonnes absentes : {', '.join(absent)} ; présentes : {', '.join(there)}")
    return pd.read_parquet(path, columns=columns)


def read_rated(path: Path, *, texts: int, seed: int, characters: int = 10**6) -> list[Example]:
    """Read at most `texts` rated or labelled texts from Parquet: `text`, `rating` (1–5) or `label`, `dataset`.

    Texts of more than `characters` are left out. The draw takes as many of each data set, as far as there are.
    Three stars say nothing of the sentiment, only of the rating; « neutral » without a rating is a text without
    judgement. Raises FormatError for a file that is missing or lacks a column.
    """
    import pandas as pd

    drawn = _drawn(path, ["text", "rating", "label", "dataset"], texts=texts, seed=seed, characters=characters)
    sentiments: dict[str, Polarity] = {"negative": "negatif", "neutral": "neutre", "positive": "positif"}
    examples = []
    ratings = pd.to_numeric(drawn["rating"]).tolist()
    for rank, (text, label, rating) in enumerate(zip(drawn["text"], drawn["label"], ratings, strict=True)):
        stars = None if pd.isna(rating) else min(max((rating - 3) / 2, -1.0), 1.0)
        sentiment = None if stars is not None and label == "neutral" else sentiments[label]
        examples.append(Example(id=f"rated-{rank}", text=text[:LONGEST], sentiment=sentiment, stars=stars))
    return examples


def read_unlabelled(path: Path, *, texts: int, seed: int) -> list[Example]:
    """Read at most `texts` texts that nobody coded from Parquet: `text`, `dataset`; as many of each data set
    as far as there are.

    Raises FormatError for a file that is missing or lacks a column.
    """
    frame = _drawn(path, ["text", "dataset"], texts=texts, seed=seed)
    return [Example(id=f"unlabelled-{rank}", text=text[:LONGEST]) for rank, text in enumerate(frame["text"])]


def _drawn(path: Path, columns: list[str], *, texts: int, seed: int, characters: int = 10**6) -> pd.DataFrame:
    """Draw rows without replacement, as many of each data set, as far as there are."""
    import numpy as np

    frame = read_parquet(path, columns)
    frame = frame[frame["text"].str.len() <= characters]
    size = frame.groupby("dataset")["text"].transform("size")
    # weighted draw without replacement (Efraimidis and Spirakis 2006): the largest u^(1/weight)
    key = np.log(np.random.default_rng(seed).random(len(frame))) * size.to_numpy()
    return frame.iloc[np.sort(np.argsort(-key)[:texts])]


def fragments(path: Path, questions: dict[Polarity, list[str]]) -> list[Example]:
    """Make short answers to survey questions: each fragment of the file, asked for praise and for blame.

    A line of the file is `{"text": "le prix", "codes": ["offre.prix"]}`; `questions` gives, by polarity, questions
    that by themselves give the polarity of a bare noun (« Que devons-nous améliorer ? » / « le prix »). A line with
    `reversed` means the opposite of what was asked for (« rien »). Raises FormatError with the line.
    """
    opposite: dict[Polarity, Polarity] = {"negatif": "positif", "positif": "negatif", "neutre": "neutre"}
    examples = []
    for number, record in lines(path):
        if absent := {"text", "codes"} - set(record):
            raise FormatError(
                f"{path.name}, ligne {number} : clés absentes : {', '.join(sorted(absent))} ; il faut text et codes"
            )
        for asked, wordings in questions.items():
            polarity = opposite[asked] if record.get("reversed") else asked
            tags = tuple(GoldTag(code, polarity, 0, len(record["text"])) for code in record["codes"])
            for rank, question in enumerate(wordings):
                name = f"fragment-{number}-{asked}-{rank}"
                examples.append(Example(id=name, text=record["text"], question=question, tags=tags, sentiment=polarity))
    return examples
