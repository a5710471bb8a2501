from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from listening.errors import ConfigurationError, FormatError, RowError, ServiceError, SourceError
from listening.records import Cursor, Verbatim, content_id
from listening.sources.live.bluesky import BlueskyLive
from listening.steps.ingest import ingest
from listening.store import schema

DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
ACCOUNT, TOKEN = "COMPTE_BLUESKY", "JETON_BLUESKY"
SEARCH, AUTHOR, SESSION = (
    f"/xrpc/{name}"
    for name in ("app.bsky.feed.searchPosts", "app.bsky.feed.getAuthorFeed", "com.atproto.server.createSession")
)


def uri(number: int) -> str:
    return f"at://{DID}/app.bsky.feed.post/3kxyz{number}"


def post(number: int, text: str = "Deux heures de retard", **keys: Any) -> dict[str, Any]:
    """A post of the day of March that its number is."""
    at = f"2024-03-{number:02}T10:22:41.512Z"
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": at, "langs": ["fr"]} | keys
    author = {"did": DID, "handle": "lulu.bsky.example"}
    return {"uri": uri(number), "cid": "bafyreib", "author": author, "record": record, "indexedAt": at}


@dataclass
class Bluesky:
    """What a server finds, given as it is documented, newest first, two posts at a time."""

    server: Any
    found: list[Any]
    faults: list[Any] = field(default_factory=list)
    key: str = "posts"

    def __call__(self, request: Any) -> Any:
        if request.path == SESSION:
            return self.server.reply({"accessJwt": "jeton-de-session", "refreshJwt": "r", "handle": "h", "did": DID})
        if self.faults and (fault := self.faults.pop(0)):
            return fault
        since = request.query.get("since", "")
        found = [one for one in self.found if one.get("indexedAt", "3") >= since] if since else self.found
        start = int(request.query.get("cursor", 0))
        more = {"cursor": str(start + 2)} if len(found) > start + 2 else {}
        return self.server.reply(
            {self.key: found[start : start + 2]} | more, headers={"RateLimit-Remaining": "2999", "RateLimit-Reset": "1"}
        )


def bluesky(server: Any, **options: Any) -> BlueskyLive:
    return BlueskyLive(**{"name": "social", "url": server.url, "searches": ["railis"], "patience": 0} | options)


def ids(found: list[Any]) -> list[str]:
    return [one.external_id for one in found if isinstance(one, Verbatim)]


def expected(*numbers: int) -> list[str]:
    return [content_id(uri(number)) for number in numbers]


def last_cursor(found: list[Any]) -> str:
    return [one.value for one in found if isinstance(one, Cursor)][-1]


def test_bluesky_live_reads_the_pages_of_each_search(server):
    server.answer = Bluesky(server, [post(number) for number in (5, 4, 3, 2, 1)])
    found = list(bluesky(server, searches=["railis", '"gare du Nord"'], lang="fr", brand="Railis").read())
    assert ids(found) == expected(5, 4, 3, 2, 1) * 2
    assert found[0] == Verbatim(
        source="social",
        channel="social",
        external_id=content_id(uri(5)),
        text="Deux heures de retard",
        language="fr",
        created_at=datetime(2024, 3, 5, 10, 22, 41, 512_000, tzinfo=UTC),
        author=DID,
        brand="Railis",
        thread=content_id(uri(5)),
    )
    assert [request.path for request in server.requests] == [SEARCH] * 6
    assert server.requests[0].query == {"q": "railis", "sort": "latest", "lang": "fr", "limit": "100"}
    assert (server.requests[1].query["cursor"], server.requests[3].query["q"]) == ("2", '"gare du Nord"')


def test_bluesky_live_searches_again_from_a_day_before_its_cursor(server):
    server.answer = service = Bluesky(server, [post(4), post(3)])
    source = bluesky(server)
    cursor = last_cursor(list(source.read()))
    service.found = [post(6), post(5), post(4, "Remboursée, merci"), post(3), post(2)]
    found = [one for one in source.read(cursor) if isinstance(one, Verbatim)]
    assert ids(found) == expected(6, 5, 4, 3)
    assert found[2].text == "Remboursée, merci"
    assert server.requests[-1].query["since"] == "2024-03-03T10:22:41.512000+00:00"


