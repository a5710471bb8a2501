"""Typeform exports (CSV or XLSX), headed by the wording of the questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import Field

from listening.errors import RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.brands import fold
from listening.sources.cells import identifier, moment
from listening.sources.columns import Columns, Header, keep
from listening.sources.files import open_rows
from listening.sources.guess import worded_answers
from listening.sources.open_questions import (
    JOINT,
    Questions,
    Respondent,
    aliases,
    answers,
    asked,
    headings,
    plain_scores,
    refuse_personal,
)
from listening.sources.rows import Row
from listening.sources.seen import Seen

OTHER_NAMES = {
    "#": ("response id", "token", "id de reponse"),
    "Submit Date (UTC)": ("submit date", "submitted at", "date de soumission utc", "date d envoi utc"),
}
HIDDEN = frozenset(
    ("#", "start date (utc)", "stage date (utc)", "submit date (utc)", "network id", "response type", "ending", "tags")
)
CHOICES = " / "  # what Typeform puts between choices, and before the first in older exports


class Typeform(Columns, FileSource):
    """The open questions of a Typeform export: `questions` lists their headings, or gives each another wording.

    Responses that were never sent are left out, unless `incomplete` is set. Dates are in UTC, as the heading says.
    """

    kind: Literal["typeform"] = "typeform"
    questions: Questions = Field(min_length=1)
    id: str = "#"
    date: str = "Submit Date (UTC)"
    incomplete: bool = False

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim a table of responses that have a token and the date on which they were sent."""
        own = aliases(seen.columns, OTHER_NAMES)
        if not OTHER_NAMES.keys() <= set(own.values()):
            return None
        names = [name for name in seen.columns if name.casefold() not in HIDDEN and name not in own]
        return worded_answers(seen.rows, names)

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each question answered, whose external id is ``{id}:{column}``."""
        content = open_rows(self.path, encoding=self.encoding, longest=None)
        wording, own = headings(content.columns, OTHER_NAMES)
        header = Header(self.path.name, content.columns, wording | own, hidden=HIDDEN)
        found = header.locate([*self.questions, self.id, self.date, *self.closed_columns()], [self.brand])
        refuse_personal(self.path.name, found, wording)
        questions = asked(self.questions, found, wording)
        timezone = "UTC" if "utc" in fold(found[self.date]).split() else self.timezone
        rows = keep(content.rows if self.incomplete else _sent(content.rows, content.columns), found)
        yield from build(rows, lambda row: self._verbatims(row, questions, timezone), shown=questions)

    def _verbatims(self, row: Row, questions: dict[str, str], timezone: str) -> list[Verbatim]:
        if not self.incomplete and not row.cells[self.date].strip():
            return []
        for column in self.meta:
            row.cells[column] = _choices(row.cells[column])
        identity, closed = identifier(row, self.id), self.closed(plain_scores(row, self))
        created_at = moment(row, self.date, timezone=timezone)
        return answers(row, questions, identity, Respondent(source=self.name, created_at=created_at, **closed))


def _sent(rows: Iterable[Row | RowError], columns: list[str]) -> Iterator[Row | RowError]:
    """Leave out the responses that the export calls partial or started."""
    column = next((column for column in columns if fold(column) == "response type"), None)
    for row in rows:
        if isinstance(row, RowError) or column is None or row.cells[column].strip().lower() in ("", "completed"):
            yield row


def _choices(cell: str) -> str:
    """Write several choices as other readers do.

    >>> _choices(" / Le prix / Le choix")
    'Le prix ; Le choix'
    """
    return JOINT.join(part.strip() for part in f" {cell} ".split(CHOICES) if part.strip())
