from __future__ import annotations

import csv
import io
import json
import logging
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from listening.errors import ConfigurationError, FormatError, RowError, ServiceError, SourceError
from listening.records import Cursor, Scores, Verbatim
from listening.sources.live.qualtrics import QualtricsLive
from listening.sources.qualtrics import Qualtrics
from listening.steps.ingest import ingest

TOKEN = "JETON_QUALTRICS"
EXPORTS = "/API/v3/surveys/SV_0abc/export-responses"
NAMES = ["RecordedDate", "ResponseId", "IPAddress", "RecipientEmail", "Q1", "Q2", "Q3", "Q4", "Q5", "Segment"]
WORDING = ["Date d'enregistrement", "ID de réponse", "Adresse IP", "E-mail", "Recommanderiez-vous… ?", "Pourquoi ?"]
WORDING += ["Que changer ?", "Votre adresse e-mail :", "Autre, précisez", "Segment"]
IDS = ["recordedDate", "_recordId", "ipAddress", "recipientEmail", "QID1", "QID2_TEXT", "1_QID3_TEXT", "QID4_TEXT"]
IDS += ["QID5_4_TEXT", "Segment"]
IMPORTS = [json.dumps({"ImportId": name}) for name in IDS]
PARIS = ZoneInfo("Europe/Paris")


def response(
    number: int, why: str = "Points perdus,\n23 € quand même", nps: str = "1", day: int | None = None
) -> list[str]:
    recorded = f"2026-01-{day or number:02} 07:58:44"
    private = ["203.0.113.7", "odile@example.org"]
    return [recorded, f"R_3aB9dE7xK20pL{number:02}", *private, nps, why, "Le délai", "odile@example.org", "x", "35-54"]


def table(*rows: list[str], headers: Any = (NAMES, WORDING, IMPORTS)) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([*headers, *rows])
    return text.getvalue()


def packed(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return content.getvalue()


@dataclass
class Account:
    """A survey exported as it is documented: asked for, then said to be in progress, then made, then given."""

    server: Any
    responses: list[list[str]]
    faults: list[Any] = field(default_factory=list)
    polls: int = 0
    file: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: Any) -> Any:
        if self.faults and (fault := self.faults.pop(0)):
            return fault
        if (request.method, request.path) == ("POST", EXPORTS):
            self.asked.append(json.loads(request.body))
            return self._result(progressId="ES_1", percentComplete=0.0, status="inProgress")
        if request.path == f"{EXPORTS}/ES_1" and self.polls:
            self.polls -= 1
            return self._result(percentComplete=40.0, status="inProgress")
        if request.path == f"{EXPORTS}/ES_1":
            return self._result(fileId="f-def", percentComplete=100.0, status="complete")
        if request.path == f"{EXPORTS}/f-def/file":
            start = self.asked[-1].get("startDate", "").replace("T", " ")
            rows = [one for one in self.responses if one[0] > start]
            content = self.file or packed(**{"Après votre visite": table(*rows)})
            return self.server.reply(content, headers={"Content-Type": "application/zip"})
        return self.server.reply({"meta": {"httpStatus": "404 - Not Found"}}, status=404)

    def _result(self, **result: Any) -> Any:
        return self.server.reply({"result": result, "meta": {"requestId": "r-1", "httpStatus": "200 - OK"}})


def source(server: Any, **fields: Any) -> QualtricsLive:
    chosen = {
        "name": "enquete",
        "url": server.url,
        "token_from": TOKEN,
        "survey": "SV_0abc",
        "nps": "Q1",
        "patience": 0,
    }
    return QualtricsLive(**(chosen | fields))


def read(server: Any, *responses: list[str], since: str | None = None, **fields: Any) -> list[Any]:
    server.answer = Account(server, list(responses))
    return list(source(server, **fields).read(since))


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "tres-secret")


