from __future__ import annotations

import io
from typing import Any

import pytest
from pydantic import BaseModel

from listening.errors import FormatError, ServiceError, SourceError
from listening.sources.live.service import Answer, Service


class Waiting:
    """A clock that goes on when one sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def open_service(server: Any, waiting: Waiting | None = None, **options: Any) -> Service:
    waiting = waiting or Waiting()
    return Service(server.url + "/api", clock=waiting.clock, sleep=waiting.sleep, **options)


def test_get_asks_below_the_address_and_leaves_out_what_is_none(server):
    server.script(server.reply({"texte": "Très\ud83d bien"}))
    with open_service(server, headers={"Authorization": "Bearer secret"}) as service:
        assert service.get("v1/messages", depuis="12", rien=None).json() == {"texte": "Très bien"}
    (asked,) = server.requests
    assert (asked.path, asked.query, asked.headers["authorization"]) == (
        "/api/v1/messages",
        {"depuis": "12"},
        "Bearer secret",
    )


@pytest.mark.parametrize(
    ("headers", "slept"),
    [({"Retry-After": "7"}, [7.0]), ({}, [5.0]), ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3"}, [3.0])],
)
def test_get_waits_as_long_as_the_service_asks(server, headers, slept):
    waiting = Waiting()
    server.script(server.reply(status=429, headers=headers), server.reply([1]))
    with open_service(server, waiting) as service:
        assert service.get("a").json() == [1]
    assert waiting.slept == slept


def test_get_waits_before_the_next_request_once_a_limit_is_spent(server):
    waiting = Waiting()
    server.script(server.reply([], headers={"RateLimit-Remaining": "0", "RateLimit-Reset": "9"}), server.reply([]))
    with open_service(server, waiting) as service:
        service.get("a")
        assert waiting.slept == []
        service.get("b")
    assert waiting.slept == [9.0]


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ({"status": 429, "headers": {"Retry-After": "3600"}}, ServiceError, "avant 3 600 secondes"),
        ({"status": 429, "headers": {"Retry-After": "0"}}, ServiceError, "429"),
        ({"status": 500}, ServiceError, r"ne peut répondre pour l'instant \(500\)"),
        ({"status": 401}, SourceError, "vérifiez le jeton"),
        ({"status": 404}, SourceError, "n'existe pas"),
        ({"status": 422}, SourceError, "refuse la demande"),
        ({"status": 304}, SourceError, "refuse la demande"),
        ({"content": {"page": 1}, "cut": True}, ServiceError, "coupée"),
        ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
        ({"status": 302, "headers": {"Location": "/api/a"}}, SourceError, "d'adresse en adresse"),
        ({"content": b"<!doctype html><p>Maintenance</p>"}, FormatError, "par une page"),
        ({"content": b'{"page": '}, FormatError, "JSON illisible"),
        ({"content": ["x" * 2_000]}, SourceError, "plus de 0 Mo"),
    ],
)
def test_get_says_what_is_wrong_without_telling_the_token(server, reply, error, message):
    server.script(server.reply(**reply))
    with (
        open_service(server, headers={"Authorization": "Bearer secret"}, largest=1_000) as service,
        pytest.raises(error, match=message) as caught,
    ):
        service.get("a", clef="secret").json()
    assert "secret" not in f"{caught.value} {caught.value.__cause__!r} {service!r}"


def test_get_follows_a_redirect_within_the_service(server):
    server.script(server.reply(status=301, headers={"Location": "/api/nouveau"}), server.reply([1]))
    with open_service(server) as service:
        assert service.get("ancien").json() == [1]


def test_get_says_that_nobody_is_there():
    with Service("http://127.0.0.1:9") as service, pytest.raises(ServiceError, match="connexion impossible"):
        service.get("a")


@pytest.mark.parametrize("status", [304, 404])
def test_ask_gives_a_status_that_is_borne(server, status):
    server.script(server.reply(status=status))
    with open_service(server) as service:
        assert service.ask("a", headers={"If-None-Match": '"v1"'}, borne=(304, 404)).status == status
    assert server.requests[0].headers["if-none-match"] == '"v1"'


def test_ask_keeps_the_query_of_a_path(server):
    server.script(server.reply([1]))
    with open_service(server) as service:
        assert service.ask("flux?page=2").status == 200
    assert server.requests[0].query == {"page": "2"}


@pytest.mark.parametrize("address", ["http://forum.example", "forum.example", "https://", "https://a:b"])
def test_service_refuses_an_address_without_https(address):
    with pytest.raises(SourceError, match="https://"):
        Service(address)


class Page(BaseModel):
    lus: list[int]


def test_read_as_names_the_key_that_has_changed_and_quotes_nothing():
    answer = Answer("https://forum.example/api", {}, b'{"lus": ["Mme Le Goff"]}')
    with pytest.raises(FormatError, match=r"lus\[0\] .* l'interface a dû changer") as caught:
        answer.read_as(Page)
    assert "Goff" not in str(caught.value)


def test_pages_follow_one_another(server):
    server.answer = lambda request: server.reply({"suite": {"": "b", "b": "c"}.get(request.query.get("page", ""))})
    with open_service(server) as service:
        pages = service.pages(lambda mark: service.get("p", page=mark), lambda answer: answer.json()["suite"])
        assert len(list(pages)) == 3


@pytest.mark.parametrize("fresh_marks", [False, True])
def test_pages_that_come_again_are_an_error(server, fresh_marks):
    server.answer = lambda request: server.reply([1])
    with open_service(server) as service:
        pages = service.pages(
            lambda mark: service.get("p", page=mark),
            lambda answer: str(len(server.requests)) if fresh_marks else "encore",
        )
        with pytest.raises(SourceError, match="sans fin les mêmes pages"):
            list(pages)


def test_download_writes_what_comes_up_to_a_limit(server):
    server.script(server.reply(b"a" * 5_000))
    with open_service(server) as service:
        into = io.BytesIO()
        service.download("f", into, largest=5_000)
        assert len(into.getvalue()) == 5_000
        with pytest.raises(SourceError, match="plus de"):
            service.download("f", io.BytesIO(), largest=4_999)
