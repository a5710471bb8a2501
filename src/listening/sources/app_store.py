"""Reviews of the App Store: App Store Connect's API, or the public feed of customer reviews, both in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from listening.errors import RowError
from listening.records import Scores, Verbatim
from listening.sources.base import FileSource, build
from listening.sources.cells import identifier, moment, score
from listening.sources.json_items import LINES
from listening.sources.opening import files_at
from listening.sources.reviews import inner, latest, reviews_in
from listening.sources.rows import LONGEST, Row, as_text, pick, titled, too_long
from listening.sources.seen import Seen

STORE = re.compile(r"https?://(?:itunes|apps)\.apple\.com/([a-z]{2})/.*?\bid=?(\d+)", re.IGNORECASE)


class AppStore(FileSource):
    """Reviews of apps: pages of App Store Connect's API or of the public feed, a folder of them or a glob.

    The API calls France ``FRA``, the feed ``FR``; only the feed knows the app and its version. A review does not have
    the same id in both, so choose one. Of a review in several files, the last, by the order of their names, is given.
    """

    kind: Literal["app-store"] = "app-store"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim what holds the ratings of the feed, or the nicknames that App Store Connect gives reviewers."""
        return {} if {"im:rating", "reviewerNickname"} & seen.keys else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each review, its title before its text, without the developer's response."""
        yield from latest(files_at(self.path, *self.in_folders), self._file)

    def _file(self, path: Path) -> Iterator[Verbatim | RowError]:
        rows = reviews_in(path, self.encoding, _reviews, _row)
        yield from build(rows, self._verbatims, shown=["title", "text"])

    def _verbatims(self, row: Row) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        cells = row.cells
        stars, date = ("im:rating", "updated") if "im:rating" in cells else ("rating", "createdDate")
        return [
            Verbatim(
                source=self.name,
                channel="review",
                external_id=identifier(row, "id"),
                text=titled(cells["title"], cells["text"]),
                created_at=moment(row, date, timezone=self.timezone),
                author=cells["author"].strip() or None,
                brand=self.brand,
                scores=Scores(stars=score(row, stars, 1, 5)),
                meta={key: cells[key] for key in ("app", "app_version", "country") if cells[key]},
            )
        ]


def _reviews(content: dict[str, Any]) -> list[Any]:
    """Give the reviews of a page, or the only one: a list of one is no list in the feed, and none is no key."""
    if "feed" in content:
        feed = content["feed"]
        entries = feed.get("entry", []) if isinstance(feed, dict) else [feed]
        entries = entries if isinstance(entries, list) else [entries]
        return [entry for entry in entries if not (isinstance(entry, dict) and "im:name" in entry)]  # that of the app
    if "data" in content:
        return content["data"] if isinstance(content["data"], list) else [content["data"]]
    return [content]


def _row(review: Any, line: int, file: str) -> Row:
    """Give the row of a review of either; raises its error if what every review has is missing."""
    item = f"avis {inner(review, 'id', 'label') or inner(review, 'id') or 'sans id'}"
    if not isinstance(review, dict) or not {"attributes", "im:rating"} & review.keys():
        raise Row(line, {}, file, item).error("il manque « attributes » ou « im:rating » : exportez à nouveau les avis")
    if "im:rating" in review:
        labels = {key: value.get("label") for key, value in review.items() if isinstance(value, dict)}
        row = pick(labels, ("id", "im:rating", "content"), line=line, file=file, item=item)
        store = STORE.match(inner(review, "link", "attributes", "href"))
        row.cells.update(
            text=row.cells["content"],
            title=as_text(labels.get("title")),
            updated=as_text(labels.get("updated")),
            author=inner(review, "author", "name", "label"),
            app=store[2] if store else "",
            app_version=as_text(labels.get("im:version")),
            country=store[1].upper() if store else "",
        )
        return row
    attributes = review["attributes"] if isinstance(review["attributes"], dict) else {}
    told = attributes | {"id": review.get("id")}
    row = pick(told, ("id", "rating", "body", "createdDate"), line=line, file=file, item=item)
    row.cells.update(
        text=row.cells["body"],
        title=inner(attributes, "title"),
        author=inner(attributes, "reviewerNickname"),
        app="",
        app_version="",
        country=inner(attributes, "territory"),
    )
    return row
