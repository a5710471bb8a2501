"""Any table of verbatims, whatever tool wrote it, told which column holds what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from listening.errors import RowError
from listening.records import Channel, Verbatim, content_id
from listening.sources.base import Source, build
from listening.sources.cells import identifier, moment
from listening.sources.columns import Columns, Header, fixed_or_cell, keep
from listening.sources.files import open_rows
from listening.sources.rows import Row


class Table(Columns, Source):
    """A table in CSV, XLSX, JSON, JSONL, Parquet or TXT; each field names the column that holds it, `text` at least.

    `title` is put before the text as a sentence; `question` is a column or the wording itself. Without `id`, ids come
    from the content and its rank among equal ones, so that a file that grows keeps them; some 100 bytes a row stay in
    memory for it.
    """

    kind: Literal["table"] = "table"
    text: str
    title: str | None = None
    id: str | None = None
    date: str | None = None
    date_format: str | None = None
    author: str | None = None
    question: str | None = None
    channel: Channel = "review"

    def read(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each row."""
        content = open_rows(self.path, encoding=self.encoding, longest=None)
        if not content.columns:  # JSON without any object
            yield from build(content.rows, lambda row: [], shown=())
            return
        named = filter(None, (self.title, self.id, self.date, self.author))
        header = Header(self.path.name, content.columns)
        found = header.locate([self.text, *named, *self.closed_columns()], [self.brand, self.question])
        seen: Counter[str] = Counter()
        shown = [self.text, *filter(None, [self.title])]
        yield from build(keep(content.rows, found), lambda row: [self._verbatim(row, seen)], shown=shown)

    def _verbatim(self, row: Row, seen: Counter[str]) -> Verbatim:
        return Verbatim(
            source=self.name,
            channel=self.channel,
            external_id=identifier(row, self.id) if self.id else self._rank(row, seen),
            text=_with_title(row.cells[self.title] if self.title else "", row.cells[self.text]),
            question=fixed_or_cell(row, self.question),
            created_at=moment(row, self.date, timezone=self.timezone, date_format=self.date_format),
            author=row.cells[self.author].strip() or None if self.author else None,
            **self.closed(row),
        )

    def _rank(self, row: Row, seen: Counter[str]) -> str:
        """Give an id made of the content, and of its rank if rows before say the same."""
        identity = content_id(*(row.cells[name] for name in (self.title, self.text, self.date, self.author) if name))
        seen[identity] += 1
        return identity if seen[identity] == 1 else f"{identity}-{seen[identity]}"


def _with_title(title: str, text: str) -> str:
    """Put a title before a text as a sentence, unless the text begins with it.

    >>> _with_title("Très déçue", "Le colis est arrivé ouvert.")
    'Très déçue. Le colis est arrivé ouvert.'
    """
    title = title.strip()
    if not title or text.strip().casefold().startswith(title.rstrip(".… ").casefold()):
        return text
    return f"{title if title[-1] in '.!?…' else f'{title}.'} {text}".strip()
