"""`Source`: where verbatims come from, and its own configuration."""

from __future__ import annotations

import codecs
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from listening.errors import RowError
from listening.faults import Strict
from listening.records import Verbatim
from listening.sources.rows import Row
from listening.sources.seen import Seen

KINDS = "listening.sources"  # the entry points under which kinds are announced


class Source(Strict, ABC):
    """Where verbatims come from: a subclass reads one kind of export, and its fields are its configuration.

    `path` is a file, or for kinds that read JSON also a folder or a glob. `language` is that of texts too short to
    tell, `timezone` that of dates without an offset, `brand` the one that all verbatims are about.

    Of the kinds that claim a file, the one of the highest `specificity` has it: 2 for what one tool alone writes, 1 for
    names that several tools share, 0 for a table that may be anything. `in_folders` are the suffixes of the files that
    the kind reads in a folder.
    """

    specificity: ClassVar[int] = 2
    in_folders: ClassVar[tuple[str, ...]] = ()

    kind: str
    name: str = Field(min_length=1)
    path: Path
    encoding: str = "utf-8-sig"
    language: str = "fr"
    brand: str | None = None
    timezone: str = "Europe/Paris"

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Give the configuration that reads a file, beyond kind, name and path; None for a file of another kind.

        What cannot be told is left out; the encoding of a text is found without it.
        """
        return None

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
