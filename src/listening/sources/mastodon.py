"""Mastodon statuses, as its API gives them: a JSON list, or one a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from listening.errors import RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.brands import brand_in, brand_named, names
from listening.sources.cells import identifier, moment
from listening.sources.json_items import LINES, read_items
from listening.sources.opening import files_at
from listening.sources.rows import LONGEST, LONGEST_HTML, Row, as_text, pick, too_long
from listening.sources.seen import Seen
from listening.text.clean import html_to_text

KEYS = ("id", "content", "created_at")


class Mastodon(FileSource):
    """Statuses of Mastodon: a JSON or JSONL file, a folder or a glob.

    The address of a status names its author, so it is not kept. A status is about the first of `brands` that its
    hashtags, its mentions or its text name. A boost stands for the status boosted, which is given once.
    """

    kind: Literal["mastodon"] = "mastodon"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)
    brands: tuple[str, ...] = ()

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim statuses that have an account, and could have a content warning or boost another."""
        told = {"spoiler_text", "reblog"} & seen.keys
        return {} if told and {"content", "acct", "created_at"} <= seen.keys else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each status, its content warning before its text."""
        yield from build(self._rows(), self._verbatims, shown=["text"])

    def _rows(self) -> Iterator[Row | RowError]:
        given: set[str] = set()
        for path in files_at(self.path, *self.in_folders):
            for item in read_items(path, self.encoding):
                if isinstance(item, RowError):
                    yield item
                    continue
                line, status = item
                boosted = status.get("reblog")
                if isinstance(boosted, dict):
                    status = boosted
                    if as_text(status.get("id")) in given:
                        continue
                given.add(as_text(status.get("id")))
                try:
                    yield self._row(status, line, path.name)
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
            parent=as_text(status.get("in_reply_to_id")),
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
