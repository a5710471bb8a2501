from __future__ import annotations

import csv
import io
import json
import logging
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from listening.errors import ConfigurationError, FormatError, RowError, ServiceError, SourceError
from listening.records import Cursor, Scores, Verbatim
from listening.sources.limesurvey import LimeSurvey
from listening.sources.live.limesurvey import LimeSurveyLive
from listening.steps.ingest import ingest

USER, PASSWORD, KEY = "LIME_UTILISATEUR", "LIME_MOT_DE_PASSE", "clef-de-session"
CODES = [
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "seed",
    "ipaddr",
    "note",
    "aime",
    "Q5[SQ001]",
    "mail",
    "region",
]
QUESTIONS = [
    {"qid": "11", "parent_qid": "0", "type": "5", "title": "note", "question": "Votre note"},
    {"qid": 12, "parent_qid": 0, "type": "T", "title": "aime", "question": "<p>Ce que vous&nbsp;aimez</p>"},
    {"qid": 13, "parent_qid": 0, "type": "Q", "title": "Q5", "question": "À améliorer"},
    {"qid": 14, "parent_qid": 13, "type": "T", "title": "SQ001", "question": "en magasin"},
    {"qid": 15, "parent_qid": 0, "type": "T", "title": "mail", "question": "Votre adresse e-mail"},
    {"qid": 16, "parent_qid": 0, "type": "L", "title": "region", "question": "Région"},
]


def response(number: int, aime: str = "la dame du téléphone\nau top", note: str = "3", done: bool = True) -> list[str]:
    submitted = "2026-04-01 09:12:44" if done else ""
    return [
        str(number),
        submitted,
        "4",
        "fr",
        "184467",
        "203.0.113.7",
        note,
        aime,
        "le délai",
        "odile@example.org",
        "Sud",
    ]


def table(*rows: list[str], header: Any = CODES) -> str:
    text = io.StringIO()
    rows = rows or ([""] * len(header),)  # an empty export has a row of nothing
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *rows])
    return f"\ufeff{text.getvalue()}\r\n"


@dataclass
class Lime:
    """A LimeSurvey that answers RemoteControl calls as they are documented."""

    server: Any
    responses: list[list[str]]
    faults: dict[str, list[Any]] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, list[Any]]] = field(default_factory=list)

    def __call__(self, request: Any) -> Any:
        call = json.loads(request.body)
        method, given = call["method"], call["params"]
        self.calls.append((method, given))
        if (faults := self.faults.get(method)) and (fault := faults.pop(0)):
            return fault
        if status := self.statuses.get(method):
            return self._result({"status": status})
        return self._result(getattr(self, method)(*given))

    def _result(self, result: Any) -> Any:
        return self.server.reply({"id": 1, "result": result, "error": None})

    def get_session_key(self, user: str, password: str) -> Any:
        right = (user, password) == ("lulu", "tres-secret")
        return KEY if right else {"status": "Invalid user name or password"}

    def list_questions(self, key: str, survey: int) -> Any:
        return QUESTIONS

    def export_responses(self, key: str, survey: int, *asked: Any) -> Any:
        start, stop = asked[-2:]
        rows = [row for row in self.responses if start <= int(row[0]) <= (stop or 10**9)]
        return b64encode(table(*rows).encode()).decode()

    def release_session_key(self, key: str) -> Any:
        return "OK"

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    @property
    def bounds(self) -> list[Any]:
        return [tuple(given[-2:]) for method, given in self.calls if method == "export_responses"]


def source(server: Any, **fields: Any) -> LimeSurveyLive:
    chosen = {"name": "lime", "url": f"{server.url}/index.php", "user_from": USER, "password_from": PASSWORD}
    return LimeSurveyLive(**(chosen | {"survey": 123456, "csat": "note", "patience": 0} | fields))


def read(server: Any, *responses: list[str], since: str | None = None, **fields: Any) -> list[Any]:
    server.answer = Lime(server, list(responses))
    return list(source(server, **fields).read(since))


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER, "lulu")
    monkeypatch.setenv(PASSWORD, "tres-secret")


def test_limesurvey_live_finds_the_long_texts_and_reads_them(server):
    found, cursor = read(server, response(12), meta=["region"])
    assert found == Verbatim(
        source="lime",
        channel="survey",
        external_id="12:aime",
        text="la dame du téléphone\nau top",
        question="Ce que vous aimez",
        created_at=datetime(2026, 4, 1, 9, 12, 44, tzinfo=ZoneInfo("Europe/Paris")),
        scores=Scores(csat=3),
        meta={"region": "Sud"},
    )
    assert cursor == Cursor("1")
    assert server.answer.methods == [
        "get_session_key",
        "list_questions",
        *["export_responses"] * 3,
        "release_session_key",
    ]
    assert server.answer.calls[2][1] == [KEY, 123456, "csv", None, "all", "code", "long", 1, 5_000]
    assert {asked.path for asked in server.requests} == {"/index.php/admin/remotecontrol"}


