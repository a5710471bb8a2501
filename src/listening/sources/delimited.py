"""The records of a CSV or TSV file, each with the line where it begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from listening.errors import FormatError
from listening.sources.opening import CEILING, lines, open_text
from listening.sources.rows import spaced

DELIMITERS = (",", ";", "\t", "|")
LONE = "\x1f"  # the delimiter of a file that has only one column: it occurs nowhere
SAMPLE = 65_536  # characters that tell the delimiter
END = "\ue000\ue000"  # a line added at the end: if it lands in a cell, that cell's quote never closes


def read_records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give the line and the cells of each record that is no empty line, the header first.

    Raises `FormatError` for a file whose last quote never closes.
    """
    csv.field_size_limit(max(csv.field_size_limit(), CEILING))
    with open_text(path, encoding, newline="") as file:
        yield from _records(file, delimiter, path)


def find_delimiter(path: Path, encoding: str) -> str:
    """Give the delimiter that the beginning of a file shows; raises `FormatError` for a file with nothing in it."""
    with open_text(path, encoding, newline="") as file:
        sample = file.read(SAMPLE)
    if not sample.strip():
        raise FormatError(f"{path} : ce fichier est vide : exportez-le à nouveau")
    return guess_delimiter(sample)


def _records(file: TextIO, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(chain(lines(file, path), [END]), delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except csv.Error as error:
            raise FormatError(
                f"{path.name}, ligne {line} : cellule de plus de {spaced(CEILING)} caractères ({error}) : "
                "un guillemet n'y est sans doute pas refermé"
            ) from error
        if cells == [END]:
            return
        if cells and cells[-1].endswith(END):
            raise FormatError(f"{path.name}, ligne {line} : un guillemet ouvert ici n'est jamais refermé : ajoutez-le")
        if cells or delimiter == LONE:  # in a table of one column, an empty line is an empty answer
            yield line, cells or [""]


def guess_delimiter(sample: str) -> str:
    """Give the delimiter that cuts the first records into the most equal numbers of cells, more than one.

    >>> guess_delimiter("id;avis\\n1;Bien, mais cher")
    ';'
    """
    score, _, best = max((*_cut(sample, delimiter), delimiter) for delimiter in DELIMITERS)
    return best if score else LONE


def _cut(sample: str, delimiter: str) -> tuple[float, int]:
    """Give the share of the records as wide as the header, 0 if that is one cell, and its width."""
    csv.field_size_limit(max(csv.field_size_limit(), CEILING))
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    records = [*islice(filter(None, reader), 20)]
    if not records:
        return 0.0, 0
    width = len(records[0])
    whole = records[:-1] if len(sample) == SAMPLE and len(records) > 1 else records
    return (sum(len(cells) == width for cells in whole) / len(whole) if width > 1 else 0.0), width
