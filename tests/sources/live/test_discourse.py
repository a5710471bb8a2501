from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from listening.errors import ConfigurationError, FormatError, RowError, ServiceError, SourceError
from listening.records import Cursor, Deletion, Verbatim
from listening.sources.live.discourse import DiscourseLive
from listening.steps.ingest import ingest
from listening.store import schema

PER_PAGE = 2
TOKEN = "CLEF_DU_FORUM"


def post(id: int, number: int = 1, **keys: Any) -> dict[str, Any]:
    return {
        "id": id,
        "username": "nenette_de_thiers",
        "created_at": "2026-03-08T17:41:22.317Z",
        "cooked": f"<p>Contrôlée en rame {id}.</p>",
        "post_number": number,
        "post_type": 1,
        "reply_to_post_number": None,
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
    } | keys


@dataclass
class Forum:
    """What a forum knows: the posts of each topic, when each moved (a day of March), and which are pinned."""

    server: Any
    topics: dict[int, list[Any]]
    moved: dict[int, int]
    pinned: tuple[int, ...] = ()
    faults: dict[int, Any] = field(default_factory=dict)
    repeats: bool = False

    def __call__(self, request: Any) -> Any:
        if fault := self.faults.pop(len(self.server.requests), None):
            return fault
        if request.path.endswith("/latest.json") or request.path.startswith("/c/"):
            return self.server.reply({"users": [], "topic_list": self.listed(int(request.query.get("page", 0)))})
        parts = request.path.removesuffix(".json").split("/")
        posts = self.topics.get(int(parts[2]))
        if posts is None:
            return self.server.reply({"errors": ["…"]}, status=410)
        if parts[-1] == "posts":
            asked = set(map(int, request.values["post_ids[]"]))
            given = {"posts": [one for one in posts if one["id"] in asked]}
            return self.server.reply({"id": int(parts[2]), "post_stream": given})
        stream = [one["id"] for one in posts if isinstance(one, dict) and "id" in one]
        return self.server.reply(
            {
                "id": int(parts[2]),
                "title": "Contrôles",
                "category_id": 5,
                "tags": [{"id": 7, "name": "Railis", "slug": "railis"}],
                "deleted_at": None,
                "post_stream": {"posts": posts[:20], "stream": stream},
            }
        )

    def listed(self, page: int) -> dict[str, Any]:
        order = sorted(self.moved, key=lambda id: (id in self.pinned, self.moved[id]), reverse=True)
        shown = order[0 if self.repeats else PER_PAGE * page :][:PER_PAGE]
        more = self.repeats or len(order) > PER_PAGE * (page + 1)
        return {
            "per_page": PER_PAGE,
            "topics": [
                {"id": id, "bumped_at": f"2026-03-{self.moved[id]:02}T08:00:00.000Z", "pinned": id in self.pinned}
                for id in shown
            ],
        } | ({"more_topics_url": f"/latest?no_definitions=true&page={page + 1}"} if more else {})


def forum(server: Any, **options: Any) -> DiscourseLive:
    return DiscourseLive(**{"name": "forum", "url": server.url, "patience": 0} | options)


def ids(found: list[Any]) -> list[int]:
    return [int(one.external_id) for one in found if isinstance(one, Verbatim)]


def last_cursor(found: list[Any]) -> str:
    return [one.value for one in found if isinstance(one, Cursor)][-1]


def asked(server: Any) -> list[str]:
    return [request.path for request in server.requests]


def test_discourse_live_reads_every_topic_the_oldest_move_first(server):
    server.answer = Forum(server, {8: [post(33)], 9: [post(40)], 7: [post(20)]}, moved={8: 12, 9: 10, 7: 11})
    found = list(forum(server, brands=["Railis"]).read())
    assert [one.external_id if isinstance(one, Verbatim) else one.value for one in found] == [
        *("40", "2026-03-10T08:00:00+00:00"),
        *("20", "2026-03-11T08:00:00+00:00"),
        *("33", "2026-03-12T08:00:00+00:00"),
    ]
    assert found[-2] == Verbatim(
        source="forum",
        channel="forum",
        external_id="33",
        text="Contrôlée en rame 33.",
        created_at=datetime(2026, 3, 8, 17, 41, 22, 317_000, tzinfo=UTC),
        author="nenette_de_thiers",
        brand="Railis",
        url=f"{server.url}/t/8/1",
        thread="8",
        meta={"category": "5"},
    )
    assert [request.query for request in server.requests[:2]] == [
        {"order": "activity"},
        {"order": "activity", "page": "1"},
    ]