def test_limesurvey_live_gives_what_an_export_gives(server, tmp_path):
    (tmp_path / "export.csv").write_text(table(response(12), response(13, done=False)), encoding="utf-8", newline="")
    worded = {"aime": "Ce que vous aimez", "Q5[SQ001]": "À améliorer – en magasin"}
    exported = LimeSurvey(name="lime", path=tmp_path / "export.csv", csat="note", questions=worded).read()
    named = ["aime", "Q5[SQ001]"]
    assert read(server, response(12), response(13, done=False), questions=named)[:-1] == list(exported)


def test_limesurvey_live_asks_for_no_wording_when_all_are_given(server):
    found, _ = read(server, response(12), questions={"aime": "Vos goûts"}, codes=True)
    assert (found.question, "list_questions" in server.answer.methods) == ("Vos goûts", False)
    assert server.answer.calls[1][1][6] == "short"


def test_limesurvey_live_reads_slice_after_slice_and_beyond_a_gap(server):
    found = read(server, response(1), response(5_001), response(17_000), overlap=100)
    assert server.answer.bounds == [(1, 5_000), (5_001, 10_000), (10_001, 15_000), (15_001, None)]
    assert [one.external_id if isinstance(one, Verbatim) else one.value for one in found] == [
        *("1:aime", "1"),
        *("5001:aime", "4902"),
        *("17000:aime", "16901"),
    ]


def test_limesurvey_live_reads_again_the_last_ids_for_what_was_edited_or_finished_since(server):
    *_, cursor = read(server, response(1), response(5_060), response(5_070, done=False), overlap=20)
    assert cursor == Cursor("5051")
    now = [response(1), response(5_060, "plus rien"), response(5_070)]
    edited, finished, last = read(server, *now, since=cursor.value, overlap=20)
    assert server.answer.bounds[0] == (5_001, 10_000)
    assert (edited.external_id, edited.text) == ("5060:aime", "plus rien")
    assert (finished.external_id, last) == ("5070:aime", cursor)


def test_limesurvey_live_reads_from_the_beginning_a_survey_that_counts_anew(server):
    found, cursor = read(server, response(1), since="8000")
    assert (found.external_id, cursor) == ("1:aime", Cursor("1"))


@pytest.mark.parametrize("since", ["hier", "-3", "0", ""])
def test_limesurvey_live_begins_anew_where_it_cannot_read_its_cursor(server, since):
    read(server, response(12), since=since)
    assert server.answer.bounds[0] == (1, 5_000)


def test_limesurvey_live_gives_nothing_of_a_survey_without_response(server):
    server.answer = Lime(server, [], statuses={"export_responses": "No Data, could not get max id."})
    assert list(source(server).read("12")) == []


def test_limesurvey_live_quarantines_a_wrong_row_and_goes_on(server):
    bad, found, _ = read(server, response(12, note="6"), response(13))
    assert isinstance(bad, RowError)
    assert (bad.row, found.external_id) == ("limesurvey-123456-1.csv, ligne 2", "13:aime")
    assert "odile" not in bad.content


def test_limesurvey_live_offers_the_questions_when_none_is_long(server):
    server.answer = Lime(server, [])
    server.answer.list_questions = lambda *given: [QUESTIONS[0], QUESTIONS[4]]
    with pytest.raises(FormatError, match="nommez celles à lire dans « questions » parmi « note »"):
        list(source(server).read())


@pytest.mark.parametrize(
    ("method", "status", "error", "message"),
    [
        ("get_session_key", "Invalid user name or password", SourceError, "refuse le nom ou le mot de passe"),
        ("list_questions", "No permission", SourceError, "donnez-lui ce droit"),
        ("export_responses", "No Data, survey table does not exist.", SourceError, "activez-le"),
        ("export_responses", "Error: Invalid survey ID", SourceError, "corrigez « survey »"),
        ("export_responses", "Invalid session key", ServiceError, "a fermé la session"),
        ("export_responses", "tres-secret", SourceError, "refuse « export_responses » : vérifiez que RemoteControl"),
    ],
)
def test_limesurvey_live_says_why_a_call_is_refused(server, method, status, error, message):
    server.answer = Lime(server, [response(12)], statuses={method: status})
    with pytest.raises(error, match=message) as caught:
        list(source(server).read())
    assert "tres-secret" not in str(caught.value)
    assert ("release_session_key" in server.answer.methods) == (method != "get_session_key")


