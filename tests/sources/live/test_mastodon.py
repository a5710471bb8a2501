from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from listening.errors import ConfigurationError, FormatError, RowError, ServiceError, SourceError
from listening.records import Cursor, Verbatim
from listening.sources.live.mastodon import MastodonLive
from listening.steps.ingest import ingest
from listening.store import schema

TOKEN = "JETON_MASTODON"


def status(number: int, content: str = "<p>Deux heures de retard</p>", **keys: Any) -> dict[str, Any]:
    return {
        "id": str(103270115826048000 + number),
        "created_at": "2024-03-01T10:22:41.512Z",
        "edited_at": None,
        "in_reply_to_id": None,
        "spoiler_text": "",
        "visibility": "public",
        "language": "fr",
        "content": content,
        "reblog": None,
        "account": {"id": "1", "acct": "lulu@social.example.org"},
        "mentions": [],
        "tags": [{"name": "railis"}],
    } | keys


@dataclass
class Timeline:
    """What a server knows of its hashtags, given as it is documented, two statuses at a time."""

    server: Any
    statuses: dict[str, list[Any]]
    faults: list[Any] = field(default_factory=list)

    def __call__(self, request: Any) -> Any:
        if self.faults and (fault := self.faults.pop(0)):
            return fault
        known = self.statuses.get(request.path.rpartition("/")[2], [])
        after = [one for one in known if not isinstance(one, dict) or int(one["id"]) > int(request.query["min_id"])]
        page = after[:2][::-1]
        if not page:
            return self.server.reply([])
        address = f"{self.server.url}{request.path}?limit=40"
        links = f'<{address}&max_id={page[-1]["id"]}>; rel="next", <{address}&min_id={page[0]["id"]}>; rel="prev"'
        return self.server.reply(page, headers={"Link": links, "X-RateLimit-Remaining": "299"})


def mastodon(server: Any, **options: Any) -> MastodonLive:
    return MastodonLive(**{"name": "social", "url": server.url, "hashtags": ["railis"], "patience": 0} | options)


def numbers(found: list[Any]) -> list[int]:
    return [int(one.external_id) - 103270115826048000 for one in found if isinstance(one, Verbatim)]


def last_cursor(found: list[Any]) -> str:
    return [one.value for one in found if isinstance(one, Cursor)][-1]


def soon(hours: int) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


def test_mastodon_live_reads_the_pages_of_each_hashtag_from_the_oldest_on(server):
    known = [status(number) for number in (1, 2, 3, 4, 5)]
    server.answer = Timeline(server, {"railis": known, "%C3%A9lectro": [status(9, in_reply_to_id="5")]})
    found = list(mastodon(server, hashtags=["#railis", "électro"], brands=["Railis"]).read())
    assert numbers(found) == [1, 2, 3, 4, 5, 9]
    assert next(one for one in found if isinstance(one, Verbatim)) == Verbatim(
        source="social",
        channel="social",
        external_id="103270115826048001",
        text="Deux heures de retard",
        created_at=datetime(2024, 3, 1, 10, 22, 41, 512_000, tzinfo=UTC),
        author="lulu@social.example.org",
        brand="Railis",
    )
    assert {request.query["limit"] for request in server.requests} == {"40"}
    assert server.requests[0].path == "/api/v1/timelines/tag/railis"


def test_mastodon_live_goes_on_from_its_cursor(server):
    server.answer = timeline = Timeline(server, {"railis": [status(1), status(2), status(3)], "gare": [status(4)]})
    source = mastodon(server, hashtags=["railis", "gare"])
    cursor = last_cursor(list(source.read()))
    timeline.statuses["railis"].append(status(7))
    assert numbers(list(source.read(cursor))) == [7]


def test_mastodon_live_reads_recent_statuses_again_for_their_edits(server):
    fresh = status(3, created_at=soon(hours=5))
    server.answer = timeline = Timeline(
        server, {"railis": [status(1), status(2), fresh, status(4, created_at=soon(1))]}
    )
    source = mastodon(server)
    cursor = last_cursor(list(source.read()))
    timeline.statuses["railis"][2] = fresh | {"content": "<p>Remboursée</p>", "edited_at": soon(hours=0)}
    found = [one for one in source.read(cursor) if isinstance(one, Verbatim)]
    assert [one.text for one in found] == ["Remboursée", "Deux heures de retard"]


@pytest.mark.parametrize("since", [None, "hier", "[1]", '{"#railis": 4}'])
def test_mastodon_live_begins_anew_without_a_cursor_of_its_own(server, since):
    server.answer = Timeline(server, {"railis": [status(1)]})
    assert numbers(list(mastodon(server).read(since))) == [1]


def test_mastodon_live_gives_what_it_read_and_its_cursor_before_a_fault(server):
    statuses = [status(number) for number in (1, 2, 3)]
    server.answer = Timeline(server, {"railis": statuses}, [None, server.reply(status=500)])
    source = mastodon(server)
    found: list[Any] = []
    with pytest.raises(ServiceError, match="500"):
        found.extend(one for one in source.read())
    assert numbers(found) == [1, 2]
    assert numbers(list(source.read(last_cursor(found)))) == [3]


def test_mastodon_live_quarantines_a_wrong_status_and_goes_on(server):
    page = [status(3), "x", status(2, created_at=3), status(1)]
    link = f'<{server.url}/api/v1/timelines/tag/railis?min_id=3>; rel="prev"'
    server.script(server.reply(page, headers={"Link": link}), server.reply([]))
    found = list(mastodon(server).read())
    assert numbers(found) == [1, 3]
    assert [one.row for one in found if isinstance(one, RowError)] == [
        "127.0.0.1, #railis, page 1, ligne 2, message 103270115826048002",
        "127.0.0.1, #railis, page 1, ligne 3",
    ]


