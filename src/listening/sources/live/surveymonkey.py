"""SurveyMonkey, asked for a survey and its responses: turned into the rows of its exports, read as these are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, Field

from listening.errors import FormatError
from listening.records import Cursor
from listening.sources.base import Record
from listening.sources.live.base import LiveSource
from listening.sources.live.paging import instant, items_of
from listening.sources.live.service import Answer
from listening.sources.live.surveymonkey_table import Survey, table_of
from listening.sources.rows import Row
from listening.sources.surveymonkey import SurveyMonkeyAnswers

OVERLAP = timedelta(hours=1)  # read again each time, for clocks that differ
PAGE = 100  # the most that the service gives


class _Links(BaseModel):
    next: str | None = None


class _Responses(BaseModel):
    data: list[Any]
    links: _Links = _Links()


class SurveyMonkeyLive(SurveyMonkeyAnswers, LiveSource):
    """The responses of the survey `survey` (its number) of a SurveyMonkey account, at `url`, that of its region.

    Its questions are named as its export names them, and its custom variables by their names. Reads the responses
    modified since the last reading, less an hour: one edited is a new version, one begun is read as far as it goes. One
    deleted is not told: it stays as it was read. Previews are left out; who answered, and from where, is never looked
    at.

    Source: https://api.surveymonkey.com/v3/docs, « Surveys » and « Survey Responses ».
    """

    kind: Literal["surveymonkey-live"] = "surveymonkey-live"
    url: str = "https://api.surveymonkey.com"
    token_from: str = Field(min_length=1)
    survey: int = Field(gt=0)

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give a verbatim for each question answered, the response modified last first, then where to begin next."""
        start = instant(since)
        asked = {"start_modified_at": _told(start - OVERLAP)} if start else {}
        asked |= {"per_page": str(PAGE), "simple": "true", "sort_by": "date_modified", "sort_order": "DESC"}
        newest = start
        with self.service(**self.bearer()) as service:
            place = f"v3/surveys/{self.survey}"
            table = table_of(service.get(f"{place}/details").read_as(Survey))
            if not self.questions and not table.heads.open:
                raise FormatError(
                    f"{self.host} : l'enquête {self.survey} n'a pas de question ouverte : nommez celles à lire dans "
                    "« questions »"
                )
            pages = service.pages(lambda page: service.get(f"{place}/responses/bulk", page=page, **asked), _following)
            for number, answer in enumerate(pages, 1):
                rows = [*table.rows(items_of(answer.read_as(_Responses).data, f"{self.host}, page {number}"))]
                moments = [instant(row.cells["End Date"]) for row in rows if isinstance(row, Row)]
                newest = max([moment for moment in (newest, *moments) if moment], default=None)
                yield from self.answers_in(table.heads, rows, file=self.host, order_of=lambda column: "jour-mois")
        if newest:
            yield Cursor(newest.isoformat())


def _following(answer: Answer) -> str | None:
    """Give the number of the next page: asked for at our own address, wherever the link leads."""
    link = answer.read_as(_Responses).links.next
    if link is None:
        return None
    if page := parse_qs(urlsplit(link).query).get("page"):
        return page[-1]
    raise FormatError(f"{answer.place} ne dit pas le numéro de la page suivante : l'interface a dû changer")


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"
