"""Posts of phpBB: a dump of its table of posts, joined or not with those of the topics, the forums and the users."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Literal

from listening.errors import FormatError, RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.board import cells, cleaned, locate, meta, plain, posted, posts, states_of, topic_title
from listening.sources.brands import brand_in
from listening.sources.cells import identifier
from listening.sources.files import Content, open_rows
from listening.sources.json_items import read_items
from listening.sources.rows import Row, as_text
from listening.sources.seen import Seen
from listening.text.bbcode import bbcode_to_html, s9e_to_html

NAMES = {
    "id": ("post_id",),
    "text": ("post_text",),
    "date": ("post_time",),
    "thread": ("topic_id",),
    "guest": ("post_username",),
    "author": ("username", "username_clean"),
    "member": ("poster_id", "user_id"),
    "title": ("topic_title", "post_subject"),
    "forum": ("forum_name", "forum_id"),
    "uid": ("bbcode_uid",),
}
WANTED = ("id", "text")
STATES = ("post_visibility", "post_approved", "topic_visibility", "topic_approved")  # 1 = readable
NOBODY = ("", "0", "1")  # 1 is the account of all guests
MARKUP = ("<r>", "<r ", "<t>", "<t ")  # how texts begin since phpBB 3.2


class PhpBB(FileSource):
    """Posts of phpBB 3: its table of posts in CSV, JSON or JSONL, such as phpMyAdmin exports it.

    A post that quotes another answers it. A post is about the first of `brands` that its topic's title or its text
    names. `base_url` (``https://forum.example.org``) gives verbatims their address. Posts awaiting approval or deleted
    are left out. The JSON of phpMyAdmin, one object that holds the whole table, is read at once.
    """

    kind: Literal["phpbb"] = "phpbb"
    brands: tuple[str, ...] = ()
    base_url: str | None = None

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim posts whose text is called as phpBB calls it."""
        columns = {plain(column) for column in seen.columns}
        return {} if {"postid", "posttext"} <= columns or {"post_id", "post_text"} <= seen.keys else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each post, the quotes of other posts taken out."""
        content = self._content()
        if not content.columns:  # JSON without any object
            yield from build(content.rows, lambda row: [], shown=())
            return
        try:
            found = locate(self.path.name, content.columns, NAMES, given={}, wanted=WANTED)
        except FormatError as error:
            raise FormatError(f"{error} ; exportez la table phpbb_posts avec le nom de ses colonnes") from error
        rows = posts(content.rows, found, states_of(content.columns, STATES))
        yield from build(rows, lambda row: [self._verbatim(row, found)], shown=[found["text"]])

    def _verbatim(self, row: Row, found: Mapping[str, str]) -> Verbatim:
        identity, cell = identifier(row, found["id"]), cells(row, found)
        stored_as_xml = row.cells[found["text"]].lstrip().startswith(MARKUP)
        uid = cell("uid")
        text, quoted = cleaned(
            row,
            found["text"],
            s9e_to_html if stored_as_xml else lambda stored: bbcode_to_html(stored, uid=uid, escaped=True),
        )
        member = cell("member")
        named = cell("author") if member != "1" else ""
        title = topic_title(cell("title"))
        return Verbatim(
            source=self.name,
            channel="forum",
            external_id=identity,
            text=text,
            created_at=posted(row, found.get("date"), timezone=self.timezone),
            author=cell("guest") or named or (member if member not in NOBODY else None),
            brand=brand_in(title, self.brands) or brand_in(text, self.brands) or self.brand,
            url=f"{self.base_url.rstrip('/')}/viewtopic.php?p={identity}#p{identity}" if self.base_url else None,
            thread=cell("thread") or None,
            parent=quoted if quoted not in ("", "0", identity) else None,
            meta=meta(title, cell("forum"), self.brands),
        )

    def _content(self) -> Content:
        """Open the dump; that of phpMyAdmin in JSON holds the rows in the ``data`` of an object of type ``table``."""
        content = open_rows(self.path, encoding=self.encoding, longest=None)
        if not {"type", "data"} <= set(content.columns) or "post_id" in content.columns:
            return content
        rows = self._nested()
        first = next(rows, None)
        if not isinstance(first, Row):
            raise FormatError(f"{self.path.name} : aucun message dans cet export : exportez la table phpbb_posts")
        return Content(list(first.cells), chain([first], rows))

    def _nested(self) -> Iterator[Row | RowError]:
        for item in read_items(self.path, self.encoding):
            if isinstance(item, RowError):
                yield item
                continue
            line, table = item
            data: Any = table.get("data")
            if table.get("type") != "table" or not isinstance(data, list) or not _holds_posts(data):
                continue
            for rank, post in enumerate(data, 1):
                place = Row(line, {}, self.path.name, f"message n° {rank}")
                if isinstance(post, dict):
                    yield Row(line, {key: as_text(value) for key, value in post.items()}, place.file, place.item)
                else:
                    yield place.error(f"un objet JSON {{…}} est attendu, pas {json.dumps(post)[:30]} : supprimez-le")


def _holds_posts(data: list[Any]) -> bool:
    return bool(data) and isinstance(data[0], dict) and "post_text" in data[0]
