"""Discourse topics, as ``GET /t/{id}.json`` gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal

from listening.errors import RowError
from listening.records import Deletion, Verbatim
from listening.sources.base import FileSource, Record, Source, build
from listening.sources.brands import brand_named, names
from listening.sources.cells import identifier, moment
from listening.sources.items import Item, items_in
from listening.sources.json_items import LINES
from listening.sources.rows import LONGEST, LONGEST_HTML, Row, as_text, pick, too_long
from listening.sources.seen import Seen
from listening.text.clean import forum_post

KEYS = ("id", "cooked", "username", "created_at")
REGULAR = 1  # the type of a post that a member wrote; others are what moderators did
TAKEN_BACK = ("hidden", "deleted_at", "user_deleted")


class DiscoursePosts(Source):
    """What topics of a Discourse forum say, whether they come from files or from the forum.

    A topic is about the first of its tags that names one of `brands`. Hidden and deleted posts are given as taken back;
    what moderators did is left out.
    """

    brands: tuple[str, ...] = ()

    def posts(self, topics: Iterable[Item | RowError], base_url: str | None) -> Iterator[Record]:
        """Give a verbatim for each post, the quotes of other posts taken out, and a deletion for each taken back.

        A topic may come in several parts, one after the other. `base_url` gives verbatims their address.
        """
        thread, ids = "", dict[str, str]()
        for topic in topics:
            if isinstance(topic, RowError):
                yield topic
                continue
            if as_text(topic.content.get("id")) != thread:
                thread, ids = as_text(topic.content.get("id")), {}
            for row in self._rows(topic, ids, base_url):
                if isinstance(row, Row):
                    yield from build([row], self._verbatims, shown=["cooked"])
                else:
                    yield row

    def _rows(self, topic: Item, ids: dict[str, str], base_url: str | None) -> Iterator[Row | RowError | Deletion]:
        """Give a row for each post that people can read, with what it has from its topic; `ids` are by number."""
        content, place = topic.content, Row(topic.line, {}, topic.file)
        stream = content.get("post_stream")
        posts = stream.get("posts") if isinstance(stream, dict) else None
        if not isinstance(posts, list) or content.get("id") is None:
            yield place.error("il manque « id » ou « post_stream.posts » : exportez /t/{id}.json")
            return
        thread = as_text(content["id"])
        shared = {
            "thread": thread,
            "category": as_text(content.get("category", content.get("category_id"))),
            "brand": brand_named(names(content.get("tags"), "name", "slug"), self.brands) or self.brand or "",
        }
        readable = [post for post in posts if isinstance(post, dict)]
        ids.update((as_text(post.get("post_number")), as_text(post.get("id"))) for post in readable)
        if len(readable) < len(posts):
            yield place.error("un message n'est pas un objet JSON {…} : exportez ce sujet à nouveau")
        for post in readable:
            if post.get("post_type", REGULAR) != REGULAR:
                continue
            number, parent = as_text(post.get("post_number")), as_text(post.get("reply_to_post_number"))
            url = f"{base_url.rstrip('/')}/t/{thread}/{number}" if base_url else ""
            try:
                yield self._row(post, content, place, shared | {"url": url, "parent": ids.get(parent, "")})
            except RowError as error:
                yield error

    def _row(self, post: dict[str, Any], topic: dict[str, Any], place: Row, shared: dict[str, str]) -> Row | Deletion:
        """Give the row of a post, or its deletion."""
        number = as_text(post.get("post_number"))
        item = f"message {post.get('id') or f'n° {number}'}"
        deleted = any(post.get(key) for key in TAKEN_BACK) or topic.get("deleted_at")
        row = pick(post, ("id",) if deleted else KEYS, line=place.line, file=place.file, item=item)
        if deleted:
            row.cells["deleted_at"] = as_text(post.get("deleted_at") or topic.get("deleted_at"))
            return Deletion(identifier(row, "id"), moment(row, "deleted_at", timezone=self.timezone))
        row.cells.update(shared)
        return row

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
                url=cells["url"] or None,
                thread=cells["thread"],
                parent=cells["parent"] or None,
                meta={"category": cells["category"]} if cells["category"] else {},
            )
        ]


class Discourse(DiscoursePosts, FileSource):
    """Topics of a Discourse forum: JSON files of one topic or of a list of them, in a folder or under a glob.

    `base_url` (``https://forum.example.org``) gives verbatims their address.
    """

    kind: Literal["discourse"] = "discourse"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)
    base_url: str | None = None

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim streams of posts that are already HTML."""
        return {} if {"post_stream", "cooked"} <= seen.keys else None

    def verbatims(self) -> Iterator[Record]:
        """Give a verbatim for each post, and a deletion for each taken back."""
        return self.posts(items_in(self.path, self.in_folders, self.encoding), self.base_url)
