from __future__ import annotations

import base64
import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from listening.errors import ConfigurationError, FormatError, RowError, ServiceError, SourceError
from listening.records import Cursor, Deletion, Verbatim
from listening.sources.live.reddit import RedditLive
from listening.steps.ingest import ingest
from listening.store import schema

CLIENT, SECRET = "REDDIT_APPLICATION", "REDDIT_SECRET"
START = 1_772_360_000  # 1 March 2026, 10:13:20 UTC
HOUR = 3_600
DAY = 24 * HOUR


@pytest.fixture(autouse=True)
def credentials(monkeypatch):
    monkeypatch.setenv(CLIENT, "appli")
    monkeypatch.setenv(SECRET, "tres-secret")


def submission(number: int, at: int = START, **keys: Any) -> dict[str, Any]:
    return {
        "kind": "t3",
        "data": {
            "author": "lulu_des_bois",
            "created_utc": float(at),
            "id": f"s{number}",
            "name": f"t3_s{number}",
            "num_comments": 0,
            "permalink": f"/r/france/comments/s{number}/retard/",
            "removed_by_category": None,
            "selftext": "Deux heures de retard.",
            "subreddit": "france",
            "title": "Retard",
        }
        | keys,
    }


def comment(number: int, on: int = 1, at: int = START, **keys: Any) -> dict[str, Any]:
    return {
        "kind": "t1",
        "data": {
            "author": "gastounet",
            "body": "Moi aussi.",
            "created_utc": float(at),
            "id": f"c{number}",
            "link_id": f"t3_s{on}",
            "name": f"t1_c{number}",
            "parent_id": f"t3_s{on}",
            "permalink": f"/r/france/comments/s{on}/retard/c{number}/",
            "replies": "",
            "subreddit": "france",
        }
        | keys,
    }


def listing(things: list[Any], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "dist": len(things), "children": things, "before": None}}


