"""A SurveyMonkey survey laid out as the columns of its export, and its responses as the rows of these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from listening.errors import RowError
from listening.faults import located
from listening.sources.items import Item
from listening.sources.open_questions import JOINT, wording_of
from listening.sources.rows import Row, as_text, column_names
from listening.sources.surveymonkey import Heads, heads_of

TESTS = ("preview", "survey_preview")
OPEN, CLOSED, OTHER = "Open-Ended Response", "Response", "Other (please specify)"  # sub-headings of an export
NUMBERS = ("integer", "decimal", "date_us", "date_intl", "email")  # validations of what is no text
OWN = ("Respondent ID", "Collector ID", "Start Date", "End Date")
PERSONAL = ("name", "address", "address2", "email", "phone")  # rows of a contact that say who answered
CUSTOM = ""  # stands for the question of the custom variables


class _Shape(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


class _Option(_Shape):
    id: str = ""
    text: str | None = None
    type: str | None = None
    weight: float | None = None
    choices: list[_Option] = []

    @property
    def words(self) -> str:
        """What it reads, the weight of a star, the kind of a contact."""
        return wording_of(self.text or "") or as_text(self.weight) or self.type or ""


class _Options(_Shape):
    choices: list[_Option] = []
    rows: list[_Option] = []
    cols: list[_Option] = []
    other: _Option | list[_Option] | None = None


class _Typed(_Shape):
    type: str | None = None
    display_type: str | None = None


class _Heading(_Shape):
    heading: str | None = None


class _Question(_Shape):
    id: str
    family: str
    headings: list[_Heading]
    answers: _Options | None = None
    validation: _Typed | None = None
    display_options: _Typed | None = None


class _Page(_Shape):
    questions: list[_Question]


class Survey(_Shape):
    """What `/surveys/{id}/details` gives."""

    pages: list[_Page]
    custom_variables: dict[str, Any] = {}


class _Given(_Shape):
    row_id: str = ""
    col_id: str = ""
    choice_id: str = ""
    other_id: str = ""
    text: str | None = None
    simple_text: str | None = None


class _Answered(_Shape):
    id: str
    answers: list[_Given] = []


class _AnsweredPage(_Shape):
    questions: list[_Answered] = []


class _Response(_Shape):
    id: str
    collector_id: str = ""
    collection_mode: str | None = None
    date_created: str
    date_modified: str
    custom_variables: dict[str, Any] = {}
    pages: list[_AnsweredPage]


@dataclass(frozen=True, slots=True)
class Table:
    """A survey as the columns of its export: where the answers to each question go, and what its choices read."""

    columns: list[str]
    heads: Heads
    places: dict[tuple[str, ...], int]
    words: dict[str, str]

    def rows(self, items: Iterable[Item | RowError]) -> Iterator[Row | RowError]:
        """Give the row of each response, previews left out; what is no response is its error."""
        for item in items:
            row = item if isinstance(item, RowError) else self._row(item)
            if row is not None:
                yield row

    def _row(self, item: Item) -> Row | RowError | None:
        try:
            response = _Response.model_validate(item.content)
        except ValidationError as error:
            fault = located(error.errors(include_input=False, include_url=False)[0] | {"input": "…"})
            return Row(item.line, {}, item.file).error(f"réponse inattendue ({fault}) : signalez-la à SurveyMonkey")
        if response.collection_mode in TESTS:
            return None
        own = (response.id, response.collector_id, response.date_created, response.date_modified)
        cells: defaultdict[int, list[str]] = defaultdict(list, {place: [cell] for place, cell in enumerate(own)})
        for name, value in response.custom_variables.items():
            if (place := self.places.get((CUSTOM, name))) is not None:
                cells[place].append(as_text(value))
        for question in [question for page in response.pages for question in page.questions]:
            for given in question.answers:
                if (place := self._place(question.id, given)) is not None:
                    cells[place].append(self._words(given))
        named = {column: JOINT.join(filter(None, cells[place])) for place, column in enumerate(self.columns)}
        return Row(item.line, named, item.file)

    def _place(self, question: str, given: _Given) -> int | None:
        """Give the column of an answer; None for one to a question taken out of the survey since."""
        if given.other_id:
            return self.places.get((question, OTHER))
        keys = ((given.row_id, given.col_id), (given.row_id,), (given.choice_id,), ())
        return next((self.places[question, *key] for key in keys if (question, *key) in self.places), None)

    def _words(self, given: _Given) -> str:
        return given.text if given.text is not None else self.words.get(given.choice_id, given.simple_text or "")


def table_of(survey: Survey) -> Table:
    """Lay out a survey as its export would: headings on the first column of each question, sub-headings on all."""
    headings = [*OWN, *survey.custom_variables]
    subheadings = [""] * len(headings)
    places: dict[tuple[str, ...], int] = {
        (CUSTOM, name): at for at, name in enumerate(survey.custom_variables, len(OWN))
    }
    words: dict[str, str] = {}
    for question in [question for page in survey.pages for question in page.questions]:
        options = question.answers or _Options()
        words |= {one.id: one.words for one in options.choices}
        words |= {one.id: one.words for column in options.cols for one in column.choices}
        wording = next(filter(None, (wording_of(one.heading or "") for one in question.headings)), "")
        for rank, (key, subheading) in enumerate(_columns(question, options)):
            places[question.id, *key] = len(headings)
            headings.append("" if rank else wording or f"question {question.id}")
            subheadings.append(subheading)
    columns = column_names(headings)
    return Table(columns, heads_of(columns, dict(zip(columns, subheadings, strict=True))), places, words)


def _columns(question: _Question, options: _Options) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give the columns that a question has in an export: what leads there, and the sub-heading."""
    if question.family == "presentation":
        return
    if options.cols:
        yield from (((row.id, col.id), f"{row.words} - {col.words}") for row in options.rows for col in options.cols)
    elif options.rows:
        yield from (((row.id,), row.words) for row in options.rows if row.type not in PERSONAL)
    elif question.family == "multiple_choice":
        yield from (((choice.id,), choice.words) for choice in options.choices)
    else:
        yield (), OPEN if _is_open(question) else CLOSED
    others = options.other if isinstance(options.other, list) else [options.other]
    for other in filter(None, others[:1]):
        yield (OTHER,), other.words or OTHER


def _is_open(question: _Question) -> bool:
    """Tell whether a question asks for words: no slider, no file, no number, no date, no address."""
    drawn = question.display_options and question.display_options.display_type
    checked = question.validation and question.validation.type
    return question.family == "open_ended" and not drawn and checked not in NUMBERS
