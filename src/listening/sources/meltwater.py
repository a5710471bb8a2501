"""Meltwater exports: UTF-16 and tabs as the tool writes them, or any table with their headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from listening.errors import FormatError, RowError
from listening.records import Verbatim, content_id
from listening.sources.base import build
from listening.sources.brands import fold, squeeze
from listening.sources.cells import moment
from listening.sources.columns import keep
from listening.sources.mentions import (
    CHANNELS,
    REPOSTS,
    Mentions,
    channel_of,
    is_extract,
    kept_columns,
    once,
    open_mentions,
)
from listening.sources.rows import Row
from listening.sources.seen import Seen

NAMES = {
    "date": ("Date", "Alternate Date Format"),
    "time": ("Time", "Heure"),
    "hit": ("Hit Sentence", "Phrase clé", "Extrait"),
    "opening": ("Opening Text", "Texte d'ouverture", "Début du texte"),
    "title": ("Title", "Headline", "Titre"),
    "id": ("Document ID", "ID du document"),
    "tweet": ("Tweet Id",),
    "url": ("URL", "Lien"),
    "parent": ("Parent URL",),
    "type": ("Source Type", "Type de source"),
    "information": ("Information Type", "Type d'information"),
    "outlet": ("Source", "Source Name", "Nom de la source"),
    "site": ("Source Domain", "Domaine de la source"),
    "entry": ("Content Type", "Type de contenu"),
    "author": ("Author Handle", "Influencer", "Influenceur"),
    "name": ("Author Name", "Nom de l'auteur"),
    "language": ("Language", "Langue"),
    "query": ("Input Name", "Nom de la recherche"),
}
MONTHS = {  # the beginning of their names, in English and in French
    **{"jan": 1, "feb": 2, "fev": 2, "mar": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5, "jun": 6, "juin": 6, "jul": 7},
    **{"juil": 7, "aug": 8, "aou": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12},
}
DAY = re.compile(r"([0-9]{1,2})[- ]([^\W\d_]{3,9})\.?[- ]([0-9]{4}|[0-9]{2})(?![0-9])")
HOUR = re.compile(r"(\d{1,2})[:h](\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?m?\.?", re.ASCII | re.IGNORECASE)
NOBODY = re.compile(r"(?:comment on|commentaire sur) ", re.IGNORECASE)  # a comment's page, where its author would be

DATED = {squeeze(name) for name in NAMES["date"]}
TEXTS = {squeeze(name) for field in ("hit", "opening") for name in NAMES[field]} - {"extrait"}


class Meltwater(Mentions):
    """Mentions of a Meltwater export, each under the channel of its source type.

    Forums are `forum`, reviews `review`, networks, blogs and comments `social`; press and broadcast are left out, since
    no customer writes them, as are reposts, whose words are another's. `channels` gives the channel of further types
    (``{news: social}``), or None to leave one out. The text is the opening and, when it is not in it, the sentence that
    was hit. `date_format` is that of the date alone, whose hour is then left. A mention is about the brand of `brands`
    that its search or its text name. The sentiment that Meltwater gives is not read; addresses that may name an author
    are not kept.
    """

    kind: Literal["meltwater"] = "meltwater"

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim a table of mentions, dated, that has the sentence hit or the opening of each."""
        return {} if any(header & DATED and header & TEXTS for header in seen.headers) else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each mention."""
        content, found = open_mentions(self, NAMES, ("hit", "opening", "title", "url"))
        if not {"hit", "opening"} & found.keys():
            raise FormatError(
                f"{self.path.name} : ni « Hit Sentence » ni « Opening Text » : exportez les mentions avec l'une"
            )
        if not {"type", "information", "outlet"} & found.keys():
            raise FormatError(f"{self.path.name} : pas de colonne « Source Type » : exportez les mentions avec elle")
        rows = keep(content.rows, kept_columns(self.path.name, content, NAMES, found, self.meta))
        yield from once(build(rows, self._verbatims, shown=["title", "opening", "hit"]))

    def _verbatims(self, row: Row) -> list[Verbatim]:
        cells = row.cells
        cells.update({field: cell.strip() for field, cell in cells.items()})
        source_type = cells["type"] or _network(cells)
        channel = channel_of(row, [source_type, cells["information"]], cells["site"], self.channels)
        if channel is None or squeeze(cells["entry"]) in REPOSTS:
            return []
        if not self.date_format:
            cells["date"] = _dated(cells["date"], cells["time"])
        created_at = moment(row, "date", timezone=self.timezone, date_format=self.date_format)
        author = "" if NOBODY.match(cells["author"]) else cells["author"] or cells["name"]
        text, parted = _joined(cells["opening"], cells["hit"])
        identity = cells["id"] or cells["tweet"]
        thread = content_id(cells["parent"]) if cells["parent"] else None
        return [
            self.verbatim(
                row,
                channel=channel,
                source_type=source_type,
                text=text,
                extract=parted or is_extract(text),
                author=author,
                created_at=created_at,
                labels=[cells["query"]],
                identity=identity,
                thread=thread,
                parent=None if identity else thread,
            )
        ]


def _network(cells: dict[str, str]) -> str:
    """Give the source type of an older export, whose source is a network, a kind of site, or else a newspaper."""
    outlet = squeeze(cells["outlet"])
    if outlet in CHANNELS or outlet.removesuffix("s") in CHANNELS:
        return cells["outlet"]
    return "News" if outlet and not cells["information"] else ""


def _joined(opening: str, hit: str) -> tuple[str, bool]:
    """Give the text of a mention, and whether it is in two parts that may be far from each other."""
    bare = (fold(opening), fold(hit))
    if bare[1] in bare[0] or not bare[1]:
        return opening or hit, False
    if bare[0] in bare[1]:
        return hit, False
    return f"{opening}\n\n{hit}", True


def _dated(day: str, hour: str) -> str:
    """Give a date and its hour as ISO 8601, as they are when they are written otherwise.

    >>> _dated("06-Feb-2026 03:03PM", "3:03 PM"), _dated("05/02/2026", "22:11"), _dated("2026-02-05", "")
    ('2026-02-06T15:03:00', '05/02/2026 22:11:00', '2026-02-05')
    """
    day = day.removesuffix(" 00:00:00") if hour else day  # a date in a spreadsheet
    iso, rest, mark = day, "", " "
    if named := DAY.match(day):
        iso, rest, mark = _iso(named[3], named[2], named[1]), day[named.end() :].strip(), "T"
    clock = HOUR.fullmatch(rest or hour)
    if not iso or clock is None or (not named and re.search(r"\d[:h]\d", day)):
        return iso or day
    hours = int(clock[1]) % 12 + (12 if clock[4] in "pP" else 0) if clock[4] else int(clock[1])
    return f"{iso}{mark}{hours:02}:{clock[2]}:{clock[3] or '00'}"


def _iso(year: str, name: str, day: str) -> str:
    """Give a date as ISO 8601, '' if there is none such."""
    bare = fold(name)
    month = MONTHS.get(bare[:4]) or MONTHS.get(bare[:3]) or 0
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, int(day)).isoformat()
    except ValueError:
        return ""
