"""SPSS files (.sav, .zsav): variable labels are the wording of questions, value labels what their codes mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from listening.errors import FormatError, RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.cells import identifier, moment
from listening.sources.columns import Columns, Header
from listening.sources.guess import Column, closed_answers, open_answers
from listening.sources.open_questions import (
    JOINT,
    Questions,
    Respondent,
    answers,
    asked,
    bare_score,
    refuse_personal,
    wording_of,
)
from listening.sources.opening import check_file
from listening.sources.rows import LONGEST, Row, as_text, too_long
from listening.sources.seen import ROWS, SPSS, Seen
from listening.sources.spss_process import read_sav

CHUNK = 10_000  # rows in memory
EPOCH = datetime(1582, 10, 14)  # what SPSS counts the seconds of its dates from
DAYS = ("DATE", "ADATE", "EDATE", "SDATE", "JDATE")
MOMENTS = ("DATETIME", "YMDHMS")
SUFFIXES = (".sav", ".zsav")


@dataclass(frozen=True, slots=True)
class _File:
    """What an SPSS file says of itself, and its rows."""

    path: Path
    encoding: str | None
    about: Any

    def chunks(self, columns: list[str]) -> Iterator[dict[str, list[Any]]]:
        offset = 0
        while True:
            chunk, _ = read_sav(self.path, self.encoding, usecols=columns, row_offset=offset, row_limit=CHUNK)
            count = len(next(iter(chunk.values()), []))
            if count:
                yield chunk
            if count < CHUNK:
                return
            offset += count

    def columns(self) -> Iterator[Column]:
        """Give the columns of the first rows, labels as their cells."""
        first, _ = read_sav(self.path, self.encoding, row_limit=ROWS)
        labels = self.about.column_names_to_labels
        for name, values in first.items():
            filled = [value for value in values if self.text(name, value)]
            cells, codes = ([write(name, value) for value in filled] for write in (self.label, self.text))
            yield Column(name, cells, len(values), wording_of(labels.get(name) or ""), codes)

    def form(self, column: str) -> str:
        """Give the format in which SPSS shows a column, without its width."""
        return (self.about.original_variable_types.get(column) or "").rstrip("0123456789.")

    def label(self, column: str, value: Any) -> str:
        """Give what a value means, or the value as text."""
        return str(self.about.variable_value_labels.get(column, {}).get(value) or self.text(column, value))

    def text(self, column: str, value: Any) -> str:
        """Write a value as a table would: no useless decimals, ISO dates."""
        form = self.form(column)
        if isinstance(value, float) and form in DAYS + MOMENTS:
            try:
                found = EPOCH + timedelta(seconds=value)
            except (OverflowError, ValueError):
                return as_text(value)
            return found.date().isoformat() if form in DAYS else as_text(found.replace(microsecond=0))
        return as_text(value).strip()

    def choices(self, members: list[str], counted: Any, values: Mapping[str, Any]) -> str:
        """Give the labels of the choices made in a multiple-response set."""
        if counted is None:
            labels = [self.label(name, values[name]) for name in members if values[name] is not None]
        else:
            made = [name for name in members if as_text(values[name]).strip() == as_text(counted)]
            labels = [wording_of(self.about.column_names_to_labels.get(name) or name) for name in made]
        return JOINT.join(filter(None, dict.fromkeys(labels)))


class Spss(Columns, FileSource):
    """The open questions of an SPSS file: `questions` lists their variables, or gives each another wording.

    A column is a variable, named or worded. Scores are codes; `brand`, `wave` and `meta` give the labels of values, and
    `meta` may name a multiple-response set (``$canaux``). What the file declares missing is empty. Texts are in the
    encoding that the file announces, unless `encoding` is given.
    """

    kind: Literal["spss"] = "spss"
    questions: Questions = Field(min_length=1)
    id: str
    date: str | None = None

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim what begins as SPSS files do; scores are told by their codes, the rest by the labels of values."""
        if not seen.head.startswith(SPSS):
            return None
        file = _opened(seen.path, None)
        columns = [*file.columns()]
        texts = [one for one in columns if file.about.readstat_variable_types[one.name] == "string"]
        questions = [one.name for one in open_answers(texts)]
        identity = next((one.name for one in columns if one.is_identifier()), None)
        date = next((one.name for one in columns if file.form(one.name) in DAYS + MOMENTS and one.cells), None)
        others = [one for one in columns if one.name not in (identity, date)]
        fields: dict[str, Any] = {"questions": questions, "id": identity, "date": date}
        return {key: value for key, value in fields.items() if value} | closed_answers(others)

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each question answered, whose external id is ``{id}:{column}``."""
        file = self._open()
        sets = {f"${name.lstrip('$')}": found for name, found in file.about.mr_sets.items()}
        labels = {name: wording_of(label) for name, label in file.about.column_names_to_labels.items() if label}
        header = Header(self.path.name, [*file.about.column_names, *sets], labels)
        wanted = [*self.questions, self.id, *filter(None, [self.date]), *self.closed_columns()]
        found = header.locate(wanted, [self.brand])
        self._check(found, file, sets)
        refuse_personal(self.path.name, found, labels)
        questions = asked(self.questions, found, labels)
        rows = self._rows(file, found, sets)
        yield from build(rows, lambda row: self._verbatims(row, questions), shown=questions)

    def _verbatims(self, row: Row, questions: dict[str, str]) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        identity, closed = identifier(row, self.id), self.closed(row)
        created_at = moment(row, self.date, timezone=self.timezone)
        return answers(row, questions, identity, Respondent(source=self.name, created_at=created_at, **closed))

    def _rows(self, file: _File, found: Mapping[str, str], sets: Mapping[str, Any]) -> Iterator[Row | RowError]:
        """Give the rows under the names of the configuration: scores as codes, closed answers as labels."""
        scores = {self.nps, self.csat, self.ces, self.stars}
        labelled = {self.wave, self.brand, *self.meta} - scores - {self.weight, self.date, self.id, *self.questions}
        members = {name: _members(each, file.about.column_names) for name, each in sets.items()}
        columns = {part for column in found.values() for part in members.get(column, [column])}
        line = 0
        for chunk in file.chunks([name for name in file.about.column_names if name in columns]):
            for record in zip(*chunk.values(), strict=True):
                line += 1
                values = dict(zip(chunk, record, strict=True))
                cells = {}
                for name, column in found.items():
                    if column in sets:
                        cells[name] = file.choices(members[column], sets[column]["counted_value"], values)
                    elif name in scores:
                        code = file.text(column, values[column])
                        cells[name] = bare_score(code, file.label(column, values[column]))
                    else:
                        cells[name] = (file.label if name in labelled else file.text)(column, values[column])
                yield Row(line, cells, self.path.name)

    def _check(self, found: Mapping[str, str], file: _File, sets: Mapping[str, Any]) -> None:
        """Refuse what cannot hold what it is asked for: an open question of codes, a set elsewhere than in meta."""
        for name, column in found.items():
            if column in sets and name not in self.meta:
                raise FormatError(f"{self.path.name} : « {name} » est à choix multiples : mettez-le dans « meta »")
            if name in self.questions and file.about.readstat_variable_types[column] != "string":
                raise FormatError(
                    f"{self.path.name} : « {name} » contient des codes, pas du texte : retirez-la de « questions », "
                    "ou mettez-la dans « meta »"
                )

    def _open(self) -> _File:
        check_file(self.path)
        if self.path.suffix.lower() not in SUFFIXES:
            raise FormatError(f"{self.path.name} : un {' ou '.join(SUFFIXES)} est attendu : exportez-le de SPSS")
        return _opened(self.path, self.encoding if "encoding" in self.model_fields_set else None)


def _opened(path: Path, encoding: str | None) -> _File:
    _, about = read_sav(path, encoding, metadataonly=True)
    return _File(path, encoding, about)


def _members(found: Any, columns: list[str]) -> list[str]:
    """Give the variables of a multiple-response set, which the file may write with other capitals."""
    known = {name.casefold(): name for name in columns}
    return [known[name.casefold()] for name in found["variable_list"] if name.casefold() in known]
