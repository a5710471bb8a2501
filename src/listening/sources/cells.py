"""What a cell says: a score, a weight, a date; or the `RowError` of the row that holds it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from listening.sources.french_dates import relative_date, written_date
from listening.sources.rows import Row

NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]+)?")
FRENCH_DATE = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})"
    r"(?:[ \u00a0\u202fT,à]+(\d{1,2})[ \u00a0\u202f]?[:h](?:[ \u00a0\u202f]?(\d{2}))?(?::(\d{2}))?)?",
    re.ASCII,
)
SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)  # days since the first of the 1900 system of Excel
FIRST_DAY = datetime(1899, 12, 30)  # day 0, as Excel holds 1900 for a leap year
EPOCH = re.compile(r"\d{9,13}(?:\.\d+)?", re.ASCII)
MILLISECONDS = 1e11  # a Unix time above is no longer in seconds
YEARS = range(1970, 2101)
SHOWN = 30  # characters of a wrong cell that a message repeats


def identifier(row: Row, column: str) -> str:
    """Give the source's own id of a row."""
    found = row.cells[column].strip()
    if not found:
        raise row.error(f"identifiant vide dans « {column} » : complétez-le ou changez de colonne")
    return found


def score(row: Row, column: str | None, low: int, high: int) -> float | None:
    """Give the number of a cell, None if it is empty or there is no column."""
    number = _number(row, column)
    if number is not None and not low <= number <= high:
        raise row.error(f"note {_shown(row, column)}, hors de {low} à {high} : corrigez-la ou changez de colonne")
    return number


def whole_score(row: Row, column: str | None, low: int, high: int) -> int | None:
    """Give the whole number of a cell, None if it is empty or there is no column."""
    number = score(row, column, low, high)
    if number is None:
        return None
    if not number.is_integer():
        raise row.error(f"note {_shown(row, column)}, qui n'est pas entière : corrigez-la ou changez de colonne")
    return int(number)


def weight(row: Row, column: str | None) -> float:
    """Give the survey weight of a row: 1.0 if its cell is empty or there is no column."""
    number = _number(row, column)
    if number is not None and number < 0:
        raise row.error(f"poids négatif {_shown(row, column)} : corrigez-le ou changez de colonne")
    return 1.0 if number is None else number


def moment(row: Row, column: str | None, *, timezone: str, date_format: str | None = None) -> datetime | None:
    """Give the date of a cell with its time zone, None if it is empty or there is no column.

    Without a format (that of `strptime`), ISO 8601, JJ/MM/AAAA and « 12 mars 2026 », with or without a time, are read,
    and the days that Excel counts (46093,5). « il y a 3 jours » is counted from when the row was exported, if it tells.
    """
    text = row.cells[column].strip() if column else ""
    if not text:
        return None
    try:
        found = datetime.strptime(text, date_format) if date_format else _date(text, _exported(row, timezone))
    except ValueError as error:
        expected = f"{date_format} ou changez" if date_format else "AAAA-MM-JJ ou JJ/MM/AAAA, ou donnez"
        raise row.error(f"date illisible {_shown(row, column)} : écrivez-la {expected} « date_format »") from error
    if found.year not in YEARS:
        raise row.error(f"date invraisemblable {_shown(row, column)} : corrigez-la ou changez de colonne")
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone))


def from_epoch(text: str) -> str:
    """Give the ISO date of a Unix time, in seconds or milliseconds; any other text as it is.

    >>> from_epoch("1741350000.0"), from_epoch("hier")
    ('2025-03-07T12:20:00+00:00', 'hier')
    """
    if not EPOCH.fullmatch(text):
        return text
    time = float(text)
    return datetime.fromtimestamp(time / 1000 if time > MILLISECONDS else time, UTC).isoformat()


def _date(text: str, exported: datetime | None) -> datetime:
    if match := FRENCH_DATE.fullmatch(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
        return datetime(year, month, day, hour, minute, second)
    if SERIAL.fullmatch(text):
        return FIRST_DAY + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400))
    in_words = written_date(text) or (relative_date(text, exported) if exported else None)
    return in_words or datetime.fromisoformat(text)


def _exported(row: Row, timezone: str) -> datetime | None:
    """Give when a row was exported, on the clocks of the time zone."""
    if row.exported is None or row.exported.tzinfo is None:
        return row.exported
    return row.exported.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


def _number(row: Row, column: str | None) -> float | None:
    text = row.cells[column].strip() if column else ""
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise row.error(f"nombre illisible {_shown(row, column)} : corrigez-le ou changez de colonne")
    return float(text.replace(",", "."))


def _shown(row: Row, column: str | None) -> str:
    cell = row.cells[column or ""].strip()
    return f"« {cell[:SHOWN]}{'…' if len(cell) > SHOWN else ''} » dans « {column} »"
