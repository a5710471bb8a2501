"""Which column of a table holds what, told by its name and by what its cells are: nobody has to name them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from importlib.resources import files
from statistics import fmean
from typing import Any

import yaml

from listening.errors import RowError
from listening.sources.brands import fold
from listening.sources.cells import NUMBER, moment
from listening.sources.columns import Columns
from listening.sources.open_questions import bare_score, personal, plain_scores, wording_of
from listening.sources.rows import Row

SCALES = {"nps": (0, 10), "ces": (1, 7), "csat": (1, 5)}  # a column is the first of these that it fits
AGREE = 0.9  # share of the cells that must be what their column is taken for
LONG = 25  # mean characters from which texts need no question to be answers
SHORT = 5  # the same for the answers to a question that asks for words
WORDS = 4  # mean words of texts without such a question
VARIED, LESS_VARIED = 0.5, 0.3  # share of distinct cells, without and with such a question
VALUES = 30  # values of a segment, at most
SEGMENT = 60  # characters of one, at most
HUGE = 10_000  # above any weight
LONGEST_CONTACT = 300  # characters of an address
SOME_TIME = datetime(2026, 1, 1)  # from which « hier » is a date like any other
WORD = re.compile(r"[^\W\d_]{3,}")
CONTACT = re.compile(r"\S+@\S+\.\S+|(?:\+?\d[ .-]?){9,15}|https?://\S+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name as a configuration says it, its wording, its cells that are not empty, of how many rows.

    `codes` are the same cells as their source reads scores, where it does not take them as they stand.
    """

    name: str
    cells: list[str]
    rows: int
    wording: str = ""
    codes: list[str] | None = None

    def is_called(self, role: str) -> bool:
        """Tell whether its name or its wording is one of those of a role."""
        texts = (fold(self.name), fold(self.wording))
        return any(pattern.search(text) for text in texts for pattern in _patterns(role))

    def is_personal(self) -> bool:
        """Tell whether it says who answered, by its name, its wording or what it holds."""
        if personal(self.name) or personal(self.wording) or self._share(_is_contact) > 0.5:
            return True
        return self.is_called("personal") and not self.fits(0, 10) and not (self.is_called("open") and self._is_long())

    def is_open(self) -> bool:
        """Tell whether its cells are answers in the words of those who gave them."""
        if not self.reads() or self.is_called("id") or self.is_personal():
            return False
        if self.is_called("open"):
            return self._distinct() >= LESS_VARIED and fmean(map(len, self.cells)) >= SHORT
        return self._is_long()

    def reads(self) -> bool:
        """Tell whether its cells are made of words, however few."""
        return self._share(_reads) >= 0.5

    def is_segment(self) -> bool:
        """Tell whether its cells are few values, each given again and again."""
        values = set(self.cells)
        if not 2 <= len(values) <= min(VALUES, len(self.cells) / 2) or max(map(len, values)) > SEGMENT:
            return False
        dated = self._share(lambda cell: not NUMBER.fullmatch(cell) and _is_date(cell, ""))
        return not self.is_personal() and dated < AGREE

    def is_identifier(self) -> bool:
        """Tell whether it is called as identifiers are, never empty, and never twice the same."""
        return self.is_called("id") and len(self.cells) == self.rows and self._distinct() == 1

    def fits(self, low: int, high: int, *, whole: bool = True) -> bool:
        """Tell whether its cells are numbers from `low` to `high`."""
        scores = self.cells
        if self.codes is not None:
            scores = [bare_score(code, cell) for code, cell in zip(self.codes, self.cells, strict=True)]
        numbers = [_number(one) for one in scores if one]
        good = [one for one in numbers if one is not None and low <= one <= high and (one.is_integer() or not whole)]
        return bool(numbers) and len(good) >= AGREE * len(numbers)

    def dates(self) -> str | None:
        """Give the format of its dates, '' for ISO 8601 and JJ/MM/AAAA, None if they are none."""
        for form in ("", *_roles()["date_formats"]):
            if self._share(partial(_is_date, form=form)) >= AGREE:
                return form
        return None

    def _is_long(self) -> bool:
        if not self.cells:
            return False
        words = fmean(len(cell.split()) for cell in self.cells)
        return self._distinct() >= VARIED and fmean(map(len, self.cells)) >= LONG and words >= WORDS

    def _share(self, test: Callable[[str], object]) -> float:
        return sum(bool(test(cell)) for cell in self.cells) / len(self.cells) if self.cells else 0.0

    def _distinct(self) -> float:
        return len(set(self.cells)) / len(self.cells) if self.cells else 0.0


