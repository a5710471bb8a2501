"""The rows of a table, whatever its format: cells as text under the name of their column, with their line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ftfy import fix_encoding

from listening.errors import RowError
from listening.sources.json_items import UNSTORABLE

LONGEST = 20_000  # characters; a longer cell is a file pasted by mistake, or a quote that never closes
LONGEST_HTML = 5 * LONGEST  # the same with its tags


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file (1 = the first), its cells by column, its file, and its name if it has one.

    `exported` is when its file was exported, for dates that are counted from there.
    """

    line: int
    cells: dict[str, str]
    file: str = ""
    item: str = ""
    exported: datetime | None = None

    @property
    def place(self) -> str:
        """Where the row is, as users read it."""
        return f"{self.file}, ligne {self.line}" + (f", {self.item}" if self.item else "")

    def error(self, reason: str) -> RowError:
        """Give the error that says why this row cannot be used."""
        return RowError(reason, row=self.place, cells=tuple(self.cells.values()))


def column_names(header: Iterable[str]) -> list[str]:
    """Give each column a name of its own, in the order of the header, its mojibake mended.

    >>> column_names(["id", "avis", "", "avis"])
    ['id', 'avis', 'colonne 3', 'avis (2)']
    """
    copies: dict[str, int] = {}
    for position, cell in enumerate(header, 1):
        name = base = fix_encoding(as_text(cell)).replace("\ufeff", "").strip() or f"colonne {position}"
        while name in copies:
            copies[base] += 1
            name = f"{base} ({copies[base]})"
        copies[name] = 1
    return list(copies)


def shape(
    columns: list[str],
    records: Iterable[tuple[int, list[str]]],
    *,
    file: str,
    longest: int | None,
    spare: str | None,
    exported: datetime | None = None,
) -> Iterator[Row | RowError]:
    """Put records under their columns; one with missing or spare cells, or too long a cell, is a `RowError`.

    With a `spare` string nothing is dropped: it joins spare cells to the last, missing ones are empty, empty rows stay.
    """
    width = len(columns)
    for line, cells in records:
        if spare is None and not any(cells):
            continue
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if spare is not None:
            cells = [*cells[: width - 1], spare.join(cells[width - 1 :]), *[""] * (width - len(cells))][:width]
        row = Row(line, dict(zip(columns, map(as_text, cells), strict=False)), file, exported=exported)
        if len(cells) != width:
            yield row.error(
                f"{len(cells)} cellules au lieu de {width} : un séparateur ou un guillemet manque ou est de trop, "
                "corrigez cette ligne"
            )
        else:
            yield too_long(row, longest) or row


def pick(content: Mapping[str, Any], keys: Sequence[str], *, line: int, file: str, item: str) -> Row:
    """Give the row of some keys of a JSON object; raises its error if one is missing or null."""
    row = Row(line, {key: as_text(content[key]) for key in keys if content.get(key) is not None}, file, item)
    for key in keys:
        if key not in row.cells:
            raise row.error(f"il manque « {key} » : exportez-le à nouveau, entier")
    return row


def too_long(row: Row, longest: int | None) -> RowError | None:
    """Give the error of a row with a cell above `longest` characters, None if there is none."""
    if longest is None:
        return None
    for column, cell in row.cells.items():
        if len(cell) > longest:
            return row.error(
                f"cellule de {spaced(len(cell))} caractères dans « {column} », au plus {spaced(longest)} : "
                "raccourcissez-la, ou fermez le guillemet qui manque"
            )
    return None


def spaced(number: int) -> str:
    """Write a number as French readers expect.

    >>> spaced(5242880)
    '5 242 880'
    """
    return f"{number:,}".replace(",", " ")


def as_text(value: Any) -> str:
    """Write a cell of any format as CSV would: nothing for none, no useless decimals, ISO dates, JSON for the rest.

    >>> [as_text(value) for value in ("bien", 9.0, 4.5, None, date(2026, 1, 5), ["a"])]
    ['bien', '9', '4.5', '', '2026-01-05', '["a"]']
    """
    if isinstance(value, str):
        return UNSTORABLE.sub("", value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    return value.isoformat() if isinstance(value, date) else str(value)


def titled(title: str, text: str) -> str:
    """Put a title before a text as a sentence, unless the text begins with it.

    >>> titled("Très déçue", "Le colis est arrivé ouvert.")
    'Très déçue. Le colis est arrivé ouvert.'
    """
    title = title.strip()
    if not title or text.strip().casefold().startswith(title.rstrip(".… ").casefold()):
        return text
    return f"{title if title[-1] in '.!?…' else f'{title}.'} {text}".strip()
