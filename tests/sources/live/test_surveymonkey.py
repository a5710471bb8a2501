from __future__ import annotations

import csv
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from listening.errors import ConfigurationError, FormatError, RowError, ServiceError, SourceError
from listening.records import Cursor, Scores, Verbatim
from listening.sources.live.surveymonkey import SurveyMonkeyLive
from listening.sources.surveymonkey import SurveyMonkey
from listening.steps.ingest import ingest

TOKEN = "JETON_SURVEYMONKEY"
NPS, WHY, CHANNELS, BETTER = "Nous recommanderiez-vous ?", "Pourquoi cette note ?", "Vos canaux ?", "Que changer ?"
STARS, TASTE = "Vos étoiles ?", "Le lieu ?"


def question(number: int, heading: str, family: str, **keys: Any) -> dict[str, Any]:
    return {"id": str(number), "headings": [{"heading": heading}], "family": family, "subtype": "", **keys}


def options(first: int, *texts: str, **keys: Any) -> list[dict[str, Any]]:
    return [{"id": str(at), "text": text, "visible": True, **keys} for at, text in enumerate(texts, first)]


OWN = ["118052219061", "446111201", "01/25/2026 03:10:00 PM", "01/25/2026 03:14:07 PM"]
SCALE = ["Pas du tout probable - 0", *map(str, range(1, 10)), "Tout à fait probable - 10"]
DETAILS = {
    "id": "506487016",
    "title": "Après votre visite",
    "custom_variables": {"Offre": "offre"},
    "pages": [
        {
            "id": "1",
            "questions": [
                question(9, "Bienvenue", "presentation"),
                question(10, NPS, "matrix", answers={"rows": options(100, ""), "choices": options(200, *SCALE)}),
                question(11, f"<strong>{WHY}</strong>", "open_ended", display_options=None, validation=None),
                question(
                    12,
                    CHANNELS,
                    "multiple_choice",
                    answers={
                        "choices": options(300, "Web", "Boutique"),
                        "other": {"id": "309", "text": "Autre (veuillez préciser)", "is_answer_choice": True},
                    },
                ),
            ],
        },
        {
            "id": "2",
            "questions": [
                question(13, BETTER, "open_ended"),
                question(14, "Votre e-mail", "open_ended", validation={"type": "email"}),
                question(15, "Combien de fois ?", "open_ended", display_options={"display_type": "slider"}),
                question(
                    16,
                    STARS,
                    "matrix",
                    answers={
                        "rows": options(101, ""),
                        "choices": [one | {"weight": at} for at, one in enumerate(options(400, *[""] * 5), 1)],
                    },
                ),
                question(
                    17,
                    "Vous ?",
                    "demographic",
                    answers={"rows": [{"id": "500", "type": "email"}, {"id": "501", "type": "city", "text": "Ville"}]},
                ),
                question(
                    18,
                    TASTE,
                    "matrix",
                    answers={
                        "rows": options(600, "Accueil"),
                        "cols": [{"id": "610", "text": "Ton", "choices": options(620, "Chaud", "Froid")}],
                    },
                ),
            ],
        },
    ],
}


def answered(number: int, *answers: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(number), "answers": list(answers)}


def response(number: int = 1, why: str = "Rapide,\net aimable", nps: int = 10, **keys: Any) -> dict[str, Any]:
    return {
        "id": f"11805221906{number}",
        "collector_id": "446111201",
        "survey_id": "506487016",
        "collection_mode": "default",
        "response_status": "completed",
        "ip_address": "203.0.113.7",
        "email_address": "odile@example.org",
        "custom_variables": {"Offre": "Premium"},
        "date_created": "2026-01-25T15:10:00+00:00",
        "date_modified": f"2026-01-{24 + number}T15:14:07+00:00",
        "pages": [
            {"id": "1", "questions": [answered(10, {"row_id": "100", "choice_id": str(200 + nps)})]},
            {"id": "1", "questions": [answered(11, {"tag_data": [], "text": why, "simple_text": why})]},
        ],
    } | keys


