from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from listening.errors import ConfigurationError, FormatError, RowError, ServiceError, SourceError
from listening.records import Cursor, Verbatim
from listening.sources.live.youtube import YouTubeLive
from listening.steps.ingest import ingest
from listening.store import schema

KEY = "CLE_YOUTUBE"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(KEY, "tres-secret")


def comment(name: str, text: str = "Deux heures de retard", day: str = "2026-03-01", **keys: Any) -> dict[str, Any]:
    snippet = {
        "channelId": "UCchaine",
        "textDisplay": text,
        "textOriginal": text,
        "authorDisplayName": "@lulu",
        "authorChannelId": {"value": "UClulu"},
        "canRate": True,
        "likeCount": 7,
        "publishedAt": f"{day}T10:22:41Z",
        "updatedAt": f"{day}T10:22:41Z",
    }
    return {"kind": "youtube#comment", "etag": "x", "id": name, "snippet": snippet | keys}


def thread(name: str, *replies: Any, video: str = "vid1", told: int | None = None, **keys: Any) -> dict[str, Any]:
    count = len(replies) if told is None else told
    snippet = {"videoId": video, "topLevelComment": comment(name, **keys), "totalReplyCount": count, "isPublic": True}
    given = {"replies": {"comments": list(replies)}} if replies else {}
    return {"kind": "youtube#commentThread", "id": name, "snippet": snippet} | given


@dataclass
class Tube:
    """What a server knows of videos, channels and replies, given two things a page, newest threads first."""

    server: Any
    threads: dict[str, list[Any]]
    replies: dict[str, list[Any]] = field(default_factory=dict)
    faults: list[Any] = field(default_factory=list)

    def __call__(self, request: Any) -> Any:
        assert (request.query["textFormat"], request.query["maxResults"]) == ("plainText", "100")
        if self.faults and (fault := self.faults.pop(0)):
            return fault
        if request.path == "/comments":
            known = self.replies[request.query["parentId"]]
        else:
            assert (request.query["part"], request.query["order"]) == ("snippet,replies", "time")
            wanted = request.query.get("videoId") or request.query["allThreadsRelatedToChannelId"]
            known = self.threads[wanted]
        start = int(request.query.get("pageToken", "suite-0").removeprefix("suite-"))
        following = {"nextPageToken": f"suite-{start + 2}"} if known[start + 2 :] else {}
        return self.server.reply({"kind": "liste", "items": known[start : start + 2]} | following)


def refusal(reason: str, status: int = 403) -> dict[str, Any]:
    error = {"message": "clé tres-secret", "domain": "youtube.commentThread", "reason": reason}
    return {"content": {"error": {"code": status, "message": "…", "errors": [error]}}, "status": status}


def youtube(server: Any, **options: Any) -> YouTubeLive:
    base = {"name": "videos", "url": server.url, "token_from": KEY, "videos": ["vid1"], "patience": 0}
    return YouTubeLive(**base | options)


def ids(found: list[Any]) -> list[str]:
    return [one.external_id for one in found if isinstance(one, Verbatim)]


def last_cursor(found: list[Any]) -> str:
    return [one.value for one in found if isinstance(one, Cursor)][-1]


def test_youtube_live_reads_the_threads_of_videos_and_channels(server):
    reply = comment("c.r1", "@lulu pareil, Railis", parentId="c")
    threads = {"vid1": [thread("a"), thread("b"), thread("c", reply)], "UCmoi": [thread("d", video="vid2")]}
    server.answer = Tube(server, threads)
    found = list(youtube(server, channels=["UCmoi"], brands=["Railis"], meta=["likeCount"]).read())
    assert ids(found) == ["a", "b", "c", "c.r1", "d"]
    assert [one for one in found if isinstance(one, Verbatim)][3] == Verbatim(
        source="videos",
        channel="social",
        external_id="c.r1",
        text="@lulu pareil, Railis",
        created_at=datetime(2026, 3, 1, 10, 22, 41, tzinfo=UTC),
        author="UClulu",
        brand="Railis",
        url="https://www.youtube.com/watch?v=vid1&lc=c.r1",
        thread="vid1",
        parent="c",
        meta={"likeCount": "7"},
    )
    assert {request.headers["x-goog-api-key"] for request in server.requests} == {"tres-secret"}


