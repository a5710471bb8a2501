"""The first sheet of an Excel or OpenDocument workbook, within limits that keep it in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from lzma import LZMAError
from pathlib import Path
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from listening.errors import FormatError
from listening.sources.opening import check_file
from listening.sources.rows import as_text, spaced

SPREADSHEETS = (".xlsx", ".ods")
CHUNK = 2**20  # bytes of a part unpacked at a time
LARGEST = 2**29  # bytes of XML unpacked, or of texts in cells: a million rows of five columns take some 330 MB
CELLS = 12_000_000  # of the rectangle that holds them all, empty ones too, held in memory: some 70 bytes each
CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})\d""")
ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br=["'](\d{1,7})["']""")
SHARED = re.compile(rb"<(?:\w+:)?si(?=[\s>])")
USED = re.compile(rb"""\bt=["']s["'][^>]*>\s*<(?:\w+:)?v>(\d{1,9})""")
TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
REPEATED = re.compile(rb"""table:number-(?:rows|columns)-repeated=["'](\d{1,9})["']""")


def read_sheet(path: Path, _encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Give the line and the cells of each row of the first sheet that shows and holds something.

    Raises `FormatError` for a workbook that does not open, or that is too large to be held in memory.
    """
    check_file(path)
    _check_size(path)
    calamine = import_module("python_calamine")
    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        shown = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == calamine.SheetVisibleEnum.Visible]
        sheet = next((sheet for sheet in map(workbook.get_sheet_by_name, shown) if sheet.start is not None), None)
    except calamine.CalamineError as error:
        raise _unreadable(path, error) from error
    for line, cells in enumerate(sheet.iter_rows() if sheet else (), 1):
        yield line, [as_text(cell) for cell in cells]


def _check_size(path: Path) -> None:
    """Measure each part while unpacking it, believing nothing announced."""
    strings, unpacked = _Strings(), 0
    try:
        with ZipFile(path) as parts:
            for name in sorted(parts.namelist(), key=lambda name: not _is_strings(name)):
                part = strings if _is_strings(name) else _Opendocument() if name == "content.xml" else _Excel(strings)
                for piece in _pieces(parts, name):
                    unpacked += len(piece)
                    part.see(piece)
                    _refuse_above(path, unpacked, part.cells(), part.text)
    except (BadZipFile, ZlibError, LZMAError, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _unreadable(path, error) from error


def _is_strings(name: str) -> bool:
    return name.lower().endswith("sharedstrings.xml")


def _pieces(parts: ZipFile, name: str) -> Iterator[bytes]:
    """Give a part piece by piece, none of which ends within a tag, unless it is longer than any should be."""
    with parts.open(name) as part:
        rest = b""
        while chunk := part.read(CHUNK):
            whole, _, cut = chunk.rpartition(b"<")
            yield rest + whole
            rest = b"<" + cut if len(chunk) > len(cut) else cut
        yield rest


def _refuse_above(path: Path, unpacked: int, cells: int, text: int) -> None:
    if max(unpacked, text) > LARGEST:
        found = f"ce classeur dépasse {LARGEST // 2**20} Mo une fois décompressé, trop pour la mémoire"
        raise FormatError(f"{path.name} : {found} : exportez-le en CSV, qui se lit sans limite de taille")
    if cells > CELLS:
        found = f"une feuille s'étend sur plus de {spaced(CELLS)} cellules, vides comprises"
        remedy = "supprimez les lignes et colonnes au-delà du tableau, ou exportez-le en CSV"
        raise FormatError(f"{path.name} : {found} : {remedy}")


def _unreadable(path: Path, error: Exception) -> FormatError:
    return FormatError(
        f"{path.name} : ce classeur ne s'ouvre pas ({error}) : réenregistrez-le en {' ou '.join(SPREADSHEETS)}, "
        "sans mot de passe"
    )


class _Strings:
    """The texts that the sheets of an Excel workbook share, by the bytes of each, tags included."""

    text = 0

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def see(self, piece: bytes) -> None:
        end, *others = SHARED.split(piece)
        if self.sizes:
            self.sizes[-1] += len(end)
        self.sizes += map(len, others)

    def cells(self) -> int:
        return 0


class _Excel:
    """The last row and the last column that hold a cell, and the bytes of shared texts, each as often as it is used."""

    def __init__(self, strings: _Strings) -> None:
        self.sizes, self.text = strings.sizes, 0
        self.last_row, self.columns = 0, {b"A"}

    def see(self, piece: bytes) -> None:
        self.text += sum(self.sizes[rank] for rank in map(int, USED.findall(piece)) if rank < len(self.sizes))
        self.columns.update(CELL.findall(piece))
        self.last_row = max(self.last_row, *map(int, ROW.findall(piece)), 0)

    def cells(self) -> int:
        return self.last_row * max(map(_rank, self.columns))


class _Opendocument:
    """The cells of all sheets, which are read at once; empty ones count up to the last that is filled."""

    text = 0

    def __init__(self) -> None:
        self.before = self.rows = self.last_row = self.widest = 0
        self.repeated, self.column, self.width = 1, 0, 0

    def see(self, piece: bytes) -> None:
        for kind, attributes in TAG.findall(piece):
            found = REPEATED.search(attributes)
            times = int(found[1]) if found else 1
            if kind == b"table":
                self._end_row()
                self.before, self.rows, self.last_row, self.widest = self.cells(), 0, 0, 0
            elif kind == b"table-row":
                self._end_row()
                self.repeated = times
            else:
                self.column += times
                if not attributes.endswith(b"/") or b"office:value" in attributes:
                    self.width = self.column

    def cells(self) -> int:
        rows = self.rows + self.repeated if self.width else self.last_row
        return self.before + rows * max(self.widest, self.width)

    def _end_row(self) -> None:
        self.rows += self.repeated
        if self.width:
            self.last_row, self.widest = self.rows, max(self.widest, self.width)
        self.repeated, self.column, self.width = 0, 0, 0


def _rank(letters: bytes) -> int:
    """Give the rank of a column from its letters."""
    rank = 0
    for letter in letters:
        rank = rank * 26 + letter - 64
    return rank