def full() -> dict[str, Any]:
    whole = response()
    whole["pages"] += [
        {
            "id": "1",
            "questions": [answered(12, {"choice_id": "300"}, {"choice_id": "301"}, {"other_id": "309", "text": "Ami"})],
        },
        {
            "id": "2",
            "questions": [
                answered(13, {"text": "Rien, à part les prix"}),
                answered(14, {"text": "odile@example.org"}),
                answered(16, {"row_id": "101", "choice_id": "403"}),
                answered(17, {"row_id": "500", "text": "odile@example.org"}, {"row_id": "501", "text": "Brest"}),
                answered(18, {"row_id": "600", "col_id": "610", "choice_id": "621"}),
                answered(99, {"text": "à une question retirée depuis"}),
            ],
        },
    ]
    return whole


@dataclass
class Account:
    """A survey and its responses, given as it is documented, two a page, the last modified first."""

    server: Any
    responses: list[Any]
    faults: list[Any] = field(default_factory=list)
    details: Any = field(default_factory=lambda: DETAILS)

    def __call__(self, request: Any) -> Any:
        if self.faults and (fault := self.faults.pop(0)):
            return fault
        if request.path == "/v3/surveys/506487016/details":
            return self.server.reply(self.details)
        start, page = request.query.get("start_modified_at", ""), int(request.query.get("page", 1))
        known = [one for one in self.responses if not isinstance(one, dict) or one.get("date_modified", "9") > start]
        known.sort(key=lambda one: one.get("date_modified", "9") if isinstance(one, dict) else "9", reverse=True)
        links = {"self": "https://api.example.org/v3/surveys/506487016/responses/bulk"}
        if known[2 * page :]:
            links["next"] = f"https://api.example.org/v3/surveys/506487016/responses/bulk?page={page + 1}&per_page=2"
        content = {"per_page": 2, "page": page, "data": known[2 * page - 2 : 2 * page], "links": links}
        return self.server.reply(content, headers={"X-Ratelimit-App-Global-Minute-Remaining": "119"})


def source(server: Any, **fields: Any) -> SurveyMonkeyLive:
    chosen = {"name": "sm", "url": server.url, "token_from": TOKEN, "survey": 506487016, "nps": NPS, "patience": 0}
    return SurveyMonkeyLive(**(chosen | fields))


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "tres-secret")


def read(server: Any, *responses: Any, since: str | None = None, **fields: Any) -> list[Any]:
    server.answer = Account(server, list(responses))
    return list(source(server, **fields).read(since))


def test_surveymonkey_live_gives_a_verbatim_for_each_open_answer(server):
    meta = [CHANNELS, "Offre", "Vous ? – Ville", f"{TASTE} – Accueil - Ton"]
    why, better, cursor = read(server, full(), meta=meta, stars=STARS)
    assert why == Verbatim(
        source="sm",
        channel="survey",
        external_id=f"118052219061:{WHY}",
        text="Rapide,\net aimable",
        question=WHY,
        created_at=datetime(2026, 1, 25, 15, 14, 7, tzinfo=UTC),
        scores=Scores(nps=10, stars=4.0),
        meta={
            CHANNELS: "Web ; Boutique",
            "Offre": "Premium",
            "Vous ? – Ville": "Brest",
            f"{TASTE} – Accueil - Ton": "Froid",
        },
    )
    assert (better.question, better.text) == (BETTER, "Rien, à part les prix")
    assert cursor == Cursor("2026-01-25T15:14:07+00:00")
    details, asked = server.requests
    assert details.headers["authorization"] == "Bearer tres-secret"
    assert asked.query == {"per_page": "100", "simple": "true", "sort_by": "date_modified", "sort_order": "DESC"}