@dataclass
class Community:
    """What a server knows of communities: it gives tokens, and listings two things a page, newest first."""

    server: Any
    submissions: list[Any] = field(default_factory=list)
    comments: list[Any] = field(default_factory=list)
    trees: dict[str, list[Any]] = field(default_factory=dict)
    more: list[Any] = field(default_factory=list)
    faults: dict[str, list[Any]] = field(default_factory=dict)
    tokens: int = 0

    def __call__(self, request: Any) -> Any:
        if request.path == "/api/v1/access_token":
            return self._token(request)
        waiting = self.faults.get(request.path)
        if waiting and (fault := waiting.pop(0)):
            return fault
        if request.headers["authorization"] != f"Bearer jeton-{self.tokens}":
            return self.server.reply({"message": "Unauthorized", "error": 401}, status=401)
        assert request.query["raw_json"] == "1"
        return self.server.reply(self._content(request))

    def _token(self, request: Any) -> Any:
        expected = "Basic " + base64.b64encode(b"appli:tres-secret").decode()
        if request.headers["authorization"] != expected or request.body != b"grant_type=client_credentials":
            return self.server.reply({"message": "Unauthorized", "error": 401}, status=401)
        self.tokens += 1
        granted = {"access_token": f"jeton-{self.tokens}", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
        return self.server.reply(granted)

    def _content(self, request: Any) -> Any:
        if request.path == "/api/info":
            asked = request.query["id"].split(",")
            return listing([one for one in self.submissions if one["data"]["name"] in asked])
        if request.path == "/api/morechildren":
            asked = request.query["children"].split(",")
            return {"json": {"errors": [], "data": {"things": [c for c in self.more if c["data"]["id"] in asked]}}}
        if request.path.startswith("/comments/"):
            article = request.path.rpartition("/")[2]
            head = [one for one in self.submissions if one["data"]["id"] == article]
            return [listing(head), listing(self.trees.get(request.query.get("comment", article), []))]
        return self._page(self.comments if request.path.endswith("/comments") else self.submissions, request)

    def _page(self, things: list[Any], request: Any) -> Any:
        newest = sorted(things, key=lambda one: -one["data"]["created_utc"])
        names = [one["data"]["name"] for one in newest]
        start = names.index(request.query["after"]) + 1 if "after" in request.query else 0
        page = newest[start : start + 2]
        return listing(page, names[start + 1] if newest[start + 2 :] else None)


@pytest.fixture
def community(server):
    server.answer = known = Community(server)
    return known


def reddit(server: Any, **options: Any) -> RedditLive:
    base = {"name": "forum", "url": server.url, "login_url": server.url, "client_from": CLIENT, "token_from": SECRET}
    return RedditLive(**base | {"subreddits": ["france"], "patience": 0} | options)


def ids(found: list[Any]) -> list[str]:
    return [one.external_id for one in found if isinstance(one, Verbatim)]


def last_cursor(found: list[Any]) -> str:
    return [one.value for one in found if isinstance(one, Cursor)][-1]


def paths(server: Any) -> list[str]:
    return [request.path for request in server.requests if "access_token" not in request.path]


def test_reddit_live_reads_submissions_their_discussions_and_the_comments_of_older_ones(server, community):
    reply = comment(2, at=START + 20, parent_id="t1_c1")
    top = comment(1, at=START + 10, replies=listing([reply]))
    community.submissions = [submission(n, START - n) for n in (2, 3, 4)] + [submission(1, num_comments=2)]
    community.trees = {"s1": [top]}
    community.comments = [reply, comment(1, at=START + 10), comment(7, on=9, at=START + 5)]
    found = list(reddit(server).read())
    assert list(dict.fromkeys(ids(found))) == ["t3_s1", "t1_c1", "t1_c2", "t3_s2", "t3_s3", "t3_s4", "t1_c7"]
    assert next(one for one in found if isinstance(one, Verbatim) and one.external_id == "t1_c2") == Verbatim(
        source="forum",
        channel="forum",
        external_id="t1_c2",
        text="Moi aussi.",
        created_at=datetime(2026, 3, 1, 10, 13, 40, tzinfo=UTC),
        author="gastounet",
        url="https://www.reddit.com/r/france/comments/s1/retard/c2/",
        thread="t3_s1",
        parent="t1_c1",
        meta={"subreddit": "france"},
    )
    assert paths(server)[:3] == ["/r/france/new", "/comments/s1", "/r/france/new"]
    assert {request.query["limit"] for request in server.requests if request.path.endswith("/new")} == {"100"}


def test_reddit_live_says_that_a_comment_is_about_the_brand_of_its_submission_wherever_it_reads_it(server, community):
    community.submissions = [submission(1, START - 30 * DAY, title="Railis ?"), submission(2, num_comments=1)]
    community.trees = {"s2": [comment(2, on=2)]}
    community.comments = [comment(1), comment(2, on=2)]
    found = [one for one in reddit(server, brands=["Railis"]).read() if isinstance(one, Verbatim)]
    assert {(one.external_id, one.brand) for one in found} == {
        ("t3_s1", "Railis"),
        ("t3_s2", None),
        ("t1_c1", "Railis"),
        ("t1_c2", None),
    }


def test_reddit_live_goes_on_from_its_cursor(server, community):
    community.submissions = [submission(n, START - n * 30 * DAY) for n in range(1, 8)]
    community.comments = [comment(n, at=START - n * 30 * DAY) for n in range(1, 8)]
    source = reddit(server)
    cursor = last_cursor(list(source.read()))
    server.requests.clear()
    community.submissions.append(submission(9, START + HOUR))
    found = list(source.read(cursor))
    assert ids(found)[0] == "t3_s9"
    assert paths(server).count("/r/france/new") == 2
    assert json.loads(last_cursor(found))["r/france/new"] == "2026-03-01T11:13:20+00:00"


@pytest.mark.parametrize(("follow", "read"), [(0, 4), (3, 6), (30, 10)])
def test_reddit_live_reads_the_submissions_of_the_days_that_it_follows_again(server, community, follow, read):
    community.submissions = [submission(number, START - number * DAY) for number in range(10)]
    source = reddit(server, follow=follow)
    cursor = last_cursor(list(source.read()))
    assert len(ids(list(source.read(cursor)))) == read


def test_reddit_live_sees_edits_and_deletions_in_the_discussions_that_it_follows(server, community):
    community.submissions = [submission(1, num_comments=2)]
    community.trees = {"s1": [comment(1), comment(2)]}
    source = reddit(server)
    cursor = last_cursor(list(source.read()))
    edited = comment(1, body="Moi aussi, trois fois.", edited=START + HOUR)
    community.trees = {"s1": [edited, comment(2, body="[deleted]", author="[deleted]")]}
    found = list(source.read(cursor))
    assert [one.text for one in found if isinstance(one, Verbatim)][1] == "Moi aussi, trois fois."
    assert Deletion("t1_c2") in found


def test_reddit_live_loads_the_comments_that_a_discussion_only_marks(server, community):
    many = [f"c{number}" for number in range(10, 160)]
    marks = [
        {"kind": "more", "data": {"count": 150, "id": "c10", "parent_id": "t3_s1", "children": many}},
        {"kind": "more", "data": {"count": 0, "id": "_", "name": "t1__", "parent_id": "t1_c1", "children": []}},
    ]
    community.submissions = [submission(1, num_comments=153)]
    deeper = {"kind": "more", "data": {"count": 1, "id": "c200", "parent_id": "t1_c159", "children": ["c200"]}}
    community.trees = {"s1": [comment(1), *marks], "c1": [comment(1, replies=listing([comment(2)]))]}
    community.more = [comment(n) for n in range(10, 160)] + [comment(200)]
    community.more[-2]["data"]["replies"] = listing([deeper])
    found = ids(list(reddit(server).read()))
    assert set(found) == {"t3_s1", "t1_c1", "t1_c2", "t1_c200", *(f"t1_{one}" for one in many)}
    assert paths(server).count("/api/morechildren") == 3


def test_reddit_live_reads_only_what_its_queries_find(server, community):
    community.submissions = [submission(1, num_comments=1)]
    community.trees = {"s1": [comment(1)]}
    found = list(reddit(server, queries=["railis OR retard"]).read())
    assert ids(found) == ["t3_s1", "t1_c1"]
    assert server.requests[1].path == "/r/france/search"
    wanted = {"q": "railis OR retard", "restrict_sr": "1", "sort": "new", "type": "link"}
    assert wanted.items() <= server.requests[1].query.items()


def test_reddit_live_searches_everywhere_if_no_community_is_named(server, community):
    community.submissions = [submission(1)]
    assert ids(list(reddit(server, subreddits=[], queries=["railis"]).read())) == ["t3_s1"]
    assert server.requests[1].path == "/search"
    assert "restrict_sr" not in server.requests[1].query


def test_reddit_live_names_the_submission_that_another_repeats(server, community):
    community.submissions = [submission(1, crosspost_parent="t3_s9")]
    found = [one for one in reddit(server).read() if isinstance(one, Verbatim)]
    assert found[0].repost_of == "t3_s9"


def test_reddit_live_asks_for_a_new_token_when_its_own_has_run_out(server, community):
    community.submissions = [submission(number) for number in (1, 2, 3)]
    expired = server.reply({"message": "Unauthorized", "error": 401}, status=401)
    community.faults = {"/r/france/new": [None, expired]}
    assert ids(list(reddit(server).read())) == ["t3_s1", "t3_s2", "t3_s3"]
    assert community.tokens == 2


def test_reddit_live_asks_for_one_token_only_when_it_is_refused(server, community):
    community.faults = {"/r/france/new": [server.reply(status=401)] * 2}
    with pytest.raises(SourceError, match=r"r/france/new refuse l'accès \(401\)"):
        list(reddit(server).read())
    assert community.tokens == 1


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"content": {"reason": "private", "message": "Forbidden", "error": 403}, "status": 403}, "privée"),
        ({"content": {"reason": "banned", "message": "Not Found", "error": 404}, "status": 404}, "fermée par Reddit"),
        ({"content": {"message": "Not Found", "error": 404}, "status": 404}, "introuvable"),
        ({"content": listing([{"kind": "t5", "data": {"id": "2qhnk"}}])}, "inconnue de Reddit"),
    ],
)
def test_reddit_live_quarantines_a_community_that_is_closed_and_reads_the_others(server, community, reply, reason):
    community.submissions = [submission(1)]
    closed = server.reply(**reply)
    community.faults = {"/r/ferme/new": [closed], "/r/ferme/comments": [closed]}
    found = list(reddit(server, subreddits=["r/ferme", "france"]).read())
    assert ids(found) == ["t3_s1"]
    assert [reason in str(one) for one in found if isinstance(one, RowError)] == [True, True]


