"""`Source`: where verbatims come from, and its own configuration."""

from __future__ import annotations

import codecs
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from listening.errors import RowError
from listening.faults import Strict
from listening.records import Verbatim
from listening.sources.rows import Row


class Source(Strict, ABC):
    """Where verbatims come from: a subclass reads one kind of export, and its fields are its configuration.

    `path` is a file, or for kinds that read JSON also a folder or a glob. `language` is that of texts too short to
    tell, `timezone` that of dates without an offset, `brand` the one that all verbatims are about.
    """

    kind: str
    name: str = Field(min_length=1)
    path: Path
    encoding: str = "utf-8-sig"
    language: str = "fr"
    brand: str | None = None
    timezone: str = "Europe/Paris"

    @abstractmethod
    def read(self) -> Iterator[Verbatim | RowError]:
        """Give the verbatims in the order of the file, and a `RowError` for each row that cannot be used.

        Raises `SourceError` or `FormatError` for what concerns the whole file, which may come after some verbatims.
        """

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise ValueError(f"encodage inconnu « {encoding} » : essayez utf-8, cp1252 ou utf-16") from error
        return encoding

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"fuseau horaire inconnu « {timezone} » : écrivez par exemple Europe/Paris") from error
        return timezone


def build(
    rows: Iterable[Row | RowError], make: Callable[[Row], list[Verbatim]], *, shown: Iterable[str]
) -> Iterator[Verbatim | RowError]:
    """Give what `make` makes of each row, or its error, whose content is that of the columns `shown` and no other."""
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        try:
            yield from make(row)
        except RowError as error:
            error.content = "\n".join(row.cells[column] for column in shown)
            yield error
