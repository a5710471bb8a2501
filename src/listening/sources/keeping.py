"""How long a source's verbatims are kept: `24 months`, counted back from today."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

KEEP = re.compile(r"(?P<number>[1-9]\d{0,4}) (?P<unit>day|month|year)s?")


def kept_since(keep: str, at: datetime) -> datetime:
    """Give the moment before which nothing is kept.

    >>> kept_since("24 months", datetime(2026, 3, 31)), kept_since("1 month", datetime(2026, 3, 31))
    (datetime.datetime(2024, 3, 31, 0, 0), datetime.datetime(2026, 2, 28, 0, 0))
    """
    number, unit = measure(keep)
    if unit == "day":
        return at - timedelta(days=number)
    months = at.year * 12 + at.month - 1 - number * (12 if unit == "year" else 1)
    first = at.replace(year=months // 12, month=months % 12 + 1, day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first.replace(day=min(at.day, (following - timedelta(days=1)).day))


def measure(keep: str) -> tuple[int, str]:
    """Give the number and the unit of a time to keep; ValueError where it is none, or a century.

    >>> measure("2 years")
    (2, 'year')
    """
    found = KEEP.fullmatch(keep)
    if not found or int(found["number"]) > {"day": 36_525, "month": 1200, "year": 100}[found["unit"]]:
        raise ValueError(f"durée « {keep} » : écrivez par exemple 24 months, 2 years ou 90 days")
    return int(found["number"]), found["unit"]