def test_discourse_live_reads_the_posts_of_a_long_topic_twenty_at_a_time(server):
    posts = [post(100 + number, number) for number in range(1, 46)]
    posts[44]["reply_to_post_number"] = 2
    server.answer = Forum(server, {8: posts}, moved={8: 12})
    found = list(forum(server).read())
    assert ids(found) == list(range(101, 146))
    assert found[44].parent == "102"
    assert [len(request.values["post_ids[]"]) for request in server.requests[2:]] == [20, 5]


def test_discourse_live_goes_on_from_its_cursor_and_looks_back(server):
    topics = {id: [post(id)] for id in range(1, 7)}
    server.answer = known = Forum(server, topics, moved={id: id for id in topics}, pinned=(1,))
    cursor = last_cursor(list(forum(server).read()))
    known.moved[2] = 8
    topics[4][0]["cooked"] = "<p>Remboursée</p>"
    server.requests.clear()
    again = list(forum(server, look_back=2).read(cursor))
    assert ids(again) == [4, 5, 6, 2]
    assert again[0].text == "Remboursée"
    assert last_cursor(again) == "2026-03-08T08:00:00+00:00"
    assert asked(server).count("/latest.json") == 3


def test_discourse_live_never_moves_its_cursor_back(server):
    server.answer = Forum(server, {8: [post(33)], 9: [post(34)]}, moved={8: 10, 9: 11})
    found = list(forum(server).read("2026-03-11T08:00:00+00:00"))
    assert [one.value for one in found if isinstance(one, Cursor)] == ["2026-03-11T08:00:00+00:00"] * 2


@pytest.mark.parametrize("since", [None, "hier", "{}"])
def test_discourse_live_begins_where_it_is_told_without_a_cursor_of_its_own(server, since):
    server.answer = Forum(server, {id: [post(id)] for id in (8, 9, 10)}, moved={8: 10, 9: 11, 10: 12})
    assert ids(list(forum(server).read(since))) == [8, 9, 10]
    assert ids(list(forum(server, after=date(2026, 3, 11)).read(since))) == [9, 10]


def test_discourse_live_reads_some_categories_and_a_topic_once(server):
    server.answer = Forum(server, {8: [post(33)]}, moved={8: 10})
    assert ids(list(forum(server, categories=["mobile/4", "box/fibre/5"]).read())) == [33]
    assert asked(server) == ["/c/mobile/4.json", "/c/box/fibre/5.json", "/t/8.json"]


@pytest.mark.parametrize("last", [[{"id": 9, "bumped_at": "2026-03-10T08:00:00Z"}], []])
def test_discourse_live_bears_a_list_that_moves_while_it_is_read(server, last):
    server.answer = known = Forum(server, {9: [post(9)], 8: [post(8)]}, moved={7: 9, 9: 10, 8: 11})
    pages = [known.listed(0), {"topics": last}]
    known.faults = {rank: server.reply({"topic_list": page}) for rank, page in enumerate(pages, 1)}
    assert ids(list(forum(server).read())) == [9, 8]


@pytest.mark.parametrize("category", ["fibre", "/c/fibre/5", "fibre/5?page=2", "5"])
def test_discourse_live_refuses_what_names_no_category(server, category):
    with pytest.raises(ValidationError):
        forum(server, categories=[category])


def test_discourse_live_tells_what_was_taken_back(server):
    posts = [post(33, 1, hidden=True), post(34, 2, user_deleted=True), post(35, 3, deleted_at="2026-03-09T08:00:00Z")]
    server.answer = Forum(server, {8: posts}, moved={8: 10})
    assert list(forum(server).read())[:3] == [
        Deletion("33"),
        Deletion("34"),
        Deletion("35", datetime(2026, 3, 9, 8, tzinfo=UTC)),
    ]


def test_discourse_live_goes_on_when_a_topic_was_taken_back_since_it_was_listed(server):
    server.answer = Forum(server, {9: [post(40)]}, moved={8: 10, 9: 11})
    found = list(forum(server).read())
    assert ids(found) == [40]
    assert last_cursor(found) == "2026-03-11T08:00:00+00:00"