def test_reddit_live_keeps_a_submission_whose_discussion_is_gone(server, community):
    community.submissions = [submission(1, num_comments=4)]
    community.faults = {"/comments/s1": [server.reply({"message": "Not Found", "error": 404}, status=404)]}
    assert ids(list(reddit(server).read())) == ["t3_s1"]


def test_reddit_live_quarantines_a_wrong_thing_and_goes_on(server, community):
    things = [submission(1), "x", submission(2, title=None)]
    community.faults = {"/r/france/new": [server.reply(listing(things))]}
    found = list(reddit(server).read())
    assert ids(found) == ["t3_s1"]
    assert [one.row for one in found if isinstance(one, RowError)] == [
        f"{server.url}/r/france/new, ligne 2",
        f"{server.url}/r/france/new, ligne 3, message s2",
    ]


def test_reddit_live_waits_for_a_rate_limit(server, community):
    community.submissions = [submission(1)]
    spent = {"X-Ratelimit-Used": "1000", "X-Ratelimit-Remaining": "0.0", "X-Ratelimit-Reset": "0"}
    community.faults = {"/r/france/new": [server.reply(status=429, headers=spent)]}
    assert ids(list(reddit(server).read())) == ["t3_s1"]


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ({"status": 429, "headers": {"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "540"}}, ServiceError, "avant"),
        ({"status": 500}, ServiceError, r"ne peut répondre pour l'instant \(500\)"),
        ({"content": listing([]), "cut": True}, ServiceError, "coupée"),
        ({"content": {"kind": "Listing", "data": {"items": []}}}, FormatError, r"data\.children : cette clé manque"),
        ({"content": b"<!doctype html><title>whoa there</title>"}, FormatError, "par une page"),
        ({"content": b"<html>Blocked</html>", "status": 403}, FormatError, "par une page"),
        ({"content": {"message": "Forbidden", "error": 403}, "status": 403}, SourceError, "approuvé votre application"),
        ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
        ({"content": listing([], after="t3_s1")}, SourceError, "sans fin les mêmes pages"),
    ],
)
def test_reddit_live_says_what_is_wrong_without_telling_its_secrets(server, community, caplog, reply, error, message):
    caplog.set_level(logging.DEBUG)
    community.faults = {"/r/france/new": [server.reply(**reply)] * 3}
    source = reddit(server)
    with pytest.raises(error, match=message) as caught:
        list(source.read())
    told = f"{caught.value!r} {caught.value.__cause__!r} {source!r} {source.model_dump_json()} {caplog.text}"
    asked = " ".join(f"{request.path} {request.query}" for request in server.requests)
    assert not [one for one in ("tres-secret", "jeton-1", "YXBwbGk6") if one in told + asked]


def test_reddit_live_says_that_the_discussion_has_changed_its_form(server, community):
    community.submissions = [submission(1, num_comments=1)]
    community.faults = {"/comments/s1": [server.reply({"kind": "Listing"})]}
    with pytest.raises(FormatError, match="comments/s1 répond sous une forme inattendue"):
        list(reddit(server).read())


def test_reddit_live_says_that_the_application_is_refused(server, community, monkeypatch):
    monkeypatch.setenv(SECRET, "autre")
    with pytest.raises(SourceError, match=r"access_token refuse l'accès \(401\)"):
        list(reddit(server).read())


@pytest.mark.parametrize("variable", [CLIENT, SECRET])
def test_reddit_live_names_the_variable_that_is_missing(server, community, monkeypatch, variable):
    monkeypatch.delenv(variable)
    with pytest.raises(ConfigurationError, match=f"{variable} est vide"):
        list(reddit(server).read())


@pytest.mark.parametrize("since", ["hier", "[1]", '{"r/france/new": "hier"}'])
def test_reddit_live_begins_anew_without_a_cursor_of_its_own(server, community, since):
    community.submissions = [submission(number) for number in (1, 2, 3)]
    assert len(ids(list(reddit(server).read(since)))) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subreddits": []}, "rien à lire"),
        ({"subreddits": ["france/../../api"]}, "n'est pas le nom d'une communauté"),
        ({"follow": -1}, "greater than or equal to 0"),
    ],
)
def test_reddit_live_refuses_a_configuration_that_cannot_be(server, options, message):
    with pytest.raises(ValidationError, match=message):
        reddit(server, **options)


def test_ingest_of_reddit_live_loses_nothing_and_stores_nothing_twice(server, community, store):
    community.submissions = [submission(number, START - number, num_comments=1) for number in (1, 2, 3)]
    community.trees = {f"s{number}": [comment(number, on=number)] for number in (1, 2, 3)}
    community.comments = [comment(number, on=number) for number in (1, 2, 3)]
    community.faults = {"/r/france/comments": [None, server.reply(status=500)]}
    source = reddit(server)
    with pytest.raises(ServiceError):
        ingest(source, store, key=b"clef", names=False)
    counts = ingest(source, store, key=b"clef", names=False)
    assert (counts["quarantined"], counts["changed"], counts["updated"]) == (0, 0, 0)
    community.trees["s2"] = [comment(2, on=2, body="[removed]")]
    assert ingest(source, store, key=b"clef", names=False)["deleted"] == 1
    with store.transaction() as connection:
        table = schema.verbatims
        kept = connection.execute(select(table.c.external_id, table.c.deleted_at)).all()
    assert sorted(one.external_id for one in kept) == ["t1_c1", "t1_c2", "t1_c3", "t3_s1", "t3_s2", "t3_s3"]
    assert [one.external_id for one in kept if one.deleted_at] == ["t1_c2"]