def test_bluesky_live_reads_an_account_down_to_its_cursor(server):
    server.answer = service = Bluesky(server, [{"post": post(6)}, {"post": post(5)}], key="feed")
    source = bluesky(server, searches=[], authors=["@conso.bsky.example"])
    cursor = last_cursor(list(source.read()))
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": "2024-03-07T12:00:00Z"}
    service.found = [{"post": post(number)} for number in (9, 8, 7, 6, 5, 4, 3, 2, 1)]
    service.found.insert(2, {"post": post(1), "reason": reason})
    server.requests.clear()
    assert ids(list(source.read(cursor))) == expected(9, 8, 1, 7, 6, 5, 4, 3)
    assert [request.query for request in server.requests] == [
        {"actor": "conso.bsky.example", "limit": "100"},
        {"actor": "conso.bsky.example", "limit": "100", "cursor": "2"},
        {"actor": "conso.bsky.example", "limit": "100", "cursor": "4"},
        {"actor": "conso.bsky.example", "limit": "100", "cursor": "6"},
    ]


def test_bluesky_live_counts_a_repost_from_when_it_was_made(server):
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": "2024-03-07T12:00:00Z"}
    server.answer = Bluesky(server, [{"post": post(1), "reason": reason}, {"post": post(6)}], key="feed")
    cursor = last_cursor(list(bluesky(server, searches=[], authors=["conso.bsky.example"]).read()))
    assert json.loads(cursor) == {"author 1": "2024-03-07T12:00:00+00:00"}


def test_bluesky_live_keeps_no_account_in_its_cursor(server):
    server.answer = Bluesky(server, [{"post": post(4)}], key="feed")
    cursor = last_cursor(list(bluesky(server, searches=[], authors=["conso.bsky.example"]).read()))
    assert json.loads(cursor) == {"author 1": "2024-03-04T10:22:41.512000+00:00"}


@pytest.mark.parametrize("since", [None, "hier", "[1]", '{"search 1": 4}', '{"search 1": "hier"}'])
def test_bluesky_live_begins_anew_without_a_cursor_of_its_own(server, since):
    server.answer = Bluesky(server, [post(2), post(1)])
    assert ids(list(bluesky(server).read(since))) == expected(2, 1)
    assert "since" not in server.requests[0].query


def test_bluesky_live_gives_no_cursor_for_a_search_that_it_could_not_read_whole(server):
    faults = [None, None, None, server.reply(status=500)]
    server.answer = Bluesky(server, [post(number) for number in (3, 2, 1)], faults)
    found: list[Any] = []
    with pytest.raises(ServiceError, match="500"):
        found.extend(one for one in bluesky(server, searches=["railis", "gare"]).read())
    assert ids(found) == expected(3, 2, 1, 3, 2)
    assert set(json.loads(last_cursor(found))) == {"search 1"}


def test_bluesky_live_quarantines_a_wrong_post_and_goes_on(server):
    wrong = post(2) | {"record": {"text": "Sans date"}}
    server.script(server.reply({"posts": [post(3), wrong, "x", post(1)]}))
    found = list(bluesky(server).read())
    assert ids(found) == expected(3, 1)
    assert [one.row for one in found if isinstance(one, RowError)] == [
        "127.0.0.1, page 1, ligne 2, message 3kxyz2",
        "127.0.0.1, page 1, ligne 3",
    ]


def test_bluesky_live_links_a_quote_to_the_post_that_it_shows(server):
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": uri(1), "cid": "bafyreib"}}
    server.script(server.reply({"posts": [post(3, "Incroyable", embed=quote)]}))
    found = list(bluesky(server).read())
    assert [one.parent for one in found if isinstance(one, Verbatim)] == expected(1)


def test_bluesky_live_waits_for_a_rate_limit(server):
    busy = server.reply(status=429, headers={"RateLimit-Remaining": "0", "RateLimit-Reset": "1000000001"})
    server.answer = Bluesky(server, [post(1)], [busy])
    assert ids(list(bluesky(server).read())) == expected(1)


def test_bluesky_live_opens_a_session_with_its_account(server, monkeypatch, caplog):
    monkeypatch.setenv(ACCOUNT, "veille.bsky.example")
    monkeypatch.setenv(TOKEN, "tres-secret")
    server.answer = Bluesky(server, [post(1)])
    source = bluesky(server, account_from=ACCOUNT, token_from=TOKEN)
    with caplog.at_level(logging.DEBUG):
        assert ids(list(source.read())) == expected(1)
    opening, search = server.requests
    assert (opening.method, opening.path) == ("POST", SESSION)
    assert json.loads(opening.body) == {"identifier": "veille.bsky.example", "password": "tres-secret"}
    assert search.headers["authorization"] == "Bearer jeton-de-session"
    assert not any(secret in f"{caplog.text} {source!r}" for secret in ("tres-secret", "jeton-de-session"))


