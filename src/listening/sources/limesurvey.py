"""LimeSurvey exports (CSV or XLSX), headed by question codes, by full texts, or by both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from listening.errors import RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, Source, build
from listening.sources.brands import squeeze
from listening.sources.cells import identifier, moment
from listening.sources.columns import Columns, Header, keep
from listening.sources.files import open_rows
from listening.sources.guess import closed_answers, columns_of, open_answers
from listening.sources.rows import Row
from listening.sources.seen import Seen

UNDATED = "1980-01-01"  # what LimeSurvey writes when an anonymous survey keeps no dates: the answer is complete
OTHER_NAMES = {
    "id": ("response id", "id de la réponse", "n° de réponse"),
    "submitdate": ("date submitted", "date de soumission", "date d'envoi"),
}
HIDDEN = frozenset(("id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp"))
HIDDEN |= {"ipaddr", "refurl", "interviewtime", "firstname", "lastname", "email"}
TOOLS_OWN = frozenset(map(squeeze, (*HIDDEN, *(name for others in OTHER_NAMES.values() for name in others)))) | {
    *("lastpage", "startlanguage", "dernierepage", "languededepart", "tetedeserie", "datestarted", "datededebut"),
    *("datelastaction", "datededernieraction", "datedeladerniereaction", "ipaddress", "adresseip", "referrerurl"),
    *("urlreferente", "urlderenvoi", "totaltime", "tempstotal"),
}
HEADING = re.compile(r"([A-Za-z]\w*(?:\[\w+\])?)(?:\. |: )(.+)", re.DOTALL)  # the code and the wording of a question


class LimeSurveyAnswers(Columns, Source):
    """What tells how the tables of LimeSurvey are read, whether they are exported or asked for.

    Answers never submitted are left out, unless `incomplete` is set.
    """

    id: str = "id"
    date: str = "submitdate"
    incomplete: bool = False

    def answers_in(self, path: Path, encoding: str, questions: Mapping[str, str]) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each question answered in a table, whose external id is ``{id}:{column}``."""
        content = open_rows(path, encoding=encoding, longest=None)
        header = Header(path.name, content.columns, self._wording(content.columns, questions), hidden=HIDDEN)
        found = header.locate([*questions, self.id, self.date, *self.closed_columns()], [self.brand])
        yield from build(keep(content.rows, found), lambda row: self._verbatims(row, questions), shown=questions)

    def _verbatims(self, row: Row, questions: Mapping[str, str]) -> list[Verbatim]:
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
            for column, question in questions.items()
            if row.cells[column].strip()
        ]

    def _wording(self, columns: list[str], questions: Mapping[str, str]) -> dict[str, str]:
        """Give the other name by which each heading may be asked for: the code it begins with, or what it means."""
        wording: dict[str, str] = {}
        for name in filter(None, (*questions, *self.closed_columns(), self.id, self.date, self.brand)):
            others = OTHER_NAMES.get(name, (questions.get(name, name).casefold(),))
            for column in columns:
                heading = column.casefold()
                if heading in others or heading.startswith((f"{name.casefold()}. ", f"{name.casefold()}: ")):
                    wording.setdefault(column, name)
        return wording


class LimeSurvey(LimeSurveyAnswers, FileSource):
    """The open questions of a LimeSurvey export: `questions` gives the wording of each column that holds one.

    A column is named by its code (``G01Q02``, ``Q3[SQ001]``) or, under full-text headings, by its heading or wording.
    """

    kind: Literal["limesurvey"] = "limesurvey"
    questions: dict[str, str] = Field(min_length=1)

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim a table of responses submitted, up to their last page; a question without wording goes by its code."""
        dates, ids = ({*map(squeeze, OTHER_NAMES[name])} for name in ("submitdate", "id"))
        by_code = "submitdate" in seen.names and {"lastpage", "startlanguage"} & seen.names
        if not by_code and not (dates & seen.names and ids & seen.names):
            return None
        parts = {column: HEADING.fullmatch(column) for column in seen.columns}
        codes = {column: part[1] if part else column for column, part in parts.items()}
        wording = {column: " ".join(part[2].split()) for column, part in parts.items() if part}
        names = [column for column in seen.columns if squeeze(column) not in TOOLS_OWN]
        found = columns_of(seen.rows, names, wording=wording, known_as=codes)
        questions = {one.name: one.wording or one.name for one in open_answers(found)}
        return ({"questions": questions} if questions else {}) | closed_answers(found)

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each question answered."""
        return self.answers_in(self.path, self.encoding, self.questions)


def _unmask(cell: str) -> str:
    """Take away the apostrophe that LimeSurvey puts before « = » to keep spreadsheets from computing it."""
    return cell[1:] if cell.startswith("'=") else cell