def test_mastodon_live_waits_for_a_rate_limit(server):
    busy = server.reply(status=429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2024-03-01T10:25:00Z"})
    server.answer = Timeline(server, {"railis": [status(1)]}, [busy])
    assert numbers(list(mastodon(server).read())) == [1]


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ({"status": 429, "headers": {"Retry-After": "300"}}, ServiceError, "n'accepte plus de demandes"),
        ({"status": 503, "headers": {"Retry-After": "0"}}, ServiceError, "503"),
        ({"content": [status(1)], "cut": True}, ServiceError, "coupée"),
        ({"content": {"statuses": []}}, FormatError, "forme inattendue"),
        ({"content": [status(1)]}, FormatError, "la page suivante"),
        ({"content": [status(1)], "headers": {"Link": '<http://[/?min_id=1>; rel="prev"'}}, SourceError, "sans fin"),
        ({"content": b"<!doctype html><p>Maintenance</p>"}, FormatError, "par une page"),
        ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
        ({"status": 401, "content": {"error": "The access token is invalid"}}, SourceError, "vérifiez le jeton"),
    ],
)
def test_mastodon_live_says_what_is_wrong_without_telling_the_token(server, monkeypatch, caplog, reply, error, message):
    monkeypatch.setenv(TOKEN, "tres-secret")
    server.script(server.reply(**reply))
    source = mastodon(server, token_from=TOKEN)
    with caplog.at_level(logging.DEBUG), pytest.raises(error, match=message) as caught:
        list(source.read())
    assert server.requests[0].headers["authorization"] == "Bearer tres-secret"
    assert "tres-secret" not in f"{caught.value} {caught.value.__cause__!r} {caplog.text} {source!r}"
    assert "secret" not in str([request.query for request in server.requests])


def test_mastodon_live_names_the_variable_without_a_token(server, monkeypatch):
    monkeypatch.delenv(TOKEN, raising=False)
    with pytest.raises(ConfigurationError, match="JETON_MASTODON est vide"):
        list(mastodon(server, token_from=TOKEN).read())
    assert not server.requests


@pytest.mark.parametrize(
    ("options", "message"), [({"hashtags": []}, "rien à lire"), ({"searches": ["railis"]}, "demande un jeton")]
)
def test_mastodon_live_says_what_its_configuration_lacks(server, options, message):
    with pytest.raises(ValidationError, match=message):
        mastodon(server, **options)


@pytest.fixture
def searching(server, monkeypatch):
    monkeypatch.setenv(TOKEN, "tres-secret")
    return mastodon(server, hashtags=[], searches=["railis"], token_from=TOKEN)


def test_mastodon_live_reads_all_that_a_search_finds(server, searching):
    pages = [[status(4), status(9, created_at=soon(hours=1))], [status(5), status(3)]]
    server.script(*(server.reply({"accounts": [], "statuses": page, "hashtags": []}) for page in [*pages, []]))
    found = list(searching.read())
    assert numbers(found) == [4, 9, 5, 3]
    assert json.loads(last_cursor(found)) == {"search 1": "103270115826048005"}
    assert [request.path for request in server.requests] == ["/api/v2/search"] * 3
    assert server.requests[0].query == {"q": "railis", "type": "statuses", "limit": "40"}
    assert [request.query.get("offset") for request in server.requests] == [None, "40", "80"]


def test_mastodon_live_orders_identifiers_by_length_first(server, searching):
    server.script(
        server.reply({"statuses": [status(0, id="10"), status(0, id="9")]}),
        server.reply({"statuses": [status(0, id="8")]}),
        server.reply({"statuses": []}),
    )
    assert json.loads(last_cursor(list(searching.read()))) == {"search 1": "10"}


def test_mastodon_live_searches_from_its_cursor_on(server, searching):
    server.script(server.reply({"statuses": []}))
    assert list(searching.read('{"search 1": "103"}')) == []
    assert server.requests[0].query["min_id"] == "103"


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [({"toots": []}, FormatError, "statuses : cette clé manque"), ({"statuses": [status(1)]}, SourceError, "sans fin")],
)
def test_mastodon_live_gives_no_cursor_for_a_search_that_it_could_not_read_whole(
    server, searching, content, error, message
):
    server.script(server.reply(content))
    found: list[Any] = []
    with pytest.raises(error, match=message):
        found.extend(one for one in searching.read())
    assert not any(isinstance(one, Cursor) for one in found)


def test_mastodon_live_is_completed_by_a_second_night_with_nothing_lost_and_nothing_twice(server, store):
    statuses = [status(number, f"<p>Le train {number} est en retard</p>") for number in (1, 2, 3, 4, 5)]
    server.answer = timeline = Timeline(server, {"railis": statuses}, [None, server.reply(status=500)])
    with pytest.raises(ServiceError):
        ingest(mastodon(server), store, key=b"secret", names=False)
    timeline.statuses["railis"][0] = status(1, "<p>Le train 1 est enfin parti</p>")
    counts = ingest(mastodon(server), store, key=b"secret", names=False)
    with store.transaction() as connection:
        texts = sorted(connection.scalars(select(schema.verbatims.c.text).where(schema.verbatims.c.current)))
        cursors = list(connection.scalars(select(schema.cursors.c.value)))
    assert counts["new"] + counts["known"] + counts["changed"] == 5
    assert texts == ["Le train 1 est enfin parti", *(f"Le train {number} est en retard" for number in (2, 3, 4, 5))]
    assert [json.loads(cursor) for cursor in cursors] == [{"#railis": "103270115826048005"}]
    assert ingest(mastodon(server), store, key=b"secret", names=False)["read"] == 0