@pytest.mark.parametrize("missing", [ACCOUNT, TOKEN])
def test_bluesky_live_names_the_variable_that_is_empty(server, monkeypatch, missing):
    for variable in (ACCOUNT, TOKEN):
        monkeypatch.setenv(variable, "" if variable == missing else "tres-secret")
    with pytest.raises(ConfigurationError, match=f"{missing} est vide") as caught:
        list(bluesky(server, account_from=ACCOUNT, token_from=TOKEN).read())
    assert "secret" not in str(caught.value)
    assert not server.requests


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"searches": []}, "rien à lire"),
        ({"token_from": TOKEN}, "vont ensemble"),
        ({"account_from": ACCOUNT}, "vont ensemble"),
    ],
)
def test_bluesky_live_says_what_its_configuration_lacks(server, options, message):
    with pytest.raises(ValidationError, match=message):
        bluesky(server, **options)


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ({"status": 429, "headers": {"RateLimit-Remaining": "0", "RateLimit-Reset": "300"}}, ServiceError, "n'accepte"),
        ({"status": 502}, ServiceError, "502"),
        ({"content": {"posts": [post(1)]}, "cut": True}, ServiceError, "coupée"),
        ({"content": {"hits": []}}, FormatError, "forme inattendue"),
        ({"content": [post(1)]}, FormatError, "forme inattendue"),
        ({"content": {"posts": [post(1)], "cursor": "1"}}, SourceError, "sans fin"),
        ({"content": b"<!doctype html><p>Maintenance</p>"}, FormatError, "par une page"),
        ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
        ({"status": 403}, SourceError, "vérifiez le jeton"),
    ],
)
def test_bluesky_live_says_what_is_wrong_without_telling_the_token(server, monkeypatch, caplog, reply, error, message):
    monkeypatch.setenv(ACCOUNT, "veille.bsky.example")
    monkeypatch.setenv(TOKEN, "tres-secret")
    session = server.reply({"accessJwt": "jeton-de-session"})
    server.answer = lambda request: session if request.path == SESSION else server.reply(**reply)
    source = bluesky(server, account_from=ACCOUNT, token_from=TOKEN)
    with caplog.at_level(logging.DEBUG), pytest.raises(error, match=message) as caught:
        list(source.read())
    told = f"{caught.value} {caught.value.__cause__!r} {caplog.text} {[request.query for request in server.requests]}"
    assert not any(secret in told for secret in ("tres-secret", "jeton-de-session", "veille.bsky"))


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ({"status": 401, "content": {"error": "AuthenticationRequired"}}, SourceError, "vérifiez le jeton"),
        ({"content": {"jwt": "tres-secret"}}, FormatError, "accessJwt : cette clé manque"),
    ],
)
def test_bluesky_live_says_that_no_session_could_be_opened(server, monkeypatch, reply, error, message):
    monkeypatch.setenv(ACCOUNT, "veille.bsky.example")
    monkeypatch.setenv(TOKEN, "tres-secret")
    server.script(server.reply(**reply))
    with pytest.raises(error, match=message) as caught:
        list(bluesky(server, account_from=ACCOUNT, token_from=TOKEN).read())
    assert "secret" not in f"{caught.value} {caught.value.__cause__!r}"


def test_bluesky_live_is_completed_by_a_second_night_with_nothing_lost_and_nothing_twice(server, store):
    posts = [post(number, f"Le train {number} est en retard") for number in (5, 4, 3, 2, 1)]
    server.answer = service = Bluesky(server, posts, [None, server.reply(status=500)])
    with pytest.raises(ServiceError):
        ingest(bluesky(server), store, key=b"secret", names=False)
    service.found = [post(6, "Le train 6 est en retard"), *posts]
    ingest(bluesky(server), store, key=b"secret", names=False)
    again = ingest(bluesky(server), store, key=b"secret", names=False)
    with store.transaction() as connection:
        texts = sorted(connection.scalars(select(schema.verbatims.c.text)))
    assert texts == [f"Le train {number} est en retard" for number in range(1, 7)]
    assert (again["read"], again["known"]) == (2, 2)