def test_youtube_live_asks_for_the_replies_that_a_thread_leaves_out(server):
    replies = [comment(f"a.r{number}", parentId="a") for number in range(5)]
    server.answer = Tube(server, {"vid1": [thread("a", *replies[:2], told=5)]}, {"a": replies})
    found = list(youtube(server).read())
    assert ids(found) == ["a", "a.r0", "a.r1", "a.r2", "a.r3", "a.r4"]
    assert {one.thread for one in found if isinstance(one, Verbatim)} == {"vid1"}
    assert [request.path for request in server.requests].count("/comments") == 3


def test_youtube_live_keeps_the_replies_given_when_the_thread_goes_meanwhile(server):
    gone = server.reply(**refusal("commentNotFound", 404))
    server.answer = Tube(server, {"vid1": [thread("a", comment("a.r0"), told=5), thread("b")]}, faults=[None, gone])
    found = list(youtube(server).read())
    assert ids(found) == ["a", "a.r0", "b"]
    assert [one.reason for one in found if isinstance(one, RowError)] == ["commentaire retiré pendant la lecture"]


def test_youtube_live_goes_on_from_its_cursor_and_sees_late_replies_and_edits(server):
    days = ("2026-03-20", "2026-03-10", "2026-02-20", "2026-02-10", "2026-01-20", "2026-01-10")
    threads = [thread(f"t{rank}", day=day) for rank, day in enumerate(days)]
    server.answer = tube = Tube(server, {"vid1": threads})
    source = youtube(server)
    cursor = last_cursor(list(source.read()))
    edited = thread(
        "t1", comment("t1.r", parentId="t1"), day=days[1], text="Remboursée", updatedAt="2026-03-21T10:00:00Z"
    )
    tube.threads["vid1"] = [thread("new", day="2026-03-21"), threads[0], edited, *threads[2:]]
    found = list(source.read(cursor))
    assert ids(found) == ["new", "t0", "t1", "t1.r", "t2", "t3", "t4"]
    assert [one.text for one in found if isinstance(one, Verbatim)][2] == "Remboursée"
    assert last_cursor(found) == '{"vid1": "2026-03-21T10:22:41+00:00"}'


@pytest.mark.parametrize(
    ("reason", "status", "said"),
    [
        ("commentsDisabled", 403, "commentaires désactivés"),
        ("videoNotFound", 404, "vidéo introuvable"),
        ("channelNotFound", 404, "chaîne introuvable"),
    ],
)
def test_youtube_live_quarantines_what_is_closed_or_gone_and_reads_the_others(server, reason, status, said):
    server.answer = Tube(
        server, {"vid2": [thread("a", video="vid2")]}, faults=[server.reply(**refusal(reason, status))]
    )
    found = list(youtube(server, videos=["vid1", "vid2"]).read())
    assert ids(found) == ["a"]
    (refused,) = [one for one in found if isinstance(one, RowError)]
    assert refused.row == f"{server.url}/commentThreads, vid1"
    assert said in refused.reason


@pytest.mark.parametrize(
    ("reason", "status", "error", "message"),
    [
        ("quotaExceeded", 403, SourceError, "quota du jour est épuisé"),
        ("rateLimitExceeded", 403, ServiceError, "trop de demandes"),
        ("forbidden", 403, SourceError, r"\(403, forbidden\) : vérifiez la clé"),
        ("badRequest", 400, SourceError, r"\(400, badRequest\)"),
    ],
)
def test_youtube_live_says_why_all_is_refused(server, reason, status, error, message):
    server.script(server.reply(**refusal(reason, status)))
    with pytest.raises(error, match=message) as caught:
        list(youtube(server).read())
    assert type(caught.value) is error
    assert "tres-secret" not in str(caught.value)