def test_surveymonkey_live_gives_what_an_export_gives(server, tmp_path):
    path = tmp_path / "export.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [
                [
                    "Respondent ID",
                    "Collector ID",
                    "Start Date",
                    "End Date",
                    "Offre",
                    NPS,
                    WHY,
                    CHANNELS,
                    "",
                    "",
                    BETTER,
                ],
                [
                    *[""] * 5,
                    "",
                    "Open-Ended Response",
                    "Web",
                    "Boutique",
                    "Autre (veuillez préciser)",
                    "Réponse ouverte",
                ],
                [*OWN, "Premium", SCALE[10], "Rapide,\net aimable", "Web", "Boutique", "Ami", "Rien, à part les prix"],
            ]
        )
    named = {"meta": [CHANNELS, "Offre"], "questions": [WHY, BETTER, f"{CHANNELS} – Autre (veuillez préciser)"]}
    exported = SurveyMonkey(name="sm", path=path, nps=NPS, timezone="UTC", **named).read()
    assert read(server, full(), **named)[:-1] == list(exported)


def test_surveymonkey_live_reads_page_after_page_at_its_own_address_then_only_what_changed(server):
    three = [response(number) for number in (1, 2, 3)]
    *found, cursor = read(server, *three)
    assert [one.external_id[:12] for one in found] == ["118052219063", "118052219062", "118052219061"]
    assert [asked.query.get("page") for asked in server.requests] == [None, None, "2"]
    edited = response(1, why="Finalement lent", date_modified="2026-01-28T09:00:00+00:00")
    changed, again, last = read(server, *three[1:], edited, since=cursor.value)
    assert server.requests[-1].query["start_modified_at"] == "2026-01-27T14:14:07+00:00"
    assert (changed.external_id, changed.text) == (found[2].external_id, "Finalement lent")
    assert (again, last) == (found[0], Cursor("2026-01-28T09:00:00+00:00"))


@pytest.mark.parametrize("since", ["hier", "{}", ""])
def test_surveymonkey_live_begins_anew_where_it_cannot_read_its_cursor(server, since):
    read(server, response(), since=since)
    assert "start_modified_at" not in server.requests[-1].query


def test_surveymonkey_live_keeps_its_cursor_when_nothing_is_new(server):
    assert read(server, since="2026-01-27T15:14:07+00:00") == [Cursor("2026-01-27T15:14:07+00:00")]
    assert read(server) == []


def test_surveymonkey_live_leaves_previews_out_and_reads_what_is_begun(server):
    found = read(server, response(1, collection_mode="survey_preview"), response(2, response_status="partial"))
    assert [one.external_id[:12] for one in found[:-1]] == ["118052219062"]


def test_surveymonkey_live_never_keeps_who_answered(server):
    assert "odile" not in repr(read(server, full(), response(2, nps=10, pages="?"))).casefold()
    with pytest.raises(FormatError, match="pas de colonne « Vous \\? – email »"):
        read(server, full(), meta=["Vous ? – email"])


def test_surveymonkey_live_takes_the_words_given_for_a_choice_removed_since(server):
    pages = [{"id": "1", "questions": [answered(10, {"row_id": "100", "choice_id": "7", "simple_text": "8"})]}]
    pages += response()["pages"][1:]
    assert read(server, response(pages=pages))[0].scores == Scores(nps=8)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("?", "127.0.0.1, page 1, ligne 1 : un objet JSON"),
        ({"id": "7"}, r"127.0.0.1, page 1, ligne 1 : réponse inattendue \(date_created : cette clé manque"),
        (
            response(3, pages=[{"questions": [answered(10, {"row_id": "100", "choice_id": "1", "text": "12"})]}]),
            "« 12 »",
        ),
        (response(3, date_modified="bientôt"), "date illisible « bientôt »"),
    ],
)
def test_surveymonkey_live_quarantines_a_wrong_response_and_goes_on(server, wrong, message):
    found = read(server, wrong, response())
    (bad,) = [one for one in found if isinstance(one, RowError)]
    with pytest.raises(RowError, match=message):
        raise bad
    assert any(isinstance(one, Verbatim) for one in found)


