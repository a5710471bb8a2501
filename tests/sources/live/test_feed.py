from __future__ import annotations

import gzip
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from listening.errors import ConfigurationError, FormatError, RowError, ServiceError, SourceError
from listening.records import Cursor, Deletion, Verbatim, content_id
from listening.sources.live.feed import FeedLive
from listening.steps.ingest import ingest
from listening.store import schema

TOKEN = "JETON_DU_BLOG"
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
<title>Avis</title><id>https://blog.example.org/feed</id>{next}
{entries}</feed>"""
RSS = """<?xml version="1.0"{declared}?><rss version="2.0"><channel><title>Avis</title>
<item><guid>7</guid><pubDate>{date}</pubDate><description>Très déçue</description></item></channel></rss>"""


def entry(number: int, text: str = "Coupée trois fois.", **keys: str) -> str:
    dates = {"published": f"2026-03-{number:02}T09:00:00Z"} | keys
    told = "".join(f"<{name}>{value}</{name}>" for name, value in dates.items())
    return (
        f"<entry><id>urn:avis:{number}</id><author><name>nenette</name></author>"
        f"<link href='https://blog.example.org/{number}'/><content>{text}</content>{told}</entry>"
    )


@dataclass
class Blog:
    """What a site knows: the entries of each page of its feed, and the state that it gives it."""

    server: Any
    pages: list[list[str]]
    state: dict[str, str] = field(default_factory=dict)
    next: str = "{url}/feed/?page={page}"
    faults: dict[int, Any] = field(default_factory=dict)

    def __call__(self, request: Any) -> Any:
        if fault := self.faults.pop(len(self.server.requests), None):
            return fault
        told = {"ETag": request.headers.get("if-none-match"), "Last-Modified": request.headers.get("if-modified-since")}
        if self.state and self.state.items() <= told.items():
            return self.server.reply(b"", status=304, headers=self.state)
        page = int(request.query.get("page", 1))
        address = self.next.format(url=self.server.url, page=page + 1)
        following = f'<link rel="next" href="{address}"/>' if page < len(self.pages) else ""
        content = ATOM.format(next=following, entries="".join(self.pages[page - 1]))
        return self.server.reply(content.encode(), headers=self.state | {"Content-Type": "application/atom+xml"})


def feed(server: Any, path: str = "/feed/", **options: Any) -> FeedLive:
    return FeedLive(**{"name": "blog", "url": f"{server.url}{path}", "patience": 0} | options)


def numbers(found: list[Any]) -> list[int]:
    return [int(one.external_id.rpartition(":")[2]) for one in found if isinstance(one, Verbatim)]


def last_cursor(found: list[Any]) -> str:
    return [one.value for one in found if isinstance(one, Cursor)][-1]


def asked(server: Any) -> list[str]:
    return [request.query.get("page", "1") for request in server.requests]


def test_feed_live_reads_every_page_of_a_feed(server):
    server.answer = Blog(server, [[entry(9), entry(8)], [entry(7)], [entry(6)]])
    found = list(feed(server, brands=["Railis"], brand="Kolibri").read())
    assert numbers(found) == [9, 8, 7, 6]
    assert found[0] == Verbatim(
        source="blog",
        channel="forum",
        external_id="urn:avis:9",
        text="Coupée trois fois.",
        created_at=datetime(2026, 3, 9, 9, tzinfo=UTC),
        author="nenette",
        brand="Kolibri",
        url="https://blog.example.org/9",
    )
    assert [request.path for request in server.requests] == ["/feed/"] * 3
    assert isinstance(found[-1], Cursor)


@pytest.mark.parametrize("next", ["?page={page}", "/feed/?page={page}", "https://127.0.0.1/feed/?page={page}"])
def test_feed_live_follows_a_page_of_the_same_site_however_it_is_written(server, next):
    server.answer = Blog(server, [[entry(9)], [entry(8)]], next=next)
    assert numbers(list(feed(server).read())) == [9, 8]


def test_feed_live_asks_for_the_address_with_its_query(server):
    server.answer = Blog(server, [[entry(9)], [entry(8)]])
    assert numbers(list(feed(server, "/feed.php?mode=avis&page=2").read())) == [8]
    assert server.requests[0].query == {"mode": "avis", "page": "2"}


@pytest.mark.parametrize(
    "state",
    [
        {"ETag": '"v1"'},
        {"Last-Modified": "Mon, 09 Mar 2026 09:00:00 GMT"},
        {"ETag": 'W/"v1"', "Last-Modified": "Mon, 09 Mar 2026 09:00:00 GMT"},
    ],
)
def test_feed_live_reads_nothing_of_a_feed_that_has_not_changed(server, state):
    server.answer = blog = Blog(server, [[entry(9)], [entry(8)]], state=state)
    cursor = last_cursor(list(feed(server).read()))
    assert list(feed(server).read(cursor)) == []
    blog.state = {name: told.replace("v1", "v2").replace("09 Mar", "12 Mar") for name, told in state.items()}
    assert numbers(list(feed(server).read(cursor))) == [9, 8]
    assert asked(server) == ["1", "2", "1", "1", "2"]


def test_feed_live_stops_at_the_entries_of_the_day_before_its_cursor(server):
    server.answer = blog = Blog(server, [[entry(9)], [entry(8)], [entry(7)], [entry(6)]])
    cursor = last_cursor(list(feed(server).read()))
    server.requests.clear()
    blog.pages.insert(0, [entry(10)])
    assert numbers(list(feed(server).read(cursor))) == [10, 9, 8, 7]
    assert asked(server) == ["1", "2", "3", "4"]


def test_feed_live_gives_an_edited_entry_again(server):
    server.answer = blog = Blog(server, [[entry(9)], [entry(3)], [entry(2)]])
    cursor = last_cursor(list(feed(server).read()))
    blog.pages = [[entry(3, "Remboursée.", updated="2026-03-12T09:00:00Z"), entry(9)], [entry(2)]]
    found = list(feed(server).read(cursor))
    assert (found[0].text, found[0].created_at) == ("Remboursée.", datetime(2026, 3, 3, 9, tzinfo=UTC))


def test_feed_live_is_not_misled_by_an_entry_of_tomorrow(server):
    tomorrow = entry(1, published="2099-01-01T00:00:00Z")
    server.answer = blog = Blog(server, [[tomorrow, entry(9)]])
    cursor = last_cursor(list(feed(server).read()))
    blog.pages = [[tomorrow, entry(12)], [entry(11), entry(10)]]
    assert numbers(list(feed(server).read(cursor))) == [1, 12, 11, 10]


@pytest.mark.parametrize("since", [None, "hier", "[]", '{"newest": 3}', '{"newest": "hier", "ETag": "v9"}'])
def test_feed_live_begins_anew_without_a_cursor_of_its_own(server, since):
    server.answer = Blog(server, [[entry(9)], [entry(1)]], state={"ETag": '"v1"'})
    assert numbers(list(feed(server).read(since))) == [9, 1]


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Sun, 01 Mar 2026 10:22:41 -0500", datetime(2026, 3, 1, 15, 22, 41, tzinfo=UTC)),
        ("2026-03-01T10:22:41", datetime(2026, 3, 1, 10, 22, 41, tzinfo=ZoneInfo("Europe/Paris"))),
    ],
)
def test_feed_live_reads_rss_and_its_time_zones(server, date, at):
    server.script(server.reply(RSS.format(declared="", date=date).encode()))
    (found, _) = feed(server).read()
    assert (found.external_id, found.text, found.created_at) == ("7", "Très déçue", at)


@pytest.mark.parametrize(
    ("declared", "encoding", "header"),
    [
        ("", "cp1252", 'text/xml; charset="windows-1252"'),
        ("", "utf-8", "text/xml"),
        ("", "utf-8", "text/xml; charset=inconnu"),
        (' encoding="iso-8859-1"', "iso-8859-1", "text/xml; charset=utf-8"),
        ("", "utf-16", "text/xml; charset=utf-8"),
    ],
)
def test_feed_live_reads_what_the_feed_or_else_its_header_declares(server, declared, encoding, header):
    content = RSS.format(declared=declared, date="2026-03-01").encode(encoding)
    server.script(server.reply(content, headers={"Content-Type": header}))
    assert next(iter(feed(server).read())).text == "Très déçue"


def test_feed_live_tells_what_was_taken_back(server):
    gone = '<at:deleted-entry ref="urn:avis:8" when="2026-03-10T08:00:00Z"/><at:deleted-entry ref="urn:avis:7"/>'
    server.answer = Blog(server, [[entry(9), gone]])
    at = datetime(2026, 3, 10, 8, tzinfo=UTC)
    assert list(feed(server).read())[1:-1] == [
        Deletion("urn:avis:8", at),
        Deletion(content_id("urn:avis:8"), at),
        Deletion("urn:avis:7"),
        Deletion(content_id("urn:avis:7")),
    ]


def test_feed_live_quarantines_a_wrong_entry_and_goes_on(server):
    server.answer = Blog(server, [[entry(9), entry(8, published="hier")], ["<entry><title>Bof</title></entry>"]])
    found = list(feed(server).read())
    assert numbers(found) == [9]
    wrong = [str(one) for one in found if isinstance(one, RowError)]
    assert wrong[0].startswith("127.0.0.1, page 1, ligne 4, élément 2 : date illisible « hier »")
    assert wrong[1].startswith("127.0.0.1, page 2, ligne 4, élément 1 : ni « guid », ni « id », ni « link »")


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ({"status": 429, "headers": {"Retry-After": "60"}}, ServiceError, "avant 60 secondes"),
        ({"status": 500}, ServiceError, "500"),
        ({"status": 404}, SourceError, "n'existe pas"),
        ({"content": b"<feed", "cut": True}, ServiceError, "coupée"),
        ({"content": b""}, FormatError, "ce n'est pas du XML"),
        ({"content": {"items": []}}, FormatError, "ce n'est pas du XML : donnez dans « url » l'adresse du flux"),
        ({"content": b"<!doctype html><title>Blog</title><p>a<br>b"}, FormatError, "n'est pas du XML : donnez"),
        ({"content": b"<html><p>Page</p></html>"}, FormatError, "ni RSS ni Atom, mais « html » : donnez dans « url »"),
        ({"content": b"<avis><article/></avis>"}, FormatError, "ni RSS ni Atom, mais « avis »"),
        ({"content": b"<rss><channel><item>"}, FormatError, "ligne 1 : XML illisible .* : réessayez"),
        ({"content": b"<?xml version='1.0'?><rss><a>\xe9</a></rss>"}, FormatError, "l'encodage qu'il annonce"),
        ({"content": b"<!DOCTYPE rss [<!ENTITY a 'ha'>]><rss/>"}, FormatError, "déclare des entités XML"),
        ({"status": 302, "headers": {"Location": "https://ailleurs.example/"}}, SourceError, "vers ailleurs.example"),
    ],
)
def test_feed_live_says_what_is_wrong_on_any_page(server, at, reply, error, message):
    server.answer = Blog(server, [[entry(9)], [entry(8)]], faults={at: server.reply(**reply)})
    with pytest.raises(error, match=message):
        list(feed(server).read())


def test_feed_live_refuses_a_next_page_elsewhere(server):
    server.answer = Blog(server, [[entry(9)], [entry(8)]], next="https://ailleurs.example/feed?page={page}")
    with pytest.raises(SourceError, match=r"la page suivante est sur ailleurs\.example"):
        list(feed(server).read())


@pytest.mark.parametrize("next", ["{url}/feed/", "{url}/feed/?tour={page}"])
def test_feed_live_refuses_pages_without_end(server, next):
    server.answer = Blog(server, [[entry(9)], [entry(8)]], next=next)
    with pytest.raises(SourceError, match="sans fin les mêmes pages"):
        list(feed(server).read())


def test_feed_live_refuses_a_feed_that_swells(server):
    swollen = gzip.compress(b"<rss>" + b" " * (65 * 2**20), compresslevel=1)
    server.script(server.reply(swollen, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(SourceError, match="plus de 64 Mo"):
        list(feed(server).read())


def test_feed_live_waits_when_asked_to(server):
    busy = server.reply(status=429, headers={"Retry-After": "0"})
    server.answer = Blog(server, [[entry(9)], [entry(8)]], faults={1: busy, 3: busy})
    assert numbers(list(feed(server).read())) == [9, 8]


def test_feed_live_carries_its_token_in_a_header_and_tells_it_nobody(server, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(TOKEN, "tres-secret")
    server.answer = Blog(server, [[entry(9)], [entry(8)]], faults={2: server.reply(status=403)})
    source = feed(server, token_from=TOKEN)
    with pytest.raises(SourceError, match="vérifiez le jeton") as caught:
        list(source.read())
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer tres-secret"] * 2
    assert "tres-secret" not in f"{caplog.text} {source!r} {caught.value} {caught.value.__cause__!r}"


def test_feed_live_names_the_variable_that_is_missing(server, monkeypatch):
    monkeypatch.delenv(TOKEN, raising=False)
    with pytest.raises(ConfigurationError, match=f"{TOKEN} est vide"):
        list(feed(server, token_from=TOKEN).read())


@pytest.mark.parametrize("url", ["blog.example.org/feed", "http://blog.example.org/feed", "/feed"])
def test_feed_live_refuses_an_address_without_https(url):
    with pytest.raises(SourceError, match="https://"):
        list(FeedLive(name="blog", url=url).read())


def test_feed_live_is_stored_once_though_a_reading_broke(server, store):
    pages = [[entry(9), entry(8)], [entry(7)], [entry(6)]]
    server.answer = blog = Blog(server, pages, state={"ETag": '"v1"'}, faults={2: server.reply(status=500)})
    with pytest.raises(ServiceError):
        ingest(feed(server), store, key=b"secret")
    ingest(feed(server), store, key=b"secret")
    assert ingest(feed(server), store, key=b"secret")["read"] == 0
    blog.state = {"ETag": '"v2"'}
    blog.pages[0] = [entry(10), entry(9, "Remboursée."), '<at:deleted-entry ref="urn:avis:8"/>']
    counts = ingest(feed(server), store, key=b"secret")
    assert (counts["new"], counts["changed"], counts["deleted"]) == (1, 1, 1)
    table = schema.verbatims
    with store.transaction() as connection:
        current = connection.scalars(select(table.c.external_id).where(table.c.current)).all()
    assert sorted(current) == ["urn:avis:10", "urn:avis:6", "urn:avis:7", "urn:avis:9"]
