"""LimeSurvey, asked for its responses by RemoteControl 2 (JSON-RPC): a session, slices of a table, always released."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from listening.errors import FormatError, ServiceError, SourceError
from listening.records import Cursor
from listening.sources.base import Record
from listening.sources.columns import LISTED
from listening.sources.files import open_rows
from listening.sources.limesurvey import LimeSurveyAnswers
from listening.sources.live.base import LiveSource
from listening.sources.live.service import Service
from listening.sources.open_questions import Questions, personal, wording_of
from listening.sources.rows import Row

ENDPOINT = "admin/remotecontrol"
SLICE = 5_000  # ids asked for at once, from a multiple on: a row keeps its place from one reading to the next
ID = "id"  # the heading of the ids that slices are cut by
FREE_TEXT = ("T", "U")  # long and huge: short ones may be a name or a postcode, hence named in `questions`
EMPTY = "No Data, could not get max id"
EXPIRED = "Invalid session key"
REFUSALS = {
    "Invalid user name or password": "refuse le nom ou le mot de passe : vérifiez les variables d'environnement",
    "You have exceeded": "refuse d'autres essais de connexion : attendez, puis vérifiez le mot de passe",
    "No permission": "refuse à cet utilisateur de lire ou d'exporter ce questionnaire : donnez-lui ce droit",
    "No Data, survey table does not exist": "dit que ce questionnaire n'est pas activé : activez-le",
    "Error: Invalid survey ID": "ne connaît pas ce questionnaire : corrigez « survey »",
}

Result = TypeVar("Result", str, list[Any])


class _Status(BaseModel):
    status: str


class _Question(BaseModel):
    qid: int
    parent_qid: int
    type: str
    title: str
    question: str | None = None


class _Reply(BaseModel):
    result: str | list[_Question] | _Status | None
    error: Any = None


class LimeSurveyLive(LimeSurveyAnswers, LiveSource):
    """The responses of the survey `survey` (its number) of a LimeSurvey, at `url`: ``https://…`` or ``…/index.php``.

    `user_from` and `password_from` name the environment variables of a user who may export. `questions` names columns
    by their codes, the wording is asked for where it is not given; without it, those of long and huge free text are
    read, save those that ask who answered. `codes` asks for the codes of answers in place of their words.

    As ids are given when one begins to answer, and an answer edited keeps its own, the last `overlap` ids at least
    are read again each time; an older one edited is seen by a reading from the beginning only. One deleted is not told.

    Source: https://api.limesurvey.org/classes/remotecontrol-handle.html
    """

    kind: Literal["limesurvey-live"] = "limesurvey-live"
    user_from: str = Field(min_length=1)
    password_from: str = Field(min_length=1)
    survey: int = Field(gt=0)
    questions: Questions = Field(default_factory=dict)
    codes: bool = False
    overlap: int = Field(default=2_000, ge=0)

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give a verbatim for each answer from an id on, and after each slice where the next reading may begin."""
        first = max(1, int(since)) if since and since.isdecimal() else 1
        with (
            self.service(self.url.rstrip("/").removesuffix(f"/{ENDPOINT}")) as service,
            self._session(service) as key,
            TemporaryDirectory(prefix="listening-") as folder,
        ):
            questions = self._questions(service, key)
            found = yield from self._responses(service, key, Path(folder), questions, first)
            if not found and first > 1:  # a survey activated again counts from 1 again
                yield from self._responses(service, key, Path(folder), questions, 1)

    def _responses(
        self, service: Service, key: str, folder: Path, questions: dict[str, str], first: int
    ) -> Generator[Record, None, bool]:
        """Give the answers slice after slice, then those beyond an empty one; return whether there were any."""
        start, found = first - (first - 1) % SLICE, False
        stop: int | None = start + SLICE - 1
        while self._export(service, key, table := folder / f"limesurvey-{self.survey}-{start}.csv", start, stop):
            ids = _ids(table)
            if ids and (ids[0] < start or (stop and ids[-1] > stop)):
                raise SourceError(f"{self.host} redonne les mêmes réponses quelles que soient les bornes : signalez-le")
            yield from self.answers_in(table, "utf-8-sig", questions)
            if ids:
                found = True
                yield Cursor(str(max(1, ids[-1] - self.overlap + 1)))
            if stop is None:
                break
            start, stop = stop + 1, stop + SLICE if ids else None
        return found

    def _export(self, service: Service, key: str, table: Path, start: int, stop: int | None) -> bool:
        """Write the responses between two ids, complete or not; tell whether the survey has any at all."""
        answers = "short" if self.codes else "long"
        asked = (key, self.survey, "csv", None, "all", "code", answers, start, stop)
        exported = self._call(service, str, "export_responses", *asked)
        if exported is None:
            return False
        try:
            table.write_bytes(b64decode(exported, validate=True))
        except ValueError as error:
            raise FormatError(
                f"{self.host} donne un export illisible (base64) : réessayez, puis signalez-le"
            ) from error
        return True

    def _questions(self, service: Service, key: str) -> dict[str, str]:
        """Give the columns to read with their wording, that of the survey where none is given."""
        if self.questions and all(self.questions.values()):
            return self.questions
        listed = self._call(service, list, "list_questions", key, self.survey) or []
        wording = _wording(listed)
        if self.questions:
            return {column: given or wording.get(column, column) for column, given in self.questions.items()}
        free = [one.title for one in listed if not one.parent_qid and one.type in FREE_TEXT]
        found = {column: wording[column] for column in free if not personal(wording[column])}
        if not found:
            offered = ", ".join(f"« {column} » ({words[:60]})" for column, words in list(wording.items())[:LISTED])
            raise FormatError(
                f"{self.host} : aucune question à texte long dans le questionnaire {self.survey} : nommez celles à "
                f"lire dans « questions » parmi {offered}"
            )
        return found

    @contextmanager
    def _session(self, service: Service) -> Iterator[str]:
        """Open a session, and release it whatever happens."""
        user, password = (self.secret(one, "ce qui ouvre LimeSurvey") for one in (self.user_from, self.password_from))
        key = self._call(service, str, "get_session_key", user, password) or ""
        try:
            yield key
        finally:
            with suppress(SourceError):
                self._call(service, str, "release_session_key", key)

    def _call(self, service: Service, shape: type[Result], method: str, *given: Any) -> Result | None:
        """Give the result of a call, None where the survey has no response."""
        answer = service.post(ENDPOINT, json={"method": method, "params": given, "id": 1})
        reply = answer.read_as(_Reply)
        if isinstance(reply.result, shape):
            return reply.result
        status = reply.result.status if isinstance(reply.result, _Status) else ""
        if status.startswith(EMPTY):
            return None
        if status.startswith(EXPIRED):
            raise ServiceError(f"{answer.place} a fermé la session trop tôt : réessayez plus tard")
        default = f"refuse « {method} » : vérifiez que RemoteControl répond en JSON-RPC"
        raise SourceError(
            f"{answer.place} " + next((said for start, said in REFUSALS.items() if status.startswith(start)), default)
        )


def _ids(table: Path) -> list[int]:
    """Give the ids of the responses in a table, in order."""
    content = open_rows(table, longest=None)
    if ID not in content.columns:
        raise FormatError(f"{table.name} : pas de colonne « {ID} » : l'interface a dû changer, mettez listening à jour")
    cells = [row.cells[ID].strip() for row in content.rows if isinstance(row, Row) and ID in row.cells]
    return sorted(int(cell) for cell in cells if cell.isdecimal())


def _wording(listed: list[_Question]) -> dict[str, str]:
    """Give the wording of each column that questions make: their code, or that of a sub-question in brackets."""
    top = {one.qid: one for one in listed if not one.parent_qid}
    wording = {one.title: wording_of(one.question or "") or one.title for one in top.values()}
    for one in listed:
        if parent := top.get(one.parent_qid):
            words = wording_of(one.question or "") or one.title
            wording[f"{parent.title}[{one.title}]"] = f"{wording[parent.title]} – {words}"
    return wording
