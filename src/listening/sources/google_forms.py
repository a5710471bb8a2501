"""Google Forms responses: the CSV of the form, or its sheet in CSV or XLSX, in French or English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field

from listening.errors import RowError
from listening.records import Verbatim, content_id
from listening.sources.base import FileSource, build
from listening.sources.brands import fold
from listening.sources.columns import Columns, Header, keep
from listening.sources.files import OBJECTS, open_rows
from listening.sources.guess import worded_answers
from listening.sources.local_dates import DATE, Order, local_moment, settled_order
from listening.sources.open_questions import (
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

OTHER_NAMES = {"Horodateur": ("timestamp", "horodatage")}
HIDDEN = frozenset(("horodateur", "timestamp", "adresse e-mail", "email address", "nom d'utilisateur", "username"))


class GoogleForms(Columns, FileSource):
    """The open questions of a Google form: `questions` lists their headings, or gives each another wording.

    Responses have no id: each answer's is made of its date and text, and of its rank among equal ones, so that a form
    that grows keeps them; some 100 bytes an answer stay in memory for it. Whether dates begin with the day or the
    month is read from the dates themselves, unless `date_order` says it.
    """

    kind: Literal["google-forms"] = "google-forms"
    specificity: ClassVar[int] = 1  # other tools begin their tables with a time
    questions: Questions = Field(min_length=1)
    date: str = "Horodateur"
    date_order: Order | None = None

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim a table whose first column is of times, and called as Google Forms calls it."""
        own = aliases(seen.columns[:1], OTHER_NAMES)
        times = [row.cells[column] for column in own for row in seen.rows]
        if seen.suffix in OBJECTS or not times or not all(map(DATE.fullmatch, filter(None, times))):
            return None
        names = [name for name in seen.columns if name.casefold() not in HIDDEN and name not in own]
        return worded_answers(seen.rows, names)

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each question answered, whose external id is ``{date and text}:{column}``."""
        content = open_rows(self.path, encoding=self.encoding, longest=None)
        wording, own = headings(content.columns, OTHER_NAMES)
        header = Header(self.path.name, content.columns, wording | own, hidden=HIDDEN)
        found = header.locate([*self.questions, self.date, *self.closed_columns()], [self.brand])
        refuse_personal(self.path.name, found, wording)
        questions = asked(self.questions, found, wording)
        order = self.date_order or self._order(found[self.date])
        seen: Counter[str] = Counter()
        rows = keep(content.rows, found)
        yield from build(rows, lambda row: self._verbatims(row, questions, order, seen), shown=questions)

    def _verbatims(self, row: Row, questions: dict[str, str], order: Order, seen: Counter[str]) -> list[Verbatim]:
        created_at = local_moment(row, self.date, timezone=self.timezone, order=order)
        closed = self.closed(plain_scores(row, self))
        given = answers(row, questions, "", Respondent(source=self.name, created_at=created_at, **closed))
        return [replace(one, external_id=_ranked(one, seen)) for one in given]

    def _order(self, column: str) -> Order:
        rows = open_rows(self.path, encoding=self.encoding, longest=None).rows
        dates = (row.cells[column] for row in rows if isinstance(row, Row))
        return settled_order(dates, file=self.path.name, french=fold(column).startswith("horodat"))


def _ranked(verbatim: Verbatim, seen: Counter[str]) -> str:
    """Give an id made of the date and the text, and of their rank if answers before to this question say the same."""
    when = verbatim.created_at.isoformat() if verbatim.created_at else ""
    identity = content_id(when, verbatim.text)
    seen[identity + verbatim.external_id] += 1
    rank = seen[identity + verbatim.external_id]
    return f"{identity}{f'-{rank}' if rank > 1 else ''}{verbatim.external_id}"
