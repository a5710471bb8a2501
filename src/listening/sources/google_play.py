"""Reviews of Google Play: the monthly CSV files of the Play Console, or what google-play-scraper gives."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import unquote

from listening.errors import FormatError, RowError
from listening.records import Scores, Verbatim, content_id
from listening.sources.base import FileSource, build
from listening.sources.cells import moment, score
from listening.sources.columns import keep
from listening.sources.files import open_rows
from listening.sources.json_items import LINES
from listening.sources.opening import files_at
from listening.sources.reviews import latest, named_columns
from listening.sources.rows import Row, titled
from listening.sources.seen import Seen

NAMES = {  # what each column is called: by the Console first, then by the scraper for Python, then by that for Node
    "stars": ("Star Rating", "score"),
    "text": ("Review Text", "content", "text"),
    "date": ("Review Submit Date and Time", "at", "date"),
    "millis": ("Review Submit Millis Since Epoch",),
    "title": ("Review Title", "title"),
    "id": ("reviewId", "review_id", "id"),
    "link": ("Review Link",),
    "author": ("userName",),
    "language": ("Reviewer Language",),
    "app": ("Package Name", "appId", "app_id"),
    "app_version": ("App Version Name", "reviewCreatedVersion", "appVersion", "version"),
    "device": ("Device",),
}
META = ("app", "app_version", "device")
IDENTITY = ("app", "device", "language", "millis", "date")  # of a rating without a text, to which no link leads
NOBODY = ("a google user", "un utilisateur de google", "un utilisateur google", "utilisateur google")
REVIEW_ID = re.compile(r"[?&]reviewid=([^&#\s]+)", re.IGNORECASE)
EPOCH = re.compile(r"[1-3][0-9]{9}(?:[0-9]{3})?")  # seconds or milliseconds, as pandas writes dates in JSON

CLAIMED = (  # the Console, the scraper for Python, that for Node
    {"packagename", "starrating", "reviewtext"},
    {"username", "score", "content", "at"},
    {"username", "score", "text", "date", "scoretext"},
)


class GooglePlay(FileSource):
    """Reviews of apps: a file of the Play Console or of google-play-scraper, a folder of them or a glob.

    A review edited since stands in several monthly files: the last one, by the order of their names, has the word. The
    UTF-16 of the Console is recognised. `meta` has the app, its version and the device. A rating without a text has no
    id of its own: its app, device and date make one.
    """

    kind: Literal["google-play"] = "google-play"
    in_folders: ClassVar[tuple[str, ...]] = (".csv", ".json", *LINES, ".xlsx", ".ods")

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim the headers of the Play Console, or what both scrapers name alike beside their own; see `CLAIMED`."""
        return {} if any(names <= seen.names for names in CLAIMED) else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each review, its title before its text, without the developer's reply."""
        yield from latest(files_at(self.path, *self.in_folders), self._file)

    def _file(self, path: Path) -> Iterator[Verbatim | RowError]:
        content = open_rows(path, encoding=self.encoding, longest=None)
        if not content.columns:  # JSON without any object
            yield from build(content.rows, lambda row: [], shown=())
            return
        names = named_columns(path.name, content.columns, NAMES, wanted=("stars", "text"))
        if not {"date", "millis"} & names.keys():
            raise FormatError(f"{path.name} : pas de colonne « {NAMES['date'][0]} » : exportez-le à nouveau, entier")
        shown = [names[field] for field in ("title", "text") if field in names]
        rows = keep(content.rows, {column: column for column in names.values()})
        yield from build(rows, partial(self._verbatims, names, Counter()), shown=shown)

    def _verbatims(self, names: Mapping[str, str], seen: Counter[str], row: Row) -> list[Verbatim]:
        cells = {field: row.cells[column].strip() for field, column in names.items()}
        author = cells.get("author", "")
        return [
            Verbatim(
                source=self.name,
                channel="review",
                external_id=_id(cells, seen),
                text=titled(cells.get("title", ""), cells["text"]),
                language=cells.get("language") or None,
                created_at=self._created_at(names, row),
                author=None if author.casefold() in NOBODY else author or None,
                brand=self.brand,
                url=cells.get("link") or None,
                scores=Scores(stars=score(row, names["stars"], 1, 5)),
                meta={field: cells[field] for field in META if cells.get(field)},
            )
        ]

    def _created_at(self, names: Mapping[str, str], row: Row) -> datetime | None:
        for column in (names[field] for field in ("date", "millis") if field in names):
            text = row.cells[column].strip()
            if EPOCH.fullmatch(text):
                return datetime.fromtimestamp(int(text[:10]), UTC) + timedelta(milliseconds=int(text[10:] or 0))
            if text:
                return moment(row, column, timezone=self.timezone)
        return None


def _id(cells: Mapping[str, str], seen: Counter[str]) -> str:
    """Give the id of a review: its own, that in its link, or one made of what little is known of it and its rank."""
    if cells.get("id"):
        return cells["id"]
    if match := REVIEW_ID.search(cells.get("link", "")):
        return unquote(match[1])
    identity = content_id(*(cells.get(field, "") for field in IDENTITY))
    seen[identity] += 1
    return identity if seen[identity] == 1 else f"{identity}-{seen[identity]}"