def test_youtube_live_quarantines_a_wrong_comment_and_goes_on(server):
    server.answer = Tube(server, {"vid1": [thread("a"), "x", thread("b", publishedAt="hier"), thread("c")]})
    found = list(youtube(server).read())
    assert ids(found) == ["a", "c"]
    assert [one.row for one in found if isinstance(one, RowError)] == [
        f"{server.url}/commentThreads, ligne 2",
        f"{server.url}/commentThreads, ligne 1, commentaire b",
    ]


def test_youtube_live_waits_for_a_rate_limit(server):
    busy = server.reply(status=429, headers={"Retry-After": "0"})
    server.answer = Tube(server, {"vid1": [thread("a")]}, faults=[busy])
    assert ids(list(youtube(server).read())) == ["a"]


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ({"status": 429, "headers": {"Retry-After": "300"}}, ServiceError, "avant"),
        ({"status": 500}, ServiceError, r"ne peut répondre pour l'instant \(500\)"),
        ({"content": {"items": []}, "cut": True}, ServiceError, "coupée"),
        ({"content": {"threads": []}}, FormatError, "items : cette clé manque"),
        ({"content": {"error": "non"}, "status": 403}, FormatError, "forme inattendue"),
        ({"content": b"<!doctype html><p>Sorry</p>"}, FormatError, "par une page"),
        ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
        ({"content": {"items": [], "nextPageToken": "QURT"}}, SourceError, "sans fin les mêmes pages"),
    ],
)
def test_youtube_live_says_what_is_wrong_without_telling_the_key(server, caplog, reply, error, message):
    caplog.set_level(logging.DEBUG)
    server.script(server.reply(**reply))
    source = youtube(server)
    with pytest.raises(error, match=message) as caught:
        list(source.read())
    asked = " ".join(f"{request.path} {request.query}" for request in server.requests)
    told = f"{caught.value!r} {caught.value.__cause__!r} {source!r} {source.model_dump_json()} {caplog.text}"
    assert "tres-secret" not in asked + told


def test_youtube_live_names_the_variable_that_is_missing(server, monkeypatch):
    monkeypatch.delenv(KEY)
    with pytest.raises(ConfigurationError, match=f"{KEY} est vide"):
        list(youtube(server).read())
    assert server.requests == []


@pytest.mark.parametrize("since", ["hier", "[1]", '{"vid1": "hier"}'])
def test_youtube_live_begins_anew_without_a_cursor_of_its_own(server, since):
    server.answer = Tube(server, {"vid1": [thread("a"), thread("b"), thread("c")]})
    assert ids(list(youtube(server).read(since))) == ["a", "b", "c"]


def test_youtube_live_needs_something_to_read(server):
    with pytest.raises(ValidationError, match="rien à lire"):
        youtube(server, videos=[])


def test_ingest_of_youtube_live_loses_nothing_and_stores_nothing_twice(server, store):
    threads = [thread(name, comment(f"{name}.r", parentId=name)) for name in "abc"]
    server.answer = tube = Tube(server, {"vid1": threads}, faults=[None, server.reply(status=500)])
    source = youtube(server)
    with pytest.raises(ServiceError):
        ingest(source, store, key=b"clef", names=False)
    assert ingest(source, store, key=b"clef", names=False)["quarantined"] == 0
    tube.threads["vid1"] = [thread("a", text="Remboursée"), *threads[1:]]
    counts = ingest(source, store, key=b"clef", names=False)
    assert (counts["new"], counts["changed"], counts["updated"]) == (0, 1, 0)
    with store.transaction() as connection:
        table = schema.verbatims
        kept = connection.execute(select(table.c.external_id, table.c.text).where(table.c.current)).all()
    assert sorted(one.external_id for one in kept) == ["a", "a.r", "b", "b.r", "c", "c.r"]
    assert [one.text for one in kept if one.external_id == "a"] == ["Remboursée"]
