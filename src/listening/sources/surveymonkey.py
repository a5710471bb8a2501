"""SurveyMonkey exports (CSV or XLSX): a row of questions, then one of sub-questions or choices, blank if condensed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from pydantic import Field

from listening.errors import FormatError, RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, Source, build
from listening.sources.brands import fold
from listening.sources.cells import identifier
from listening.sources.columns import Columns, Header, keep
from listening.sources.files import open_rows
from listening.sources.guess import closed_answers, columns_of, open_answers
from listening.sources.local_dates import Order, local_moment, settled_order
from listening.sources.open_questions import (
    JOINT,
    Questions,
    Respondent,
    aliases,
    answers,
    asked,
    headings,
    personal,
    plain_scores,
    refuse_personal,
    wording_of,
)
from listening.sources.rows import Row, column_names
from listening.sources.seen import Seen

OTHER_NAMES = {
    "Respondent ID": ("id du repondant", "id de repondant", "identifiant du repondant", "n de repondant"),
    "Collector ID": ("id du collecteur", "id de collecteur"),
    "Start Date": ("date de debut",),
    "End Date": ("date de fin",),
    "IP Address": ("adresse ip",),
    "Email Address": ("adresse e mail", "adresse email", "adresse electronique"),
    "First Name": ("prenom",),
    "Last Name": ("nom", "nom de famille"),
}
HIDDEN = frozenset(name.casefold() for name in OTHER_NAMES) | {
    *("id du répondant", "id du collecteur", "date de début", "date de fin", "adresse ip", "adresse e-mail"),
    *("adresse email", "prénom", "nom"),
}
OPEN = frozenset(("open ended response", "reponse ouverte", "reponse libre", "reponses ouvertes", "open response"))
ALONE = OPEN | {"response", "reponse", ""}  # under a question that has only this column
FREE = re.compile(r"(?:autre|other)\b.*\b(?:preciser|specify)\b.*|commentaires?|comments?")  # words among the choices


@dataclass(frozen=True, slots=True)
class Heads:
    """The columns as asked for, each with those of the file that make it, and which of them hold open answers."""

    parts: dict[str, list[str]]
    open: list[str]

    def rows(self, rows: Iterable[Row | RowError]) -> Iterator[Row | RowError]:
        for row in rows:
            if isinstance(row, RowError):
                yield row
                continue
            cells = {
                name: row.cells[parts[0]] if len(parts) == 1 else _joined(row.cells[part] for part in parts)
                for name, parts in self.parts.items()
            }
            yield Row(row.line, cells, row.file)


class SurveyMonkeyAnswers(Columns, Source):
    """What tells how the answers of SurveyMonkey are read, whether they are exported or asked for.

    The open questions are those that it calls open, or those that `questions` names: by their wording; what has several
    columns by ``question – sub-question``, or by the question alone for all its choices together. Who answered, and
    from where, is never kept.
    """

    questions: Questions = Field(default_factory=dict)
    id: str = "Respondent ID"
    date: str = "End Date"

    def answers_in(
        self, heads: Heads, rows: Iterable[Row | RowError], *, file: str, order_of: Callable[[str], Order]
    ) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each question answered, whose external id is ``{id}:{column}``.

        `order_of` tells whether the dates of a column begin with the day or the month.
        """
        wording, own = headings(heads.parts, OTHER_NAMES)
        header = Header(file, list(heads.parts), wording | own, hidden=HIDDEN)
        questions = self.questions or dict.fromkeys(heads.open, "")
        found = header.locate([*questions, self.id, self.date, *self.closed_columns()], [self.brand])
        refuse_personal(file, found, wording | own)
        questions = asked(questions, found, wording)
        order = order_of(found[self.date])
        kept = keep(heads.rows(rows), found)
        yield from build(kept, lambda row: self._verbatims(row, questions, order), shown=questions)

    def _verbatims(self, row: Row, questions: dict[str, str], order: Order) -> list[Verbatim]:
        identity, closed = identifier(row, self.id), self.closed(plain_scores(row, self))
        created_at = local_moment(row, self.date, timezone=self.timezone, order=order)
        return answers(row, questions, identity, Respondent(source=self.name, created_at=created_at, **closed))


class SurveyMonkey(SurveyMonkeyAnswers, FileSource):
    """The open questions of a SurveyMonkey export.

    Whether dates begin with the day or the month is read from the dates themselves, unless `date_order` says it.
    """

    kind: Literal["surveymonkey"] = "surveymonkey"
    date_order: Order | None = None

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim a table of respondents and of the collectors that brought them."""
        own = aliases(seen.columns, OTHER_NAMES)
        if not {"Respondent ID", "Collector ID"} <= set(own.values()):
            return None
        first = seen.rows[0].cells if seen.rows else {}
        split = not any(first.get(column, "").strip() for column in own)
        heads = heads_of(seen.columns, first if split else {})
        rows = [row for row in heads.rows(seen.rows[split:]) if isinstance(row, Row)]
        names = [name for name in heads.parts if name not in own]
        found = columns_of(rows, names, wording={name: wording_of(name) for name in names}, plain=True)
        questions = heads.open or [one.name for one in open_answers(found)]
        closed = closed_answers(one for one in found if one.name not in questions)
        return ({"questions": questions} if questions else {}) | closed

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each question answered."""
        heads, rows = self._open()
        if not self.questions and not heads.open:
            raise FormatError(
                f"{self.path.name}, ligne 2 : aucune question n'y est « Réponse ouverte » : nommez-les dans "
                "« questions »"
            )
        yield from self.answers_in(heads, rows, file=self.path.name, order_of=self._order)

    def _open(self) -> tuple[Heads, Iterator[Row | RowError]]:
        """Give the columns, and the rows of the responses."""
        content = open_rows(self.path, encoding=self.encoding, longest=None)
        own = aliases(content.columns, OTHER_NAMES)
        first = next(content.rows, None)
        if isinstance(first, RowError):
            raise FormatError(f"{first} : la seconde ligne d'en-tête doit avoir autant de cellules que la première")
        if first is None or any(first.cells[column].strip() for column in own):
            return heads_of(content.columns, {}), chain([first] if first else [], content.rows)
        return heads_of(content.columns, first.cells), content.rows

    def _order(self, column: str) -> Order:
        if self.date_order:
            return self.date_order
        heads, rows = self._open()
        dates = (row.cells[column] for row in heads.rows(rows) if isinstance(row, Row))
        return settled_order(dates, file=self.path.name, french=fold(column).startswith("date de"))


def heads_of(columns: list[str], subheads: Mapping[str, str]) -> Heads:
    """Name each column by its question, blank where it is that of the column before, and its sub-question."""
    question, names = "", []
    choices: defaultdict[str, list[str]] = defaultdict(list)
    for position, column in enumerate(columns, 1):
        if column != f"colonne {position}" or not subheads.get(column, "").strip():
            question = column
        subhead = subheads.get(column, "").strip()
        if fold(subhead) in ALONE:
            names.append(question)
        else:
            names.append(f"{question} – {subhead}")
            choices[question] += [] if FREE.fullmatch(fold(subhead)) else [column]
    parts = {name: [column] for name, column in zip(column_names(names), columns, strict=True)}
    opened = [name for name, (column,) in parts.items() if fold(subheads.get(column, "")) in OPEN]
    groups = {name: several for name, several in choices.items() if len(several) > 1}
    return Heads(groups | parts, [name for name in opened if not personal(name)])


def _joined(cells: Iterable[str]) -> str:
    return JOINT.join(cell.strip() for cell in cells if cell.strip())
