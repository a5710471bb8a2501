"""Mastodon statuses, as its API gives them: a JSON list, or one a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal

from listening.errors import RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, Record, Source, build
from listening.sources.brands import brand_in, brand_named, names
from listening.sources.cells import identifier, moment
from listening.sources.items import Item, items_in
from listening.sources.json_items import LINES
from listening.sources.rows import LONGEST, LONGEST_HTML, Row, as_text, pick, too_long
from listening.sources.seen import Seen
from listening.text.clean import html_to_text

KEYS = ("id", "content", "created_at")


class MastodonPosts(Source):
    """Statuses of Mastodon, wherever they are read.

    The address of a status names its author, so it is not kept. A status is about the first of `brands` that its
    hashtags, its mentions or its text name. A boost stands for the status boosted, which is given once; a status that
    quotes another answers it.
    """

    brands: tuple[str, ...] = ()

    def posts(self, items: Iterable[Item | RowError]) -> Iterator[Record]:
        """Give a verbatim for each status, its content warning before its text."""
        yield from build(self._rows(items), self._verbatims, shown=["text"])

    def _rows(self, items: Iterable[Item | RowError]) -> Iterator[Row | RowError]:
        given: set[str] = set()
        for item in items:
            if isinstance(item, RowError):
                yield item
                continue
            status = item.content
            boosted = status.get("reblog")
            if isinstance(boosted, dict):
                status = boosted
                if as_text(status.get("id")) in given:
                    continue
            given.add(as_text(status.get("id")))
            try:
                yield self._row(status, item.line, item.file)
            except RowError as error:
                yield error

    def _row(self, status: dict[str, Any], line: int, file: str) -> Row:
        item = f"message {status.get('id') or 'sans id'}"
        row = pick(status, KEYS, line=line, file=file, item=item)
        if error := too_long(row, LONGEST_HTML):
            raise error
        account = status.get("account")
        author = pick(account if isinstance(account, dict) else {}, ["acct"], line=line, file=file, item=item)
        parts = (as_text(status.get("spoiler_text")).strip(), html_to_text(row.cells["content"]))
        text = "\n".join(filter(None, parts))
        named = [*names(status.get("tags"), "name"), *names(status.get("mentions"), "username")]
        row.cells.update(
            author.cells,
            content="",
            text=text,
            brand=brand_named(named, self.brands) or brand_in(text, self.brands) or self.brand or "",
            parent=as_text(status.get("in_reply_to_id")) or _quoted(status.get("quote")),
        )
        return row

    def _verbatims(self, row: Row) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        return [
            Verbatim(
                source=self.name,
                channel="social",
                external_id=identifier(row, "id"),
                text=row.cells["text"],
                created_at=moment(row, "created_at", timezone=self.timezone),
                author=row.cells["acct"] or None,
                brand=row.cells["brand"] or None,
                parent=row.cells["parent"] or None,
            )
        ]


class Mastodon(MastodonPosts, FileSource):
    """Statuses of Mastodon: a JSON or JSONL file, a folder or a glob."""

    kind: Literal["mastodon"] = "mastodon"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim statuses that have an account, and could have a content warning or boost another."""
        told = {"spoiler_text", "reblog"} & seen.keys
        return {} if told and {"content", "acct", "created_at"} <= seen.keys else None

    def verbatims(self) -> Iterator[Record]:
        """Give a verbatim for each status, its content warning before its text."""
        return self.posts(items_in(self.path, self.in_folders, self.encoding))


def _quoted(quote: Any) -> str:
    """Give the id of the status that a quote shows, '' if it shows none.

    Source: https://docs.joinmastodon.org/entities/Quote/ and ShallowQuote.

    >>> _quoted({"state": "accepted", "quoted_status": {"id": "7"}}), _quoted({"state": "deleted"})
    ('7', '')
    """
    if not isinstance(quote, dict):
        return ""
    status = quote.get("quoted_status")
    return as_text(status.get("id")) if isinstance(status, dict) else as_text(quote.get("quoted_status_id"))
