"""`Source`: where verbatims come from, and its own configuration; `FileSource`: those that read an export."""

from __future__ import annotations

import codecs
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from listening.errors import RowError
from listening.faults import Strict
from listening.records import Cursor, Deletion, Verbatim
from listening.sources.archives import archive_of, unpacked
from listening.sources.keeping import measure
from listening.sources.opening import files_at
from listening.sources.rows import Row
from listening.sources.seen import Seen

KINDS = "listening.sources"  # the entry points under which kinds are announced

Record = Verbatim | RowError | Deletion | Cursor


class Source(Strict, ABC):
    """Where verbatims come from: a subclass reads one kind of place, and its fields are its configuration.

    `language` is that of texts too short to tell, `timezone` that of dates without an offset, `brand` the one that all
    verbatims are about; after the time to `keep`, they are erased.
    """

    kind: str
    name: str = Field(min_length=1)
    language: str = "fr"
    brand: str | None = None
    timezone: str = "Europe/Paris"
    keep: str | None = None

    @abstractmethod
    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give what the source holds, in its order.

        Verbatims, a `RowError` for each row that cannot be used, a `Deletion` for each that the source says was taken
        back, and now and then a `Cursor`: what came before it need not be read again by a reading `since` its value.
        Raises `SourceError` for what concerns the whole, which may come after some verbatims.
        """

    def within(self, folder: Path) -> Self:
        """Give the source with its paths counted from a folder."""
        return self

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"fuseau horaire inconnu « {timezone} » : écrivez par exemple Europe/Paris") from error
        return timezone

    @field_validator("keep")
    @classmethod
    def _known_time(cls, keep: str | None) -> str | None:
        if keep:
            measure(keep)
        return keep


class FileSource(Source):
    """A source that reads one kind of export: `path` is a file, or for kinds that read JSON also a folder or a glob.

    It may be in a ZIP, ``export.zip/avis.csv``, or be a ZIP, read as the folder of its files or as its only one.

    Of the kinds that claim a file, the one of the highest `specificity` has it: 2 for what one tool alone writes, 1 for
    names that several tools share, 0 for a table that may be anything. `in_folders` are the suffixes of the files that
    the kind reads in a folder.
    """

    specificity: ClassVar[int] = 2
    in_folders: ClassVar[tuple[str, ...]] = ()

    path: Path
    encoding: str = "utf-8-sig"

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Give the configuration that reads a file, beyond kind, name and path; None for a file of another kind.

        What cannot be told is left out; the encoding of a text is found without it.
        """
        return None

    @abstractmethod
    def verbatims(self) -> Iterator[Record]:
        """Give the verbatims in the order of the file, and what else `read` may give.

        Raises `SourceError` or `FormatError` for what concerns the whole file, which may come after some verbatims.
        """

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give all that the file holds, each time: what is known is not stored again."""
        with unpacked(self.path) as path:
            yield from self.model_copy(update={"path": path}).verbatims()

    def files(self) -> list[Path]:
        """Give the files that are read, the ZIP for those in one. Raises `SourceError` when there are none."""
        archive = archive_of(self.path)
        return [archive] if archive else files_at(self.path, *self.in_folders)

    def within(self, folder: Path) -> Self:
        """Give the source with its path counted from a folder."""
        return self.model_copy(update={"path": Path(os.path.normpath(folder / self.path))})

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise ValueError(f"encodage inconnu « {encoding} » : essayez utf-8, cp1252 ou utf-16") from error
        return encoding


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
