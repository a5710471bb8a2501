"""The items of a JSON or JSONL file, one at a time, each with its line: memory does not grow with the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from listening.errors import FormatError, RowError
from listening.sources.opening import lines, open_text

CHUNK = 65_536  # characters read at a time
LARGEST = 2**25  # characters of an item; beyond, memory is at stake
SHORTEST = 64  # a fault farther than this from the end of what is read is no cut but a fault
LINES = (".jsonl", ".ndjson")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL and half emojis, which no database takes
BLANKS = " \t\r\n"
CUT = "la fin du fichier manque : exportez-le à nouveau"
DECODER = json.JSONDecoder()


def read_items(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, Any]] | RowError]:
    """Give the line and the content of each object: of the list in a JSON file (or its only one), of each JSONL line.

    Raises `FormatError` for a JSON file that is cut or wrong; a wrong JSONL line, or an item that is no object, is a
    `RowError` in its place.
    """
    items = _lines if path.suffix.lower() in LINES else _elements
    for item in items(path, encoding):
        if isinstance(item, RowError):
            yield item
        elif isinstance(item[1], dict):
            yield item[0], storable(item[1])
        else:
            yield RowError(
                "un objet JSON {…} est attendu ici : corrigez ou supprimez cet élément",
                row=f"{path.name}, ligne {item[0]}",
            )


def storable(value: Any) -> Any:
    """Give a JSON value without the characters that no database takes.

    >>> storable({"texte": "à bientôt\\ud83d\\x00"})
    {'texte': 'à bientôt'}
    """
    if isinstance(value, str):
        return UNSTORABLE.sub("", value)
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list) else value


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, Any] | RowError]:
    with open_text(path, encoding) as file:
        for line, text in enumerate(lines(file, path), 1):
            if not text.strip():
                continue
            try:
                yield line, json.loads(text)
            except (ValueError, RecursionError) as error:  # ValueError: a number of thousands of digits
                if line == 1 and text.startswith("["):
                    raise FormatError(f"{path.name} est une liste JSON, pas du JSONL : renommez-le en .json") from error
                column = error.colno if isinstance(error, json.JSONDecodeError) else 1
                yield RowError(
                    f"JSON illisible à la colonne {column} : exportez à nouveau ou supprimez cette ligne",
                    row=f"{path.name}, ligne {line}",
                )


def _elements(path: Path, encoding: str) -> Iterator[tuple[int, Any]]:
    with open_text(path, encoding) as file:
        window = Window(file, path)
        if window.peek() == "[":
            yield from listed(window)
        else:
            yield window.value()
        if window.peek():
            raise window.fault("autre chose commence ici : si c'est du JSONL, renommez-le en .jsonl")


def listed(window: Window) -> Iterator[tuple[int, Any]]:
    """Give the line and the value of each item of the list that begins here."""
    window.at += 1
    mark = "," if window.peek() != "]" else "]"
    while mark != "]":
        yield window.value()
        mark = window.peek()
        if mark not in ("]", ","):
            raise window.fault(None if mark else CUT)
        window.at += mark == ","
    window.at += 1


@dataclass
class Window:
    """The part of a file being read, the line and the column on which it begins, and where one is in it."""

    file: TextIO
    path: Path
    text: str = ""
    at: int = 0
    line: int = 1
    column: int = 1

    def peek(self) -> str:
        """Give the next character that is no white space, '' at the end."""
        while True:
            while self.at < len(self.text):
                if self.text[self.at] not in BLANKS:
                    return self.text[self.at]
                self.at += 1
            if not self._fill():
                return ""

    def value(self) -> tuple[int, Any]:
        """Give the line and the value that begin here, reading on as far as it takes."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                unended = error.msg.startswith("Unterminated string")
                if (unended or len(self.text) - error.pos < SHORTEST) and self._more():
                    continue
                cut = unended or error.pos >= len(self.text.rstrip())
                raise self.fault(CUT if cut else None, error.pos) from error
            except RecursionError as error:
                raise self.fault("trop de listes ou d'objets emboîtés : exportez-le à nouveau") from error
            except ValueError as error:
                raise self.fault("un nombre de milliers de chiffres : corrigez-le") from error
            if end < len(self.text) or not self._more():
                line = self._where(self.at)[0]
                self.at = end
                return line, value

    def fault(self, reason: str | None, position: int | None = None) -> FormatError:
        line, column = self._where(self.at if position is None else position)
        reason = reason or "une virgule, un guillemet ou une accolade manque ou est de trop : corrigez-le ici"
        return FormatError(f"{self.path.name}, ligne {line}, colonne {column} : JSON illisible, {reason}")

    def _more(self) -> bool:
        """Read on for an item; raises `FormatError` when it has grown above `LARGEST` characters."""
        if len(self.text) - self.at > LARGEST:
            raise self.fault(
                f"un élément de plus de {LARGEST // 2**20} millions de caractères : un guillemet n'y est sans doute "
                "pas refermé, ou exportez en JSONL"
            )
        return self._fill()

    def _fill(self) -> bool:
        """Let go what is behind and read on, twice as much each time that an item asks for more."""
        more = self.file.read(max(CHUNK, len(self.text) - self.at))
        if more:
            self.line, self.column = self._where(self.at)
            self.text, self.at = self.text[self.at :] + more, 0
        return bool(more)

    def _where(self, position: int) -> tuple[int, int]:
        newlines = self.text.count("\n", 0, position)
        if not newlines:
            return self.line, self.column + position
        return self.line + newlines, position - self.text.rfind("\n", 0, position)
