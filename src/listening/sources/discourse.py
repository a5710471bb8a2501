"""Discourse topics, as ``GET /t/{id}.json`` gives them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from listening.errors import RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.brands import brand_named, names
from listening.sources.cells import identifier, moment
from listening.sources.json_items import LINES, read_items
from listening.sources.opening import files_at
from listening.sources.rows import LONGEST, LONGEST_HTML, Row, as_text, pick, too_long
from listening.sources.seen import Seen
from listening.text.clean import forum_post

KEYS = ("id", "cooked", "username", "created_at")


class Discourse(FileSource):
    """Topics of a Discourse forum: JSON files of one topic or of a list of them, in a folder or under a glob.

    A topic is about the first of its tags that names one of `brands`. `base_url` (``https://forum.example.org``) gives
    verbatims their address. Hidden and deleted posts, and what moderators did, are left out.
    """

    kind: Literal["discourse"] = "discourse"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)
    brands: tuple[str, ...] = ()
    base_url: str | None = None

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim streams of posts that are already HTML."""
        return {} if {"post_stream", "cooked"} <= seen.keys else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each post, the quotes of other posts taken out."""
        yield from build(self._rows(), self._verbatims, shown=["cooked"])

    def _rows(self) -> Iterator[Row | RowError]:
        for path in files_at(self.path, *self.in_folders):
            for item in read_items(path, self.encoding):
                if isinstance(item, RowError):
                    yield item
                else:
                    yield from self._posts(item[1], item[0], path.name)

    def _posts(self, topic: dict[str, Any], line: int, file: str) -> Iterator[Row | RowError]:
        """Give a row for each post that people can read, with what it has from its topic."""
        stream = topic.get("post_stream")
        posts = stream.get("posts") if isinstance(stream, dict) else None
        if not isinstance(posts, list) or topic.get("id") is None:
            yield Row(line, {}, file).error("il manque « id » ou « post_stream.posts » : exportez /t/{id}.json")
            return
        posts = [post for post in posts if isinstance(post, dict)]
        ids = {as_text(post.get("post_number")): as_text(post.get("id")) for post in posts}
        shared = {
            "thread": as_text(topic["id"]),
            "category": as_text(topic.get("category", topic.get("category_id"))),
            "brand": brand_named(names(topic.get("tags"), "name", "slug"), self.brands) or self.brand or "",
        }
        for post in filter(_readable, posts):
            number = as_text(post.get("post_number"))
            try:
                row = pick(post, KEYS, line=line, file=file, item=f"message {post.get('id') or f'n° {number}'}")
            except RowError as error:
                yield error
                continue
            row.cells.update(shared, number=number, parent=ids.get(as_text(post.get("reply_to_post_number")), ""))
            yield row

    def _verbatims(self, row: Row) -> list[Verbatim]:
        cells = row.cells
        if error := too_long(row, LONGEST_HTML):
            raise error
        cells["cooked"] = forum_post(cells["cooked"])
        if error := too_long(row, LONGEST):
            raise error
        return [
            Verbatim(
                source=self.name,
                channel="forum",
                external_id=identifier(row, "id"),
                text=cells["cooked"],
                created_at=moment(row, "created_at", timezone=self.timezone),
                author=cells["username"] or None,
                brand=cells["brand"] or None,
                url=f"{self.base_url.rstrip('/')}/t/{cells['thread']}/{cells['number']}" if self.base_url else None,
                thread=cells["thread"],
                parent=cells["parent"] or None,
                meta={"category": cells["category"]} if cells["category"] else {},
            )
        ]


def _readable(post: dict[str, Any]) -> bool:
    return post.get("post_type", 1) == 1 and not any(post.get(key) for key in ("hidden", "deleted_at", "user_deleted"))
