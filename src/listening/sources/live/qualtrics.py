"""Qualtrics, asked for its responses: it makes an export, says how far it is, and gives it as a ZIP of one CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from listening.errors import FormatError, ServiceError
from listening.records import Cursor, Verbatim
from listening.sources.archives import unpacked
from listening.sources.base import Record
from listening.sources.live.base import LiveSource
from listening.sources.live.paging import instant
from listening.sources.live.service import Service
from listening.sources.qualtrics import QualtricsAnswers
from listening.sources.rows import spaced

OVERLAP = timedelta(days=1)  # read again each time: a response may be edited, or show a while after it was recorded
LARGEST = 2 * 2**30  # bytes of a ZIP; Qualtrics makes none above 1.8 Go
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 15.0  # seconds between two questions about an export


class _Export(BaseModel):
    progressId: str | None = None
    status: str
    fileId: str | None = None


class _Reply(BaseModel):
    result: _Export


class QualtricsLive(QualtricsAnswers, LiveSource):
    """The responses of the survey `survey` (``SV_…``) of a Qualtrics account, at `url`, that of its data center.

    Reads those recorded since the last reading, less a day, and edited since where Qualtrics filters by that date; one
    edited is a new version. One deleted is not told: it stays as it was read. Responses in progress are left out.
    `labels` asks for the words of choices in place of their numbers; an export may take `wait` seconds.

    Source: https://api.qualtrics.com, « Survey Response Import/Export API ».
    """

    kind: Literal["qualtrics-live"] = "qualtrics-live"
    token_from: str = Field(min_length=1)
    survey: str = Field(pattern=r"^SV_\w+$")
    labels: bool = False
    wait: float = Field(default=1_800.0, ge=0)

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give a verbatim for each response or each answer recorded since, then where the next reading may begin."""
        newest = instant(since)
        with (
            self.service(**{"X-API-TOKEN": self.token()}) as service,
            TemporaryDirectory(prefix="listening-") as folder,
        ):
            packed, asked_at = Path(folder) / f"{self.survey}.zip", datetime.fromtimestamp(service.clock(), UTC)
            self._download(service, packed, newest)
            with unpacked(packed) as table:
                for record in self.answers_in(_only(table, packed), "utf-8-sig"):
                    if isinstance(record, Verbatim) and record.created_at:
                        newest = max(newest or record.created_at, record.created_at)
                    yield record
        if newest:  # `date` may be a column of appointments, or of any day to come
            yield Cursor(min(newest, asked_at).astimezone(UTC).isoformat())

    def _download(self, service: Service, packed: Path, since: datetime | None) -> None:
        exports = f"API/v3/surveys/{self.survey}/export-responses"
        started = service.post(exports, json=self._asked(since))
        export = started.read_as(_Reply).result
        if not export.progressId:
            raise FormatError(f"{started.place} ne dit pas où suivre l'export : l'interface a dû changer")
        file = self._finished(service, f"{exports}/{export.progressId}")
        with packed.open("wb") as into:
            service.download(f"{exports}/{file}/file", into, largest=LARGEST)

    def _asked(self, since: datetime | None) -> dict[str, Any]:
        asked = {"format": "csv", "timeZone": self.timezone, "useLabels": self.labels, "sortByLastModifiedDate": True}
        start = {"startDate": f"{(since - OVERLAP).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"} if since else {}
        return asked | start

    def _finished(self, service: Service, progress: str) -> str:
        """Give the id of the export's file once it is made."""
        pause, waited = FIRST_PAUSE, 0.0
        while True:
            answer = service.get(progress)
            export = answer.read_as(_Reply).result
            if export.status == "complete" and export.fileId:
                return export.fileId
            if export.status == "failed":
                raise ServiceError(f"{answer.place} : Qualtrics n'a pas pu faire cet export : réessayez plus tard")
            if waited >= self.wait:
                raise ServiceError(
                    f"{answer.place} : l'export n'est pas prêt après {spaced(round(waited))} secondes : réessayez plus "
                    "tard, ou augmentez « wait »"
                )
            service.sleep(pause)
            pause, waited = min(2 * pause, LONGEST_PAUSE), waited + pause

    @model_validator(mode="after")
    def _one_way_to_ask(self) -> Self:
        if self.text and self.questions:
            raise ValueError("donnez « text », la question ouverte, ou « questions » s'il y en a plusieurs")
        return self


def _only(table: Path, packed: Path) -> Path:
    if table.is_dir():
        raise FormatError(f"{packed.name} : un seul fichier est attendu dans cet export : l'interface a dû changer")
    return table
