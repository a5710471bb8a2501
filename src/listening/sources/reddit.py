"""Reddit submissions and comments: listings of its API, dumps of praw, or one a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal

from listening.errors import RowError
from listening.records import Deletion, Verbatim
from listening.sources.base import FileSource, Record, Source, build
from listening.sources.brands import brand_in, brand_named
from listening.sources.cells import identifier, moment
from listening.sources.items import Item, items_in
from listening.sources.json_items import LINES
from listening.sources.reddit_things import identity, is_gone, is_robot, row_of, things_in
from listening.sources.rows import LONGEST, Row, too_long
from listening.sources.seen import Seen


class RedditPosts(Source):
    """What is made of submissions and comments of Reddit, wherever they come from.

    A submission or comment is about the first of `brands` that its subreddit or its words name; a comment that names
    none is about that of its submission, if the comment follows it. What was deleted or removed is told as such; what
    AutoModerator says is left out.
    """

    brands: tuple[str, ...] = ()

    def posts(self, items: Iterable[Item | RowError]) -> Iterator[Record]:
        """Give a verbatim for each submission, its title first, and for each comment, without the quotes of others."""
        for row in self._rows(items):
            if isinstance(row, Deletion):
                yield row
            else:
                yield from build([row], self._verbatims, shown=["text"])

    def _rows(self, items: Iterable[Item | RowError]) -> Iterator[Row | RowError | Deletion]:
        topic = ("", "")  # the last submission, and the brand that it is about
        for item in items:
            if isinstance(item, RowError):
                yield item
                continue
            for thing, thread, parent in things_in(item.content):
                if is_robot(thing):
                    continue
                if is_gone(thing):
                    yield from map(Deletion, filter(None, [identity(thing)]))
                    continue
                try:
                    row = row_of(thing, thread, parent, line=item.line, file=item.file)
                except RowError as error:
                    yield error
                    continue
                cells = row.cells
                brand = brand_named([cells["subreddit"]], self.brands) or brand_in(cells["text"], self.brands)
                if cells["id"] == cells["thread"]:
                    topic = (cells["id"], brand or "")
                cells["brand"] = brand or (topic[1] if topic[0] == cells["thread"] else "") or self.brand or ""
                yield row

    def _verbatims(self, row: Row) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        subreddit = row.cells["subreddit"]
        return [
            Verbatim(
                source=self.name,
                channel="forum",
                external_id=identifier(row, "id"),
                text=row.cells["text"],
                created_at=moment(row, "created_utc", timezone=self.timezone),
                author=row.cells["author"] or None,
                brand=row.cells["brand"] or None,
                url=row.cells["url"] or None,
                thread=row.cells["thread"] or None,
                parent=row.cells["parent"] or None,
                repost_of=row.cells["repost_of"] or None,
                meta={"subreddit": subreddit} if subreddit else {},
            )
        ]


class Reddit(RedditPosts, FileSource):
    """Submissions and comments of Reddit: a JSON or JSONL file, a folder or a glob."""

    kind: Literal["reddit"] = "reddit"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim posts dated as Reddit dates them, that have a text or a title."""
        return {} if "created_utc" in seen.keys and {"body", "selftext", "title"} & seen.keys else None

    def verbatims(self) -> Iterator[Record]:
        """Give what `posts` makes of the files, in their order."""
        return self.posts(items_in(self.path, self.in_folders, self.encoding))