FAULTS = [
    ({"status": 429, "headers": {"Retry-After": "3600"}}, ServiceError, "avant 3 600 secondes"),
    ({"status": 500}, ServiceError, "500"),
    ({"content": {"id": 1, "result": "x", "error": None}, "cut": True}, ServiceError, "coupée"),
    ({"content": {"id": 1, "resultat": "changé"}}, FormatError, "result : cette clé manque"),
    ({"content": {"id": 1, "result": None, "error": "unknown"}}, SourceError, "vérifiez que RemoteControl"),
    ({"content": b"<!doctype html><p>Maintenance</p>"}, FormatError, "par une page"),
    ({"content": b""}, FormatError, "JSON illisible"),
    ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
]


@pytest.mark.parametrize(("fault", "error", "message"), FAULTS)
@pytest.mark.parametrize("method", ["get_session_key", "list_questions", "export_responses"])
def test_limesurvey_live_says_what_is_wrong_without_telling_the_password(server, caplog, method, fault, error, message):
    caplog.set_level(logging.DEBUG)
    server.answer = Lime(server, [response(12)], faults={method: [server.reply(**fault)]})
    live, given = source(server), []
    with pytest.raises(error, match=message) as caught:
        given.extend(live.read())
    assert given == []
    addresses = [(asked.path, asked.query) for asked in server.requests]
    shown = f"{caught.value} {caught.value.__cause__!r} {live!r} {caplog.text} {addresses}"
    assert not [secret for secret in ("tres-secret", "lulu", KEY) if secret in shown]


@pytest.mark.parametrize(
    ("exported", "error", "message"),
    [
        ("***", FormatError, "export illisible"),
        (b64encode(table(header=["numero", *CODES[1:]]).encode()).decode(), FormatError, "pas de colonne « id »"),
        (b64encode(table(header=CODES[:7]).encode()).decode(), FormatError, "pas de colonne « aime »"),
        (b64encode(table(response(12)).encode()).decode(), SourceError, "redonne les mêmes réponses"),
    ],
)
def test_limesurvey_live_says_what_is_wrong_in_an_export(server, exported, error, message):
    server.answer = Lime(server, [])
    server.answer.export_responses = lambda *given: exported
    with pytest.raises(error, match=message):
        list(source(server).read())
    assert server.answer.methods[-1] == "release_session_key"


def test_limesurvey_live_releases_its_session_when_reading_stops_early(server):
    server.answer = Lime(server, [response(12), response(13)])
    reading = source(server).read()
    next(reading)
    reading.close()
    assert server.answer.methods[-1] == "release_session_key"


def test_limesurvey_live_bears_a_session_that_cannot_be_released(server):
    server.answer = Lime(server, [response(12)], faults={"release_session_key": [server.reply(status=500)]})
    assert len(list(source(server).read())) == 2


def test_limesurvey_live_leaves_no_file_behind(server, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert len(read(server, response(12))) == 2
    assert list(tmp_path.iterdir()) == []


def test_limesurvey_live_takes_the_whole_address_too(server):
    server.answer = Lime(server, [response(12)])
    assert list(source(server, url=f"{server.url}/admin/remotecontrol/").read())
    assert server.requests[0].path == "/admin/remotecontrol"


@pytest.mark.parametrize("variable", [USER, PASSWORD])
def test_limesurvey_live_wants_its_user_and_password(server, monkeypatch, variable):
    monkeypatch.setenv(variable, " ")
    with pytest.raises(ConfigurationError, match=f"la variable {variable} est vide"):
        list(source(server).read())
    with pytest.raises(ValidationError):
        source(server, user_from="")


def test_limesurvey_live_loses_nothing_and_stores_nothing_twice(server, store):
    lime = Lime(server, [response(1), response(5_060)], {"export_responses": [None, server.reply(status=500)]})
    server.answer = lime
    live = source(server, overlap=10)
    with pytest.raises(ServiceError):
        ingest(live, store, key=b"clef", names=False)
    assert ingest(live, store, key=b"clef", names=False)["read"] == 2
    lime.responses[1:] = [response(5_060, "plus rien"), response(5_061)]
    counts = ingest(live, store, key=b"clef", names=False)
    assert (counts["read"], counts["new"], counts["changed"]) == (2, 1, 1)
    assert lime.bounds[-3] == (5_001, 10_000)
