"""Dates in French words: « 12 mars 2026 à 14 h 05 », and « il y a 3 jours », counted from the day of the export."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from listening.sources.brands import fold

WORD = re.compile(r"[^\W\d_]{3}")  # without one, no month is named
END_OF_DAY = time(23, 59)  # of an export of which only the day is known: « il y a 2 heures » is then on that day
TIME = r"(?:(?: a)? (?P<hour>\d{1,2})(?: ?h(?:eures?)?)?(?: ?(?P<minute>\d{2}))?(?: (?P<second>\d{2}))?)?"
IN_A_NAME = re.compile(
    r"(?<!\d)(?:(?P<y>20\d{2})(?P<mark>[-_.]?)(?P<m>\d{2})(?P=mark)(?P<d>\d{2})"
    r"|(?P<day>\d{2})(?P<sign>[-_.])(?P<month>\d{2})(?P=sign)(?P<year>20\d{2}))(?!\d)",
    re.ASCII,
)


def written_date(text: str) -> datetime | None:
    """Give the date that French words write, None for any other text; raises `ValueError` for a day that is none.

    >>> written_date("Jeudi 12 mars 2026 à 14 h 05"), written_date("1er févr. 26")
    (datetime.datetime(2026, 3, 12, 14, 5), datetime.datetime(2026, 2, 1, 0, 0))
    """
    match = _words().written.fullmatch(fold(text)) if WORD.search(text) else None
    if match is None:
        return None
    year = int(match["year"])
    day = date(year if year > 99 else 2000 + year, _words().months[match["month"]], int(match["day"]))
    return datetime.combine(day, _time(match))


def relative_date(text: str, exported: datetime) -> datetime | None:
    """Give the day that French words count from that of an export, None for any other text.

    Its hour is that of « hier à 14h05 », else midnight: nothing finer than a day is known of « il y a 3 jours ».

    >>> relative_date("il y a 3 jours", datetime(2026, 3, 12)), relative_date("Hier, 14:05", datetime(2026, 3, 12))
    (datetime.datetime(2026, 3, 9, 0, 0), datetime.datetime(2026, 3, 11, 14, 5))
    """
    words, said = _words(), fold(text)
    if match := words.named.fullmatch(said):
        return datetime.combine(_before(exported, words.days[match["named"]], 1), _time(match))
    if match := words.ago.fullmatch(said):
        number = words.numbers.get(match["number"]) or int(match["number"])
        unit = next(lasting for unit, lasting in words.units.items() if re.fullmatch(unit, match["unit"]))
        return datetime.combine(_before(exported, unit, number), time())
    return None


def exported_at(path: Path) -> datetime:
    """Give when a file was exported: the last day that its name holds, else when it was last modified.

    >>> exported_at(Path("avis du 2026-01-01 au 2026-03-12.csv"))
    datetime.datetime(2026, 3, 12, 23, 59)
    """
    named = [day for match in IN_A_NAME.finditer(path.stem) if (day := _named_day(match))]
    return end_of(max(named)) if named else datetime.fromtimestamp(path.stat().st_mtime, UTC)


def end_of(day: date) -> datetime:
    """Give the last minute of the day of an export."""
    return datetime.combine(day, END_OF_DAY)


@dataclass(frozen=True, slots=True)
class _Words:
    written: re.Pattern[str]
    named: re.Pattern[str]
    ago: re.Pattern[str]
    months: Mapping[str, int]
    days: Mapping[str, Mapping[str, int]]
    numbers: Mapping[str, int]
    units: Mapping[str, Mapping[str, int]]


@cache
def _words() -> _Words:
    data = yaml.safe_load(files("listening.sources").joinpath("dates.yaml").read_text(encoding="utf-8"))
    months = {name: number for number, names in data["months"].items() for name in names}
    said, about = f"(?:{_either(data['said'])} )?", f"(?:{_either(data['about'])} )?"
    weekday = f"(?:{_either(data['weekdays'])} )?"
    day = rf"(?P<day>\d{{1,2}})(?:er)? (?P<month>{_either(months)}) (?P<year>\d{{4}}|\d{{2}})"
    number = rf"(?P<number>\d{{1,4}}|{_either(data['numbers'])})"
    return _Words(
        written=re.compile(f"{said}(?:le )?{weekday}{day}{TIME}"),
        named=re.compile(f"{said}(?P<named>{_either(data['named'])}){TIME}"),
        ago=re.compile(f"{said}il y a {about}{number} ?(?P<unit>{'|'.join(data['units'])})"),
        months=months,
        days=data["named"],
        numbers=data["numbers"],
        units=data["units"],
    )


def _either(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


def _time(match: re.Match[str]) -> time:
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    return time(hour, minute, second)


def _before(exported: datetime, unit: Mapping[str, int], number: int) -> date:
    """Give the day some units before an export; a month has its last day where it has not as many."""
    if months := unit.get("months"):
        year, month = divmod(exported.year * 12 + exported.month - 1 - months * number, 12)
        return date(year, month + 1, min(exported.day, monthrange(year, month + 1)[1]))
    return (exported - number * timedelta(**unit)).date()


def _named_day(match: re.Match[str]) -> date | None:
    parts = (match[name] or match[other] for name, other in (("y", "year"), ("m", "month"), ("d", "day")))
    try:
        return date(*map(int, parts))
    except ValueError:
        return None