def test_qualtrics_live_finds_the_text_entries_and_reads_them(server):
    server.answer = Account(server, [response(5)], polls=1)
    why, better, cursor = source(server, meta=["Segment"]).read()
    assert why == Verbatim(
        source="enquete",
        channel="survey",
        external_id="R_3aB9dE7xK20pL05:Q2",
        text="Points perdus,\n23 € quand même",
        question="Pourquoi ?",
        created_at=datetime(2026, 1, 5, 7, 58, 44, tzinfo=PARIS),
        scores=Scores(nps=1),
        meta={"Segment": "35-54"},
    )
    assert (better.external_id, better.text) == ("R_3aB9dE7xK20pL05:Q3", "Le délai")
    assert cursor == Cursor("2026-01-05T06:58:44+00:00")
    assert [asked.path for asked in server.requests] == [
        EXPORTS,
        f"{EXPORTS}/ES_1",
        f"{EXPORTS}/ES_1",
        f"{EXPORTS}/f-def/file",
    ]
    assert {asked.headers["x-api-token"] for asked in server.requests} == {"tres-secret"}


@pytest.mark.parametrize("fields", [{"text": "Q2"}, {"questions": {"Q3": "Et alors ?"}}])
def test_qualtrics_live_gives_what_an_export_gives(server, tmp_path, fields):
    (tmp_path / "export.csv").write_text(table(response(5), response(6)), encoding="utf-8")
    exported = Qualtrics(name="enquete", path=tmp_path / "export.csv", nps="Q1", **fields).read()
    assert read(server, response(5), response(6), **fields)[:-1] == list(exported)


def test_qualtrics_live_asks_for_what_was_recorded_since_less_a_day(server):
    *_, cursor = read(server, response(5), response(6), text="Q2", labels=True)
    assert server.answer.asked == [
        {"format": "csv", "timeZone": "Europe/Paris", "useLabels": True, "sortByLastModifiedDate": True}
    ]
    edited, last = read(server, response(1), response(6, why="Réglé depuis"), since=cursor.value, text="Q2")
    assert server.answer.asked[0]["startDate"] == "2026-01-05T06:58:44Z"
    assert (edited.external_id, edited.text, last) == ("R_3aB9dE7xK20pL06", "Réglé depuis", cursor)


def test_qualtrics_live_begins_anew_where_it_cannot_read_its_cursor(server):
    read(server, response(5), since="hier")
    assert "startDate" not in server.answer.asked[0]


def test_qualtrics_live_does_not_begin_in_the_future(server):
    *_, cursor = read(server, ["2099-12-24 07:58:44", *response(5)[1:]])
    assert datetime.fromisoformat(cursor.value) <= datetime.now(PARIS)


def test_qualtrics_live_keeps_its_cursor_when_nothing_is_new(server):
    assert read(server) == []
    assert read(server, since="2026-01-05T06:58:44+00:00") == [Cursor("2026-01-05T06:58:44+00:00")]


def test_qualtrics_live_never_keeps_who_answered(server):
    found = repr(read(server, response(5), response(6, nps="11"), meta=["Segment"]))
    assert not [private for private in ("odile", "203.0") if private in found]
    with pytest.raises(FormatError, match="dit qui a répondu"):
        read(server, response(5), meta=["RecipientEmail"])


def test_qualtrics_live_quarantines_a_wrong_row_and_goes_on(server):
    bad, *found, _ = read(server, response(5, nps="11"), response(6), text="Q2")
    assert isinstance(bad, RowError)
    assert bad.row == "Après votre visite.csv, ligne 4"
    assert [one.external_id for one in found] == ["R_3aB9dE7xK20pL06"]


def test_qualtrics_live_wants_a_text_entry_unless_questions_are_named(server):
    server.answer = Account(server, [], file=packed(a=table(headers=[NAMES[:5], WORDING[:5], IMPORTS[:5]])))
    with pytest.raises(FormatError, match="aucune question à texte libre"):
        list(source(server).read())


