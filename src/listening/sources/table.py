"""Any table of verbatims, whatever tool wrote it, told which column holds what."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from listening.errors import FormatError, RowError
from listening.records import Channel, Verbatim, content_id
from listening.sources.base import FileSource, build
from listening.sources.cells import identifier, moment
from listening.sources.columns import LISTED, Columns, Header, fixed_or_cell, keep
from listening.sources.files import open_rows
from listening.sources.guess import Column, closed_answers, columns_of, date_of, first_called, open_answers
from listening.sources.rows import Row, titled
from listening.sources.seen import Seen
from listening.text.patterns import load_patterns


class Table(Columns, FileSource):
    """A table in any format of `files.FORMATS`; each field names the column that holds it, `text` at least.

    `title` is put before the text as a sentence; `question` is a column or the wording itself. Without `id`, ids come
    from the content and its rank among equal ones, so that a file that grows keeps them; some 100 bytes a row stay in
    memory for it. « il y a 3 jours » is counted from `exported_at` or, without it, from the day that the file's name
    holds, else from when the file was last modified.
    """

    kind: Literal["table"] = "table"
    specificity: ClassVar[int] = 0
    text: str
    title: str | None = None
    id: str | None = None
    date: str | None = None
    date_format: str | None = None
    exported_at: datetime.date | None = None
    author: str | None = None
    question: str | None = None
    channel: Channel = "review"

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim any table with a column of texts, when no other kind has claimed it.

        Raises `FormatError` for one that cannot be read, or where none or several columns may be that of the texts.
        """
        if not seen.columns:
            open_rows(seen.path, encoding=seen.encoding)  # says why, if it is for a reason
            return None
        if seen.suffix == ".txt" and _is_cut(seen.text):
            raise FormatError(
                f"{seen.path.name} : ce .txt est un tableau, pas un texte par ligne : renommez-le en .csv"
            )
        columns = columns_of(seen.rows, seen.columns)
        text = _column_of_texts(columns, seen.path.name)
        others = [one for one in columns if one.name != text]
        fields = {role: first_called(role, others) for role in ("title", "author", "question")}
        fields["id"] = next((one.name for one in others if one.is_identifier()), None)
        fields |= date_of(others)
        closed = closed_answers((one for one in others if one.name not in fields.values()), stars=True)
        survey = {"channel": "survey"} if {"nps", "csat", "ces"} & closed.keys() else {}
        return {"text": text} | {key: value for key, value in fields.items() if value} | closed | survey

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each row."""
        content = open_rows(self.path, encoding=self.encoding, longest=None, exported=self.exported_at)
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
            text=titled(row.cells[self.title] if self.title else "", row.cells[self.text]),
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


def _is_cut(text: str) -> bool:
    """Tell whether tabs or semicolons cut the first lines of a text into as many cells each."""
    lines = text.splitlines()[:LISTED]
    return len(lines) > 1 and any(mark in lines[0] and len({line.count(mark) for line in lines}) == 1 for mark in "\t;")


def _column_of_texts(columns: list[Column], file: str) -> str:
    """Give the only column called as texts are, or the only one that holds any."""
    usual = load_patterns("columns")["text"]
    named = [one for one in columns if one.name.casefold() in usual and (one.reads() or not one.cells)]
    alone = columns if len(columns) == 1 and columns[0].reads() else []
    meant = alone or named or open_answers(columns)
    if len(meant) == 1:
        return meant[0].name
    listed = ", ".join(f"« {one.name} »" for one in (meant or columns)[:LISTED])
    found = f"plusieurs colonnes de textes ({listed})" if meant else f"aucune colonne de textes parmi {listed}"
    raise FormatError(
        f"{file} : {found} : décrivez ce fichier dans une configuration, comme la source « avis » de "
        "pipelines/nightly.yaml, « text » y nommant la colonne ; ou, s'il vient d'un outil, nommez celui-ci par --as"
    )