def test_surveymonkey_live_wants_an_open_question(server):
    server.answer = Account(server, [], details={"pages": [DETAILS["pages"][0] | {"questions": []}]})
    with pytest.raises(FormatError, match="l'enquête 506487016 n'a pas de question ouverte"):
        list(source(server, nps=None).read())


SPENT = {"X-Ratelimit-App-Global-Day-Remaining": "0", "X-Ratelimit-App-Global-Day-Reset": "900"}
ONE_MORE = {"data": [], "links": {"next": "https://api.example.org/v3?page=3"}}
FAULTS = [
    ({"status": 429, "headers": {"Retry-After": "3600"}}, ServiceError, "avant 3 600 secondes"),
    ({"content": ONE_MORE, "headers": SPENT}, ServiceError, "avant 900 secondes"),
    ({"status": 500}, ServiceError, "500"),
    ({"status": 401}, SourceError, "vérifiez le jeton"),
    ({"content": {"data": [], "links": {}}, "cut": True}, ServiceError, "coupée"),
    ({"content": {"data": {"response": "changée"}}}, FormatError, "data : une liste est attendue"),
    ({"content": {"data": [], "links": {"next": "https://api.example.org/suite"}}}, FormatError, "page suivante"),
    ({"content": b"<!doctype html><p>Maintenance</p>"}, FormatError, "par une page"),
    ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
]


@pytest.mark.parametrize(("fault", "error", "message"), FAULTS)
@pytest.mark.parametrize("before", [1, 2])
def test_surveymonkey_live_says_what_is_wrong_without_telling_the_token(server, caplog, before, fault, error, message):
    caplog.set_level(logging.DEBUG)
    server.answer = Account(
        server, [response(number) for number in (1, 2, 3)], [None] * before + [server.reply(**fault)]
    )
    live, given = source(server), []
    with pytest.raises(error, match=message) as caught:
        given.extend(live.read())
    assert not [one for one in given if isinstance(one, Cursor)]
    assert "tres-secret" not in f"{caught.value} {caught.value.__cause__!r} {live!r} {caplog.text}"


def test_surveymonkey_live_stops_at_pages_that_come_again(server):
    again = {"data": [], "links": {"next": "https://api.example.org/v3?page=2"}}
    server.answer = lambda request: server.reply(DETAILS if request.path.endswith("details") else again)
    with pytest.raises(SourceError, match="sans fin les mêmes pages"):
        list(source(server).read())


def test_surveymonkey_live_waits_for_a_rate_limit(server):
    server.answer = Account(server, [response()], [server.reply(status=429, headers={"Retry-After": "0"})])
    assert len(list(source(server).read())) == 2


def test_surveymonkey_live_wants_its_token(server, monkeypatch):
    monkeypatch.delenv(TOKEN)
    with pytest.raises(ConfigurationError, match=f"la variable {TOKEN} est vide"):
        list(source(server).read())
    with pytest.raises(ValidationError):
        SurveyMonkeyLive(name="sm", survey=1)


def test_surveymonkey_live_loses_nothing_and_stores_nothing_twice(server, store):
    account = Account(server, [response(number) for number in (1, 2, 3)], [None, None, server.reply(status=500)])
    server.answer = account
    with pytest.raises(ServiceError):
        ingest(source(server), store, key=b"clef", names=False)
    assert ingest(source(server), store, key=b"clef", names=False)["new"] == 3
    account.responses[0] = response(1, why="Finalement lent", date_modified="2026-01-28T09:00:00+00:00")
    counts = ingest(source(server), store, key=b"clef", names=False)
    assert (counts["read"], counts["new"], counts["changed"], counts["known"]) == (2, 0, 1, 1)
