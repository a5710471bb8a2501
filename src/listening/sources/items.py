"""The JSON objects that a source reads, each with its place, whether they come from files or from a service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listening.errors import RowError
from listening.sources.json_items import read_items
from listening.sources.opening import files_at


@dataclass(frozen=True, slots=True)
class Item:
    """An object, the file or service that gave it, and its line or its rank there."""

    content: dict[str, Any]
    line: int
    file: str


def items_in(path: Path, suffixes: tuple[str, ...], encoding: str) -> Iterator[Item | RowError]:
    """Give the objects of a file, or of those with one of the suffixes in a folder or under a glob."""
    for file in files_at(path, *suffixes):
        for item in read_items(file, encoding):
            yield item if isinstance(item, RowError) else Item(item[1], item[0], file.name)
