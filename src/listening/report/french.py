"""Numbers, dates, plurals and names of columns, as French typography has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

THIN, FIXED, MINUS, ABSENT = "\u202f", "\u00a0", "\u2212", "–"  # thin and plain spaces that do not break
PARIS = ZoneInfo("Europe/Paris")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
DIMENSIONS = {"ensemble": "Ensemble", "channel": "Canal", "source": "Source", "wave": "Vague", "brand": "Marque"}
CHANNELS = {"survey": "Enquêtes", "forum": "Forums", "social": "Réseaux sociaux", "review": "Avis"}
POLARITIES = {"negatif": "négatif", "neutre": "neutre", "positif": "positif"}
REASONS = {
    "abstained": "doute du modèle",
    "disagreement": "désaccord",
    "audit": "contrôle au hasard",
    "flagged": "contenu sensible",
    "asked": "demandé",
}
FLAGS = {
    "insulte": "insulte",
    "menace": "menace",
    "opinion_politique": "opinion politique",
    "origine": "origine",
    "religion": "religion",
    "sante": "santé",
    "sexualite": "sexualité",
    "syndicat": "syndicat",
}
SCORES = {"nps": "NPS", "csat": "CSAT", "ces": "CES", "stars": "Étoiles"}


def decimal(number: float, *, digits: int = 1, sign: bool = False) -> str:
    """Give a number with a decimal comma, thousands set apart and a true minus; « – » where there is none.

    >>> decimal(-1234.56), decimal(3, digits=0, sign=True)
    ('−1\\u202f234,6', '+3')
    """
    if pd.isna(number):
        return ABSENT
    rounded = round(float(number), digits) + 0.0  # + 0.0: no « −0 »
    written = f"{rounded:{'+' if sign and rounded else ''},.{digits}f}"
    return written.translate({ord(","): THIN, ord("."): ",", ord("-"): MINUS})


def integer(number: float) -> str:
    """Give a whole number: « 1 234 »."""
    return decimal(number, digits=0)


def percent(share: float, *, digits: int = 1) -> str:
    """Give a share (0 to 1) in percent: « 12,3 % ».

    >>> percent(0.1234)
    '12,3\\xa0%'
    """
    return ABSENT if pd.isna(share) else f"{decimal(100 * share, digits=digits)}{FIXED}%"


def hundredths(share: float, *, digits: int = 1) -> str:
    """Give a share (0 to 1) in percent without its sign, for the bounds of an interval: « 12,3 »."""
    return decimal(100 * share, digits=digits)


def points(number: float) -> str:
    """Give a difference in points, with its sign: « +12 », « −8 », « 0 »."""
    return decimal(number, digits=0, sign=True)


def signed(share: float) -> str:
    """Give a difference of shares in points, with its sign and its tenths: « +1,7 »."""
    return decimal(100 * share, sign=True)


def interval(low: float, high: float, write: Callable[[float], str]) -> str:
    """Give an interval, each bound written by `write`: « [10,1 % ; 14,6 %] »; nothing where there is none.

    >>> interval(0.101, 0.146, percent).replace(FIXED, " ")
    '[10,1 % ; 14,6 %]'
    """
    return "" if pd.isna(low) or pd.isna(high) else f"[{write(low)}{FIXED};{FIXED}{write(high)}]"


def counted(number: float, singular: str, plural: str | None = None) -> str:
    """Give a number and its noun; in French the plural begins at 2.

    >>> counted(1, "verbatim"), counted(0, "verbatim"), counted(2, "canal", "canaux")
    ('1\\xa0verbatim', '0\\xa0verbatim', '2\\xa0canaux')
    """
    return f"{integer(number)}{FIXED}{singular if abs(number) < 2 else plural or singular + 's'}"


def day(moment: datetime | None) -> str:
    """Give the day in Paris: « 3 mars 2026 », « 1er mars 2026 ». A moment without time zone is taken as UTC.

    >>> day(datetime(2026, 3, 31, 23, 30, tzinfo=UTC)).replace(FIXED, " ")
    '1er avril 2026'
    """
    if moment is None:
        return ABSENT
    local = _local(moment)
    return f"{local.day}{'er' if local.day == 1 else ''}{FIXED}{MONTHS[local.month - 1]}{FIXED}{local.year}"


def day_and_hour(moment: datetime) -> str:
    """Give day and hour in Paris: « 3 mars 2026 à 09 h 05 »."""
    return f"{day(moment)} à {_local(moment):%H{FIXED}h{FIXED}%M}"


def iso_day(moment: datetime | None) -> str:
    """Give the day in Paris as spreadsheets read it: 2026-03-31."""
    return "" if moment is None else f"{_local(moment):%Y-%m-%d}"


def period(first: datetime | None, last: datetime | None) -> str:
    """Give the days that verbatims span: « du 3 mars 2026 au 6 avril 2026 »."""
    if first is None or last is None:
        return "période inconnue"
    return f"le {day(first)}" if day(first) == day(last) else f"du {day(first)} au {day(last)}"


def listing(words: Iterable[str]) -> str:
    """Give words as a sentence lists them: « a, b et c »."""
    *before, last = list(words) or [ABSENT]
    return f"{', '.join(before)} et {last}" if before else last


def unbroken(text: str) -> str:
    """Give a text of ours whose marks stay on the line of the word they follow: « : », « ? », guillemets.

    >>> unbroken("Le client : est-il « reconnu » ?").count(FIXED)
    4
    """
    return re.sub(r" (?=[:;?!»%])|(?<=«) ", FIXED, text)


def value_name(dimension: str, value: Any) -> str:
    """Give what readers call a value: channels in French, the others as they are."""
    if dimension == "ensemble":
        return DIMENSIONS["ensemble"]
    return CHANNELS.get(value, str(value)) if dimension == "channel" else str(value)


def _local(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(PARIS)
