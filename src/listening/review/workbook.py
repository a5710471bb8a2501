"""The workbook in which coders work apart from the pages: drop-downs, definitions, ids that stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

from listening.codebook import Codebook
from listening.records import CodeVerdict, Polarity

PAIRS = 6  # codes and polarities that a row has room for, or more where more are proposed
LONGEST = 32_000  # characters of a cell, under Excel's 32 767
TEXTS, PLAN = "Verbatims", "Plan de codage"
BLIND = "à l'aveugle"
GIVEN = ("Identifiant", "Verbatim", "Question", "Contexte", "À décider")
WIDTHS = (22, 70, 28, 24, 24)
CODE_WIDTH, NOTE_WIDTH, NARROW = 44, 34, 11
LINE, TALLEST = 15, 405  # points: a line of text, and the most that Excel gives a row (409)
LETTERS = 1.1  # of a text, in the width of a figure, by which columns are measured
PLAN_COLUMNS = {"Code à choisir": 44, "Net": 18, "Définition": 80, "Ne pas coder ici": 60}
POLARITIES: Mapping[str, Polarity] = {"négatif": "negatif", "neutre": "neutre", "positif": "positif"}
WORDS = {polarity: word for word, polarity in POLARITIES.items()}
DONE, SKIPPED = "oui", "passer"
HOW = (
    "Choisissez un sentiment, puis un code et sa polarité par thème, dans les listes ; « Fini » : oui, ou passer. "
    "Les définitions sont sur la feuille « Plan de codage »."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """For whom and under which codebook a workbook is; `model` is the one whose tags it proposes, None when blind."""

    codebook: str
    coder: str
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCode:
    """A version to code, with what helps to read it, what is asked of it, and what is proposed."""

    version: str
    text: str
    question: str = ""
    context: str = ""
    asked: str = ""
    sentiment: Polarity | None = None
    codes: tuple[CodeVerdict, ...] = ()


def write_workbook(path: Path, rows: Sequence[ToCode], codebook: Codebook, purpose: Purpose, *, at: datetime) -> Path:
    """Write versions to code, and the codebook's definitions on a second sheet; the file appears whole or not at all.

    Only the coder's cells can be changed; rows are as high as their texts, and given columns that are empty, as what a
    blind coder is asked, are hidden. A text that begins with `=` stays a text. The same rows written at the same moment
    give the same bytes.
    """
    pairs = max([PAIRS, *(len(one.codes) for one in rows)])
    part = path.with_name(f".{path.name}.part")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        book = import_module("xlsxwriter").Workbook(part, options)
        book.set_properties({"title": f"{TEXTS} à coder", "created": at.replace(tzinfo=None)})
        styles = _Styles(book)
        _write_texts(book.add_worksheet(TEXTS), rows, codebook, purpose, pairs, styles)
        _write_plan(book.add_worksheet(PLAN), codebook, styles)
        book.close()
        return part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def all_headers(pairs: int) -> list[str]:
    """Give the second line of a workbook, with room for so many codes."""
    codes = [f"{name} {rank}" for rank in range(1, pairs + 1) for name in ("Code", "Polarité")]
    return [*GIVEN, "Sentiment", *codes, "Fini", "Note"]


class _Styles:
    """The looks of cells: those that the coder fills, and those that are given."""

    def __init__(self, book: Any) -> None:
        look = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D0D4DA"}
        self.given = book.add_format(look | {"bg_color": "#F2F4F7"})
        self.free = book.add_format(look | {"locked": False, "num_format": "@"})
        self.head = book.add_format(look | {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"})
        self.top = book.add_format({"italic": True, "font_color": "#5A6472", "text_wrap": True, "valign": "top"})


def _write_texts(
    sheet: Any, rows: Sequence[ToCode], codebook: Codebook, purpose: Purpose, pairs: int, styles: _Styles
) -> None:
    headers = all_headers(pairs)
    widths = [_width(column, name) for column, name in enumerate(headers)]
    top = (purpose.codebook, HOW, purpose.coder, purpose.model or BLIND)
    sheet.set_row(0, _height(top, widths))
    for column, said in enumerate(top):
        sheet.write_string(0, column, said, styles.top)
    filled = [any(said) for said in zip(*map(_given, rows), strict=True)]
    for column, name in enumerate(headers):
        sheet.write_string(1, column, name, styles.head)
        hidden = column < len(filled) and not filled[column]
        sheet.set_column(column, column, widths[column], None, {"hidden": hidden})
    shown = {code: _shown(code, codebook) for code in codebook.codes}
    for line, one in enumerate(rows, start=2):
        proposed = [WORDS[one.sentiment] if one.sentiment else ""]
        proposed += [word for code in one.codes for word in (shown[code.code], WORDS[code.polarity])]
        proposed += [""] * (len(headers) - len(GIVEN) - len(proposed))
        cells = [*map(cut, _given(one)), *proposed]
        sheet.set_row(line, _height(cells, widths))
        for column, written in enumerate(cells):
            sheet.write_string(line, column, written, styles.given if column < len(GIVEN) else styles.free)
    for column, name in enumerate(headers[len(GIVEN) : -1], start=len(GIVEN)):
        sheet.data_validation(2, column, max(len(rows) + 1, 2), column, _list(name, len(codebook.codes)))
    sheet.freeze_panes(2, 2)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_plan(sheet: Any, codebook: Codebook, styles: _Styles) -> None:
    for column, (name, width) in enumerate(PLAN_COLUMNS.items()):
        sheet.write_string(0, column, name, styles.head)
        sheet.set_column(column, column, width)
    for line, (name, code) in enumerate(codebook.codes.items(), start=1):
        cells = (_shown(name, codebook), codebook.nets[codebook.net(name)].label, code.definition, code.not_this)
        sheet.set_row(line, _height(cells, list(PLAN_COLUMNS.values())))
        for column, said in enumerate(cells):
            sheet.write_string(line, column, said, styles.given)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(1, 1)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _list(name: str, codes: int) -> dict[str, Any]:
    source: Any = list(POLARITIES)
    if name.startswith("Code"):
        source = f"='{PLAN}'!$A$2:$A${codes + 1}"
    elif name == "Fini":
        source = [DONE, SKIPPED]
    asked = {"error_title": "Hors de la liste", "error_message": "Choisissez une valeur de la liste, ou laissez vide."}
    return {"validate": "list", "source": source, "ignore_blank": True} | asked


def _width(column: int, name: str) -> int:
    if column < len(WIDTHS):
        return WIDTHS[column]
    return CODE_WIDTH if name.startswith("Code") else NOTE_WIDTH if name == "Note" else NARROW


def _height(cells: Sequence[str], widths: Sequence[int]) -> int:
    """Give the height, in points, of a row that shows its cells whole: not every programme works it out by itself."""
    lines = [
        sum(max(ceil(len(part) / (LETTERS * width)), 1) for part in cell.split("\n"))
        for cell, width in zip(cells, widths, strict=False)
    ]
    return min(LINE * max(lines), TALLEST)


def _given(one: ToCode) -> tuple[str, ...]:
    return one.version, one.text, one.question, one.context, one.asked


def _shown(code: str, codebook: Codebook) -> str:
    return f"{codebook.codes[code].label} ({code})"


def cut(text: str) -> str:
    """Give a text as a cell can hold it, the end of a very long one left out."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} […]"