FAULTS = [
    ({"status": 429, "headers": {"Retry-After": "3600"}}, ServiceError, "avant 3 600 secondes"),
    ({"status": 500}, ServiceError, "500"),
    ({"status": 401}, SourceError, "vérifiez le jeton"),
    ({"content": {"result": {}}, "cut": True}, ServiceError, "coupée"),
    ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
]
ANSWERS = [
    ({"content": {"result": {"statut": "changé"}}}, FormatError, r"result\.status : cette clé manque"),
    ({"content": b"<!doctype html><p>Maintenance</p>"}, FormatError, "par une page"),
]
FILES = [
    ({"content": b"<!doctype html><p>Maintenance</p>"}, FormatError, "SV_0abc.zip : ce ZIP est illisible"),
    ({"content": packed(a="1", b="2")}, FormatError, "un seul fichier est attendu"),
    ({"content": packed(a="0" * 2**21)}, FormatError, "200 fois sa taille"),
    ({"content": packed(a=table(headers=[NAMES]))}, FormatError, "le libellé des questions est attendu"),
]


@pytest.mark.parametrize(
    ("before", "fault", "error", "message"),
    [(before, *fault) for before in (0, 1, 2) for fault in FAULTS]
    + [(before, *answer) for before in (0, 1) for answer in ANSWERS]
    + [(2, *file) for file in FILES]
    + [
        (0, {"content": {"result": {"status": "inProgress"}}}, FormatError, "ne dit pas où suivre l'export"),
        (1, {"content": {"result": {"status": "failed", "fileId": None}}}, ServiceError, "n'a pas pu faire cet export"),
    ],
)
def test_qualtrics_live_says_what_is_wrong_without_telling_the_token(server, caplog, before, fault, error, message):
    caplog.set_level(logging.DEBUG)
    server.answer = Account(server, [response(5)], [None] * before + [server.reply(**fault)])
    live, given = source(server), []
    with pytest.raises(error, match=message) as caught:
        given.extend(live.read())
    assert given == []
    assert "tres-secret" not in f"{caught.value} {caught.value.__cause__!r} {live!r} {caplog.text}"


def test_qualtrics_live_does_not_wait_for_ever(server):
    server.answer = Account(server, [], polls=100)
    with pytest.raises(ServiceError, match="l'export n'est pas prêt après 0 secondes"):
        list(source(server, wait=0.1).read())
    assert len(server.requests) == 3


def test_qualtrics_live_waits_for_a_rate_limit(server):
    server.answer = Account(server, [response(5)], [server.reply(status=429, headers={"Retry-After": "0"})])
    assert len(list(source(server).read())) == 3


def test_qualtrics_live_leaves_no_file_behind(server, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert len(read(server, response(5))) == 3
    assert list(tmp_path.iterdir()) == []


def test_qualtrics_live_wants_its_token(server, monkeypatch):
    monkeypatch.delenv(TOKEN)
    with pytest.raises(ConfigurationError, match=f"la variable {TOKEN} est vide"):
        list(source(server).read())


@pytest.mark.parametrize("fields", [{"text": "Q2", "questions": ["Q3"]}, {"survey": "../SV_1"}, {"token_from": None}])
def test_qualtrics_live_refuses_a_wrong_configuration(server, fields):
    with pytest.raises(ValidationError):
        source(server, **fields)


def test_qualtrics_live_loses_nothing_and_stores_nothing_twice(server, store):
    account = Account(server, [response(1), response(20)], [None, None, server.reply(status=500)])
    server.answer = account
    live = source(server, text="Q2")
    with pytest.raises(ServiceError):
        ingest(live, store, key=b"clef", names=False)
    assert ingest(live, store, key=b"clef", names=False)["new"] == 2
    account.responses += [response(21)]
    account.responses[1] = response(20, why="Réglé depuis")
    counts = ingest(live, store, key=b"clef", names=False)
    assert (counts["read"], counts["new"], counts["changed"]) == (2, 1, 1)