def columns_of(
    rows: Sequence[Row],
    names: Iterable[str],
    *,
    wording: Mapping[str, str] | None = None,
    known_as: Mapping[str, str] | None = None,
    plain: bool = False,
) -> list[Column]:
    """Give these columns of some rows, under the names of `known_as`; `plain` where scores are read out of words."""
    found = []
    for name in names:
        cells = [cell for row in rows if (cell := row.cells.get(name, "").strip())]
        codes = [_plain(cell) for cell in cells] if plain else None
        found.append(Column((known_as or {}).get(name, name), cells, len(rows), (wording or {}).get(name, ""), codes))
    return found


def closed_answers(columns: Iterable[Column], *, stars: bool = False) -> dict[str, Any]:
    """Give the columns of scores, weight, wave, brand and segments, as fields of `Columns`; personal ones never."""
    left = [one for one in columns if one.cells and not one.is_personal() and not one.is_open()]
    found: dict[str, Any] = {}

    def take(role: str, fits: Callable[[Column], bool]) -> None:
        column = next((one for one in left if one.is_called(role) and fits(one)), None)
        if column is not None:
            found[role] = column.name
            left.remove(column)

    take("nps", lambda one: one.fits(*SCALES["nps"]))
    take("ces", lambda one: one.fits(*SCALES["ces"]))
    take("csat", lambda one: one.fits(*SCALES["csat"]))
    if stars:
        take("stars", lambda one: one.fits(1, 5, whole=False))
    take("weight", lambda one: one.fits(0, HUGE, whole=False))
    take("wave", lambda one: len(set(one.cells)) <= VALUES)
    take("brand", lambda one: max(map(len, one.cells)) <= SEGMENT and not one.fits(0, HUGE))
    segments = [one.name for one in left if one.is_segment()]
    return found | ({"meta": segments} if segments else {})


def open_answers(columns: Iterable[Column]) -> list[Column]:
    """Give the columns of open questions, in their order; personal ones never."""
    return [one for one in columns if one.is_open()]


def survey_answers(columns: Iterable[Column]) -> dict[str, Any]:
    """Give the open questions and the closed answers of a survey, as fields of its source."""
    found = [*columns]
    questions = [one.name for one in open_answers(found)]
    return ({"questions": questions} if questions else {}) | closed_answers(found)


def worded_answers(rows: Sequence[Row], headings: Iterable[str]) -> dict[str, Any]:
    """Give the same for columns of a survey that are headed by their wording, whose scores are read out of words."""
    names = {heading: wording_of(heading) for heading in headings}
    return survey_answers(columns_of(rows, names, known_as=names, plain=True))


def date_of(columns: Iterable[Column]) -> dict[str, str]:
    """Give the column of the dates as `date`, and as `date_format` a format that has to be told."""
    for column in columns:
        if column.cells and column.is_called("date") and (form := column.dates()) is not None:
            return {"date": column.name} | ({"date_format": form} if form else {})
    return {}


def first_called(role: str, columns: Iterable[Column]) -> str | None:
    """Give the first column that is called as a role is and holds something."""
    return next((one.name for one in columns if one.is_called(role) and one.cells), None)


def _reads(cell: str) -> bool:
    """Tell whether a cell is made of words."""
    letters = sum(letter.isalpha() or letter.isspace() for letter in cell)
    return bool(WORD.search(cell)) and letters >= 0.6 * len(cell) and not cell.startswith(("[", "{", "http"))


def _is_contact(cell: str) -> bool:
    return len(cell) <= LONGEST_CONTACT and CONTACT.fullmatch(cell) is not None


def _plain(cell: str) -> str:
    return plain_scores(Row(0, {"note": cell}), Columns(csat="note")).cells["note"]


def _number(cell: str) -> float | None:
    return float(cell.replace(",", ".")) if NUMBER.fullmatch(cell) else None


def _is_date(cell: str, form: str) -> bool:
    row = Row(0, {"date": cell}, exported=SOME_TIME)
    try:
        return moment(row, "date", timezone="UTC", date_format=form or None) is not None
    except RowError:
        return False


@cache
def _patterns(role: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _roles()[role])


@cache
def _roles() -> dict[str, list[str]]:
    content = files("listening.sources").joinpath("roles.yaml").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = yaml.safe_load(content)
    return loaded
