"""LimeSurvey exports (CSV or XLSX), headed by question codes, by full texts, or by both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from listening.errors import RowError
from listening.records import Verbatim
from listening.sources.base import Source, build
from listening.sources.cells import identifier, moment
from listening.sources.columns import Columns, Header, keep
from listening.sources.files import open_rows
from listening.sources.rows import Row

UNDATED = "1980-01-01"  # what LimeSurvey writes when an anonymous survey keeps no dates: the answer is complete
OTHER_NAMES = {
    "id": ("response id", "id de la réponse", "n° de réponse"),
    "submitdate": ("date submitted", "date de soumission", "date d'envoi"),
}
HIDDEN = frozenset(("id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp"))
HIDDEN |= {"ipaddr", "refurl", "interviewtime", "firstname", "lastname", "email"}


class LimeSurvey(Columns, Source):
    """The open questions of a LimeSurvey export: `questions` gives the wording of each column that holds one.

    A column is named by its code (``G01Q02``, ``Q3[SQ001]``) or, under full-text headings, by its heading or wording.
    Answers never submitted are left out, unless `incomplete` is set.
    """

    kind: Literal["limesurvey"] = "limesurvey"
    questions: dict[str, str] = Field(min_length=1)
    id: str = "id"
    date: str = "submitdate"
    incomplete: bool = False

    def read(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each question answered, whose external id is ``{id}:{column}``."""
        content = open_rows(self.path, encoding=self.encoding, longest=None)
        header = Header(self.path.name, content.columns, self._wording(content.columns), hidden=HIDDEN)
        found = header.locate([*self.questions, self.id, self.date, *self.closed_columns()], [self.brand])
        yield from build(keep(content.rows, found), self._verbatims, shown=self.questions)

    def _verbatims(self, row: Row) -> list[Verbatim]:
        row = Row(row.line, {column: _unmask(cell) for column, cell in row.cells.items()}, row.file)
        submitted = row.cells[self.date].strip()
        if not submitted and not self.incomplete:
            return []
        identity, closed = identifier(row, self.id), self.closed(row)
        created_at = None if submitted.startswith(UNDATED) else moment(row, self.date, timezone=self.timezone)
        return [
            Verbatim(
                source=self.name,
                channel="survey",
                external_id=f"{identity}:{column}",
                text=row.cells[column],
                question=question,
                created_at=created_at,
                **closed,
            )
            for column, question in self.questions.items()
            if row.cells[column].strip()
        ]

    def _wording(self, columns: list[str]) -> dict[str, str]:
        """Give the other name by which each heading may be asked for: the code it begins with, or what it means."""
        wording: dict[str, str] = {}
        for name in filter(None, (*self.questions, *self.closed_columns(), self.id, self.date, self.brand)):
            others = OTHER_NAMES.get(name, (self.questions.get(name, name).casefold(),))
            for column in columns:
                heading = column.casefold()
                if heading in others or heading.startswith((f"{name.casefold()}. ", f"{name.casefold()}: ")):
                    wording.setdefault(column, name)
        return wording


def _unmask(cell: str) -> str:
    """Take away the apostrophe that LimeSurvey puts before « = » to keep spreadsheets from computing it."""
    return cell[1:] if cell.startswith("'=") else cell
