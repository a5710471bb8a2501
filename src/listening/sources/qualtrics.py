"""Qualtrics exports: three rows of headers (names, wording, ImportId), or two in older ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, model_validator

from listening.errors import FormatError, RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, Source, build
from listening.sources.cells import identifier, moment
from listening.sources.columns import Columns, Header, keep
from listening.sources.files import open_rows
from listening.sources.guess import closed_answers, columns_of, open_answers
from listening.sources.open_questions import Questions, Respondent, answers, personal
from listening.sources.rows import Row
from listening.sources.seen import Seen

NO_WORDING = re.compile(r'R_\w{10,}$|\{"ImportId"')  # what the row of the wording never holds: a response, an id
PERSONAL = {
    *("ipaddress", "recipientemail", "recipientlastname", "recipientfirstname", "name", "emailaddress"),
    *("locationlatitude", "locationlongitude", "locationaccuracy"),
}
SYSTEM = PERSONAL | {
    *("startdate", "enddate", "status", "progress", "duration (in seconds)", "finished", "recordeddate", "responseid"),
    *("externalreference", "externaldatareference", "distributionchannel", "userlanguage"),
}
TEXT_ENTRY = re.compile(r'"ImportId": ?"(?:\w+_)?QID\d+_TEXT"')  # not that of the words beside a choice
DATES = ("RecordedDate", "EndDate", "StartDate")  # the best first


class QualtricsAnswers(Columns, Source):
    """What tells how the tables of Qualtrics are read, whether they are exported or asked for.

    `text` is the open question, or `questions` lists several, or gives another wording; without either, they are the
    text entries, save those that ask who answered. Columns are named as in the first row or worded as in the second. A
    response that leaves the one `text` empty is given with its scores; of several questions, those answered are.

    Dates are in the time zone that the table announces, unless `timezone` is given. The language column is that of
    the interface, hence ignored. Who answered, and from where, is never kept.
    """

    text: str | None = None
    questions: Questions = Field(default_factory=dict)
    id: str = "ResponseId"
    date: str = "RecordedDate"

    def answers_in(self, path: Path, encoding: str) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each response or, of several questions, each answer, whose id is ``{id}:{column}``."""
        content = open_rows(path, encoding=encoding, longest=None)
        wording, imports, rows = _headers(path.name, content.rows)
        header = Header(path.name, content.columns, wording, hidden=SYSTEM)
        named = self.questions or dict.fromkeys(filter(None, [self.text]), "")
        questions = named or dict.fromkeys(_text_entries(path.name, wording, imports), "")
        found = header.locate([*questions, self.id, self.date, *self.closed_columns()], [self.brand])
        for column in found.values():
            if {column.casefold(), wording[column].casefold()} & PERSONAL:
                raise FormatError(f"{path.name} : « {column} » dit qui a répondu : retirez-la de la source")
        timezone = self._timezone(imports.get(found[self.date], ""))
        worded = {name: given or wording[found[name]].strip() for name, given in questions.items()}
        yield from build(keep(rows, found), lambda row: self._verbatims(row, worded, timezone), shown=questions)

    def _verbatims(self, row: Row, questions: dict[str, str], timezone: str) -> list[Verbatim]:
        identity, created_at = identifier(row, self.id), moment(row, self.date, timezone=timezone)
        closed = self.closed(row)
        if self.text is None:
            return answers(row, questions, identity, Respondent(source=self.name, created_at=created_at, **closed))
        return [
            Verbatim(
                source=self.name,
                channel="survey",
                external_id=identity,
                text=row.cells[self.text],
                question=questions[self.text] or None,
                created_at=created_at,
                **closed,
            )
        ]

    def _timezone(self, imported: str) -> str:
        """Give the time zone to read dates in, such as ``{"ImportId":"recordedDate","timeZone":"America/Denver"}``."""
        match = re.search(r'"timeZone": ?"([^"]+)"', imported)
        if match is None or "timezone" in self.model_fields_set:
            return self.timezone
        told = "UTC" if match[1] == "Z" else match[1]
        return told if told in available_timezones() else self.timezone


class Qualtrics(QualtricsAnswers, FileSource):
    """The open question of a Qualtrics export, `text`, or several, `questions`."""

    kind: Literal["qualtrics"] = "qualtrics"

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim a table whose third row is of ImportIds, or that names or words responses and dates as Qualtrics."""
        imported = any("ImportId" in cell for row in seen.rows[1:2] for cell in row.cells.values())
        wording = seen.rows[0].cells if seen.rows else {}
        known = {name.casefold() for column in seen.columns for name in (column, wording.get(column, ""))}
        dates = [name for name in DATES if name.casefold() in known]
        if not imported and not ("responseid" in known and dates):
            return None
        names = [name for name in seen.columns if not {name.casefold(), wording.get(name, "").casefold()} & SYSTEM]
        found = columns_of(seen.rows[1 + imported :], names, wording=wording)
        questions = [one.name for one in open_answers(found)]
        asked_for: dict[str, Any] = {"text": questions[0]} if len(questions) == 1 else {"questions": questions}
        dated = {} if not dates or dates[0] == cls.model_fields["date"].default else {"date": dates[0]}
        return (asked_for if questions else {}) | dated | closed_answers(found)

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each response or, of several questions, each answer."""
        return self.answers_in(self.path, self.encoding)

    @model_validator(mode="after")
    def _one_way_to_ask(self) -> Self:
        if bool(self.text) == bool(self.questions):
            raise ValueError("donnez « text », la question ouverte, ou « questions » s'il y en a plusieurs")
        return self


def _headers(
    file: str, rows: Iterator[Row | RowError]
) -> tuple[dict[str, str], dict[str, str], Iterator[Row | RowError]]:
    """Give the wording and the ImportId of each column, and the rows of the responses."""
    wording = next(rows, None)
    if not isinstance(wording, Row) or any(map(NO_WORDING.match, wording.cells.values())):
        raise FormatError(
            f"{file}, ligne 2 : le libellé des questions est attendu ici : exportez de Qualtrics en CSV sans retirer "
            "de ligne d'en-tête"
        )
    third = next(rows, None)
    if third is None:
        return wording.cells, {}, rows
    if isinstance(third, Row) and any("ImportId" in cell for cell in third.cells.values()):
        return wording.cells, third.cells, rows
    return wording.cells, {}, chain([third], rows)


def _text_entries(file: str, wording: dict[str, str], imports: dict[str, str]) -> list[str]:
    """Give the columns that hold words, save who answered; raises `FormatError` if there are none."""
    entries = [column for column, imported in imports.items() if TEXT_ENTRY.search(imported)]
    found = [column for column in entries if not personal(column) and not personal(wording[column])]
    if not found:
        raise FormatError(f"{file} : aucune question à texte libre : nommez celles à lire dans « questions »")
    return found
