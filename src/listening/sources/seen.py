"""What a file shows before it is read: enough of it to tell which kind of export it is, and its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from listening.errors import FormatError, RowError
from listening.sources.brands import squeeze
from listening.sources.delimited import DELIMITERS, read_records
from listening.sources.files import FORMATS, OBJECTS, open_rows
from listening.sources.json_items import read_items
from listening.sources.opening import KINDS, check_file, find_encoding
from listening.sources.rows import Row
from listening.sources.workbooks import SPREADSHEETS, read_sheet

HEAD = 65_536  # bytes
ROWS = 200
ITEMS = 20
PREAMBLE = 100  # records among which a header is looked for
SPSS = (b"$FL2", b"$FL3")
BINARY = (*KINDS, *SPSS)
ROOT = re.compile(
    r"(?>\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*+<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s>/]", re.DOTALL
)


@dataclass(frozen=True)
class Seen:
    """The beginning of a file, each part read when it is first asked for.

    What the file cannot have is empty: the columns of an XML file, the keys of a table. Raises `SourceError` for a
    file that is missing or empty, `FormatError` for one whose suffix is not that of its content.
    """

    path: Path

    @property
    def suffix(self) -> str:
        """The end of its name, in lower case."""
        return self.path.suffix.lower()

    @cached_property
    def head(self) -> bytes:
        """Its first bytes."""
        check_file(self.path)
        with self.path.open("rb") as file:
            return file.read(HEAD)

    @cached_property
    def encoding(self) -> str:
        """The encoding that it seems to be in, ``utf-8-sig`` if it is no text."""
        return "utf-8-sig" if self.head.startswith(BINARY) else find_encoding(self.path)

    @cached_property
    def text(self) -> str:
        """Its first characters, '' if it is no text."""
        return "" if self.head.startswith(BINARY) else self.head.decode(self.encoding, errors="replace").lstrip()

    @cached_property
    def root(self) -> str:
        """The name of its root element if it is XML, without its namespace, in lower case."""
        found = ROOT.match(self.text)
        return found[1].casefold() if found else ""

    @property
    def columns(self) -> list[str]:
        """Its columns, as `files.open_rows` gives them."""
        return self._table[0]

    @property
    def rows(self) -> list[Row]:
        """Its first rows."""
        return self._table[1]

    @cached_property
    def names(self) -> frozenset[str]:
        """The letters and digits of its columns' names, as `brands.squeeze` gives them."""
        return frozenset(map(squeeze, self.columns))

    @cached_property
    def headers(self) -> list[frozenset[str]]:
        """The letters and digits of the cells of its first records, whatever separates them.

        For exports whose header comes after other lines.
        """
        return [frozenset(map(squeeze, cells)) for cells in self._records()]

    @cached_property
    def items(self) -> list[dict[str, Any]]:
        """Its first JSON objects."""
        if not self._is_json:
            return []
        first = islice(read_items(self.path, self.encoding), ITEMS)
        return [item[1] for item in first if not isinstance(item, RowError)]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of these objects, and of those within them."""
        found: set[str] = set()
        waiting: list[Any] = list(self.items)
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                found.update(one)
                waiting += one.values()
            elif isinstance(one, list):
                waiting += one[:ITEMS]
        return frozenset(found)

    @property
    def _is_json(self) -> bool:
        return self.suffix in OBJECTS and self.text.startswith(("{", "["))

    @cached_property
    def _table(self) -> tuple[list[str], list[Row]]:
        check_file(self.path)
        in_vain = self.suffix in OBJECTS and not self._is_json
        if self.suffix not in FORMATS or in_vain or self.head.startswith(SPSS):
            return [], []
        content = open_rows(self.path, encoding=self.encoding, longest=None, lenient=True)
        return content.columns, [row for row in islice(content.rows, ROWS) if isinstance(row, Row)]

    def _records(self) -> Iterator[list[str]]:
        if self.head.startswith(SPSS):
            return
        if self.suffix in (".csv", ".tsv", ".txt"):
            for delimiter in DELIMITERS:
                try:
                    yield from [
                        cells for _, cells in islice(read_records(self.path, self.encoding, delimiter), PREAMBLE)
                    ]
                except FormatError:  # cut by what does not separate its cells
                    continue
        elif self.suffix in SPREADSHEETS:
            yield from (cells for _, cells in islice(read_sheet(self.path, self.encoding), PREAMBLE))