def test_discourse_live_quarantines_a_wrong_post_and_goes_on(server):
    wrong = {key: value for key, value in post(34, 2).items() if key != "cooked"}
    server.answer = Forum(server, {8: [post(33), wrong, "effacé", post(35, 3)]}, moved={8: 10})
    found = list(forum(server).read())
    assert ids(found) == [33, 35]
    assert [str(one) for one in found if isinstance(one, RowError)] == [
        "127.0.0.1, sujet 8, ligne 1 : un message n'est pas un objet JSON {…} : exportez ce sujet à nouveau",
        "127.0.0.1, sujet 8, ligne 1, message 34 : il manque « cooked » : exportez-le à nouveau, entier",
    ]


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ({"status": 429, "headers": {"Retry-After": "60"}}, ServiceError, "avant 60 secondes"),
        ({"status": 500}, ServiceError, "500"),
        ({"status": 403}, SourceError, "vérifiez le jeton"),
        ({"content": {"id": 8}, "cut": True}, ServiceError, "coupée"),
        ({"content": b"<!doctype html><p>Maintenance</p>"}, FormatError, "par une page"),
        ({"content": {"sujets": []}}, FormatError, "l'interface a dû changer"),
        ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
    ],
)
def test_discourse_live_says_what_is_wrong_wherever_it_happens(server, at, reply, error, message):
    posts = [post(100 + number, number) for number in range(1, 25)]
    server.answer = Forum(server, {8: posts}, moved={8: 10}, faults={at: server.reply(**reply)})
    with pytest.raises(error, match=message):
        list(forum(server).read())


def test_discourse_live_waits_when_asked_to(server):
    busy = server.reply(status=429, headers={"Retry-After": "0"})
    server.answer = Forum(server, {8: [post(33)]}, moved={8: 10}, faults={1: busy, 3: busy})
    assert ids(list(forum(server).read())) == [33]


def test_discourse_live_refuses_pages_without_end(server):
    server.answer = Forum(server, {8: [post(33)]}, moved={8: 10}, repeats=True)
    with pytest.raises(SourceError, match="sans fin les mêmes sujets"):
        list(forum(server).read())


def test_discourse_live_carries_its_key_in_headers_and_tells_it_nobody(server, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(TOKEN, "tres-secret")
    server.answer = Forum(server, {8: [post(33)]}, moved={8: 10}, faults={2: server.reply(status=403)})
    source = forum(server, token_from=TOKEN, username="system")
    with pytest.raises(SourceError) as caught:
        list(source.read())
    headers = [(request.headers["api-key"], request.headers["api-username"]) for request in server.requests]
    assert headers == [("tres-secret", "system")] * 2
    assert server.requests[1].query == {"show_deleted": "true"}
    assert "tres-secret" not in f"{caplog.text} {source!r} {caught.value} {caught.value.__cause__!r}"


def test_discourse_live_names_the_variable_that_is_missing(server, monkeypatch):
    monkeypatch.delenv(TOKEN, raising=False)
    with pytest.raises(ConfigurationError, match=f"{TOKEN} est vide"):
        list(forum(server, token_from=TOKEN).read())


def test_discourse_live_sends_no_key_where_none_is_named(server):
    server.answer = Forum(server, {8: [post(33)]}, moved={8: 10})
    list(forum(server, username="system").read())
    assert not {"api-key", "api-username"} & set(server.requests[0].headers)


def test_discourse_live_is_stored_once_though_a_reading_broke(server, store):
    topics = {8: [post(33), post(34, 2)], 9: [post(100 + number, number) for number in range(1, 25)], 10: [post(50)]}
    fault = {5: server.reply(status=500)}
    server.answer = known = Forum(server, topics, moved={8: 1, 9: 10, 10: 11}, faults=fault)
    with pytest.raises(ServiceError):
        ingest(forum(server), store, key=b"secret")
    assert "/t/9/posts.json" in asked(server)
    ingest(forum(server), store, key=b"secret")
    topics[10][0]["user_deleted"] = True
    topics[9][0]["cooked"] = "<p>Remboursée</p>"
    known.moved[10] = 12
    counts = ingest(forum(server), store, key=b"secret")
    assert (counts["new"], counts["changed"], counts["deleted"]) == (0, 1, 1)
    table = schema.verbatims
    with store.transaction() as connection:
        current = connection.scalars(select(table.c.external_id).where(table.c.current)).all()
    assert sorted(map(int, current)) == [33, 34, *range(101, 125)]
