"""Reading the rows of a file, whatever its format: CSV, TSV, XLSX, ODS, JSON, JSONL, Parquet, or a text a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from itertools import chain, islice
from pathlib import Path

from listening.errors import FormatError, RowError
from listening.sources.delimited import find_delimiter, read_records
from listening.sources.french_dates import end_of, exported_at
from listening.sources.json_items import LINES, read_items
from listening.sources.opening import check_file, lines, open_text
from listening.sources.rows import LONGEST, Row, as_text, column_names, shape, spaced, too_long
from listening.sources.workbooks import SPREADSHEETS, read_sheet

__all__ = ["FORMATS", "LONGEST", "TEXT", "Content", "Row", "columns", "open_rows", "read_rows", "read_table"]

TEXT = "texte"  # the only column of a file of one text a line
BATCH = 1000  # rows of Parquet in memory
WIDEST = 16_384  # columns, as in a sheet of Excel
PEEK = 100  # JSON objects whose keys make the columns

Records = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Content:
    """A table being read: the names of its columns, and its rows, to be read once."""

    columns: list[str]
    rows: Iterator[Row | RowError]


def read_rows(
    path: Path, *, encoding: str = "utf-8-sig", longest: int | None = LONGEST, lenient: bool = False
) -> Iterator[Row | RowError]:
    """Give the rows of a file, its format known by its suffix; a row that cannot be used is a `RowError` in its place.

    A cell above `longest` characters makes its row unusable (None: never). `lenient` drops nothing: missing cells are
    empty, spare ones join the last, empty rows stay. Raises `SourceError` or `FormatError` for the whole file. Memory
    does not grow with the file, save for XLSX and ODS, whose sheet is read at once, within the limits of `workbooks`.
    """
    yield from open_rows(path, encoding=encoding, longest=longest, lenient=lenient).rows


def columns(path: Path, encoding: str = "utf-8-sig") -> list[str]:
    """Give the names of a file's columns: blank ones are called ``colonne 3``, second ones ``avis (2)``.

    The keys of the first 100 objects for JSON and JSONL, ``texte`` for a file of one text a line.
    """
    return open_rows(path, encoding=encoding, longest=None, lenient=True).columns


def read_table(path: Path, encoding: str = "utf-8-sig", delimiter: str | None = None) -> Iterator[Row | RowError]:
    """Give the rows of a CSV file whatever its suffix; without a delimiter, it is guessed."""
    delimiter = delimiter or find_delimiter(path, encoding)
    check_file(path)
    records = read_records(path, encoding, delimiter)
    yield from _table(records, path, longest=LONGEST, spare=None, exported=exported_at(path)).rows


def open_rows(
    path: Path,
    *,
    encoding: str = "utf-8-sig",
    longest: int | None = LONGEST,
    lenient: bool = False,
    exported: date | None = None,
) -> Content:
    """Give the columns and the rows of a file, exported on the day told or found; as `read_rows` for the rest."""
    suffix = path.suffix.lower()
    check_file(path)
    when = end_of(exported) if exported else exported_at(path)
    if suffix not in FORMATS:
        raise FormatError(
            f"{path.name} : format « {suffix or 'sans extension'} » inconnu : convertissez ou renommez ce fichier ; "
            f"possibles : {', '.join(FORMATS)}"
        )
    if suffix in OBJECTS:
        return _objects(path, encoding, longest=longest, exported=when)
    if suffix in DELIMITED:
        delimiter = find_delimiter(path, encoding)
        records = read_records(path, encoding, delimiter)
        return _table(records, path, longest=longest, spare=delimiter if lenient else None, exported=when)
    return _table(TABLES[suffix](path, encoding), path, longest=longest, spare="" if lenient else None, exported=when)


def _table(records: Records, path: Path, *, longest: int | None, spare: str | None, exported: datetime) -> Content:
    """Take the first record that holds something for the header."""
    header = next((cells for _, cells in records if any(cells)), None)
    if header is None:
        raise FormatError(f"{path} : ce fichier est vide : exportez-le à nouveau")
    if len(header) > WIDEST:
        raise FormatError(
            f"{path.name} : {spaced(len(header))} colonnes, au plus {spaced(WIDEST)} : supprimez celles qui sont vides"
        )
    names = column_names(header)
    return Content(names, shape(names, records, file=path.name, longest=longest, spare=spare, exported=exported))


def _objects(path: Path, encoding: str, *, longest: int | None, exported: datetime) -> Content:
    rows = _object_rows(path, encoding, longest, exported)
    first = list(islice(rows, PEEK))
    names = dict.fromkeys(name for row in first if isinstance(row, Row) for name in row.cells)
    return Content(list(names), chain(first, rows))


def _object_rows(path: Path, encoding: str, longest: int | None, exported: datetime) -> Iterator[Row | RowError]:
    for item in read_items(path, encoding):
        if isinstance(item, RowError):
            yield item
        else:
            cells = {name: as_text(value) for name, value in item[1].items()}
            row = Row(item[0], cells, path.name, exported=exported)
            yield too_long(row, longest) or row


def _text_lines(path: Path, encoding: str) -> Records:
    yield 0, [TEXT]
    with open_text(path, encoding) as file:
        for line, text in enumerate(lines(file, path), 1):
            yield line, [text.rstrip("\n")]


def _parquet(path: Path, _encoding: str) -> Records:
    check_file(path)
    pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            yield 0, file.schema_arrow.names
            line = 0
            for batch in file.iter_batches(batch_size=BATCH):
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    line += 1
                    yield line, [as_text(cell) for cell in cells]
    except (pyarrow.ArrowException, OSError) as error:
        raise FormatError(f"{path.name} : ce Parquet est illisible ({error}) : exportez-le à nouveau") from error


DELIMITED = (".csv", ".tsv")
OBJECTS = (".json", *LINES)
TABLES: dict[str, Callable[[Path, str], Records]] = {
    **dict.fromkeys(SPREADSHEETS, read_sheet),
    ".parquet": _parquet,
    ".txt": _text_lines,
}
FORMATS = (*DELIMITED, *OBJECTS, *TABLES)
