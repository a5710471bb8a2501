"""Tag or mask the texts of a file, without store or configuration."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat, tee
from pathlib import Path

from listening.codebook import Codebook
from listening.errors import FormatError, RowError
from listening.records import Reading
from listening.sources.files import Row, columns, open_rows
from listening.tagging.abstain import to_review
from listening.tagging.engine import Tagger, bands, cuts, decide, strongest, tag_all
from listening.text.clean import repair
from listening.text.patterns import load_patterns
from listening.text.privacy import Scrubbed, scrub_all

SAMPLE = 200  # rows looked at to guess which column holds the texts


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row of a file: its id, its text, and what is wrong with it (its text is then empty)."""

    id: str
    text: str
    problem: str = ""


def read_texts(path: Path, *, text: str | None, id: str | None, encoding: str = "utf-8-sig") -> Iterator[TextRow]:
    """Give the texts of a CSV, XLSX, JSON, JSONL, Parquet or TXT file, row by row, none left out.

    Without a name, the column of the texts is guessed if only one can be meant. The id is that of the column `id`,
    else the row's rank from 1. Raises FormatError for a column that is not there or cannot be guessed.
    """
    names = columns(path, encoding)
    if not names:
        raise FormatError(f"{path.name} : aucune ligne lisible ; exportez ce fichier à nouveau")
    column = _named(text, names, path) if text else _guessed(path, names, encoding)
    key = _named(id, names, path) if id else next((name for name in names if name.lower() == "id"), None)
    rows = open_rows(path, encoding=encoding, longest=None, lenient=True).rows
    return (_text_row(row, rank, column, key) for rank, row in enumerate(rows, start=1))


def _text_row(row: Row | RowError, rank: int, column: str, key: str | None) -> TextRow:
    if isinstance(row, RowError):
        return TextRow(str(rank), "", problem=str(row))
    name = row.cells.get(key, "") if key else ""
    return TextRow(name or str(rank), row.cells.get(column, ""))


def _named(name: str, names: Sequence[str], path: Path) -> str:
    if name not in names:
        raise FormatError(f"{path.name} : pas de colonne « {name} » ; colonnes présentes : {', '.join(names)}")
    return name


def _guessed(path: Path, names: Sequence[str], encoding: str) -> str:
    """Give the only column named as texts are, else the only one that holds sentences."""
    usual = set(load_patterns("columns")["text"])
    called = [name for name in names if name.strip().lower() in usual]
    if len(called) == 1 or len(names) == 1:
        return (called or list(names))[0]
    sample = list(islice(open_rows(path, encoding=encoding, longest=None, lenient=True).rows, SAMPLE))
    cells = {name: [row.cells.get(name, "") for row in sample if isinstance(row, Row)] for name in names}
    wordy = called or [name for name in names if _holds_sentences(cells[name])]
    if len(wordy) == 1:
        return wordy[0]
    found = f"plusieurs colonnes peuvent être celle des textes : {', '.join(wordy or names)}"
    raise FormatError(f"{path.name} : {found} ; choisissez par --text COLONNE")


def _holds_sentences(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip() and not cell.startswith(("[", "{", "http"))]
    long = sum(len(cell.split()) >= 3 for cell in filled)
    return bool(filled) and long >= len(filled) / 2 and len(set(filled)) > len(filled) / 2


def tag_rows(
    rows: Iterable[TextRow], tagger: Tagger, codebook: Codebook, *, question: str | None = None
) -> Iterator[tuple[TextRow, Reading, tuple[str, ...]]]:
    """Give each row with its reading, thresholds applied, and the codes on which a person should decide.

    Memory does not grow with the number of rows.
    """
    thresholds, uncertain = cuts(tagger, codebook), bands(tagger, codebook)
    kept, read = tee(rows)
    readings = tag_all(tagger, (row.text for row in read), repeat(question))
    for row, reading in zip(kept, readings, strict=True):
        yield row, decide(reading, thresholds), to_review(reading, uncertain)


def mask_rows(rows: Iterable[TextRow]) -> Iterator[tuple[TextRow, Scrubbed]]:
    """Give each row with its text as it would be stored: repaired, personal data masked.

    Memory does not grow with the number of rows.
    """
    kept, read = tee(rows)
    return zip(kept, scrub_all(repair(row.text) for row in read), strict=True)


def to_json(row: TextRow, reading: Reading, review: Sequence[str], *, model: str, codebook: str) -> str:
    """Write one row of output, as `listening tag` promises it; offsets index the text as it was read."""
    tags = [
        {
            "code": tag.code,
            "polarity": tag.polarity,
            "probability": tag.probability,
            "evidence": row.text[tag.start : tag.stop],
            "start": tag.start,
            "end": tag.stop,
        }
        for tag in reading.tags
    ]
    content = {
        "id": row.id,
        "sentiment": strongest(reading.sentiment),
        "sentiment_scores": reading.sentiment,
        "tags": tags,
        "review": list(review),
        "model": model,
        "codebook": codebook,
    }
    return json.dumps(content, ensure_ascii=False)
