"""Dates as spreadsheets write them: day or month first, morning or afternoon, with the name of a time zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from listening.errors import FormatError, RowError
from listening.sources.cells import moment
from listening.sources.rows import Row

Order = Literal["jour-mois", "mois-jour"]
DATE = re.compile(
    r"(?P<a>\d{4}|\d{1,2})(?P<mark>[/-])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{4}|\d{1,2})"
    r"(?:[ ,T\u00a0\u202f]+(?:à )?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:\s*(?P<half>[AP])\.?M\.?)?(?:\s*(?P<zone>[A-Z]{2,4})?(?P<offset>[+−-]\d{1,2}(?::?\d{2})?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
ZONES = {
    **dict.fromkeys(("UTC", "GMT", "WET", "Z"), "+00:00"),
    **dict.fromkeys(("CET", "BST", "WEST"), "+01:00"),
    **dict.fromkeys(("CEST", "EET"), "+02:00"),
    **dict.fromkeys(("EEST",), "+03:00"),
    **dict.fromkeys(("EDT",), "-04:00"),
    **dict.fromkeys(("EST", "CDT"), "-05:00"),
    **dict.fromkeys(("CST", "MDT"), "-06:00"),
    **dict.fromkeys(("MST", "PDT"), "-07:00"),
    **dict.fromkeys(("PST",), "-08:00"),
}


def settled_order(dates: Iterable[str], *, file: str, french: bool) -> Order:
    """Give what comes first in the dates of a file, the day or the month: the first date that can tell decides.

    If none can, it is the day where headings are French; elsewhere `FormatError` asks for « date_order ».
    """
    doubtful = False
    for text in dates:
        match = DATE.fullmatch(text.strip())
        if match is None or len(match["a"]) == 4 or match["a"].zfill(2) == match["b"].zfill(2):
            continue
        if int(match["a"]) > 12:
            return "jour-mois"
        if int(match["b"]) > 12:
            return "mois-jour"
        doubtful = True
    if doubtful and not french:
        raise FormatError(
            f"{file} : rien ne dit si ses dates commencent par le jour ou par le mois : ajoutez à la source "
            "« date_order: jour-mois » ou « date_order: mois-jour »"
        )
    return "jour-mois"


def local_moment(row: Row, column: str, *, timezone: str, order: Order) -> datetime | None:
    """Give the date of a cell with its time zone, its own if it names one; None if the cell is empty."""
    text = row.cells[column].strip()
    rewritten = replace(row, cells={column: iso(text, order)})
    try:
        return moment(rewritten, column, timezone=timezone)
    except RowError as error:
        raise row.error(
            f"date illisible « {text[:40]} » dans « {column} », attendue en {order}-année : corrigez-la, ou changez "
            "« date_order »"
        ) from error


def iso(text: str, order: Order) -> str:
    """Write in ISO 8601 a date in one of the forms known, and leave the others as they are.

    >>> iso("2026/01/05 1:32:07 PM UTC+1", "jour-mois"), iso("1/5/2026 9:02:07", "mois-jour")
    ('2026-01-05T13:32:07+01:00', '2026-01-05T09:02:07')
    """
    match = DATE.fullmatch(text)
    zone = _zone(match["zone"], match["offset"]) if match else None
    if match is None or zone is None or (len(match["a"]) == 4) == (len(match["c"]) == 4):
        return text
    year, month, day = (match[name] for name in ("abc" if len(match["a"]) == 4 else "cba"))
    if len(match["a"]) != 4 and order == "mois-jour":
        month, day = day, month
    written = f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    if match["hour"] is None:
        return written
    hour = _hour(int(match["hour"]), match["half"])
    return f"{written}T{hour:02}:{match['minute']}:{match['second'] or '00'}{zone}"


def _hour(hour: int, half: str | None) -> int:
    """Give an hour of 24; one above 12 with a half stays impossible, so that the date is refused."""
    if half is None:
        return hour
    return hour % 12 + 12 * (half in "Pp") if 1 <= hour <= 12 else 99


def _zone(name: str | None, offset: str | None) -> str | None:
    """Give the offset of a zone, '' if there is none, None if it is unknown."""
    base = ZONES.get((name or "").upper(), "" if name is None else None)
    if not offset:
        return base
    if base not in ("", "+00:00"):
        return None
    hours, _, minutes = offset[1:].partition(":")
    if len(hours) > 2:
        hours, minutes = hours[:-2], hours[-2:]
    return f"{'+' if offset[0] == '+' else '-'}{hours.zfill(2)}:{minutes or '00'}"
