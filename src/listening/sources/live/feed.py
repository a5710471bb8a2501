"""A feed, RSS or Atom, asked for at its address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from listening.errors import SourceError
from listening.records import Verbatim
from listening.sources.base import Record
from listening.sources.feed import DATES, FeedEntries, iso_date
from listening.sources.feed_document import Document, Remedies
from listening.sources.feed_entry import Entry
from listening.sources.live.base import LiveSource
from listening.sources.live.paging import cursor_at, instant, marks_in
from listening.sources.live.service import Answer, Service

ASKED = Remedies(
    none="donnez dans « url » l'adresse du flux lui-même, pas celle de la page qui l'annonce",
    broken="réessayez, puis signalez-le au site",
    encoding="signalez au site que son flux n'est pas dans l'encodage qu'il annonce",
    entities="signalez-le au site",
)
UNCHANGED = 304
CONDITIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
OVERLAP = timedelta(days=1)  # a comment may be shown a day after it was written
DECLARED = re.compile(rb"\s*<\?xml[^>]*\sencoding\s*=|\xef\xbb\xbf|\xff\xfe|\xfe\xff")
CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)


class FeedLive(FeedEntries, LiveSource):
    """The entries of the feed at `url`, and of its further pages where it names them (``rel="next"``, RFC 5005).

    A feed that has not changed is not sent again (``ETag``, ``Last-Modified``: RFC 9110, 13.1). Else its first page is
    read, and further ones down to the entries of the day before the newest of the last reading: an edit of an older one
    is not seen, nor is what its site removed, unless the feed says so (RFC 6721). A token is sent as a ``Bearer``: an
    address that holds one would be logged.
    """

    kind: Literal["feed-live"] = "feed-live"

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give the entries in the order of the feed, and a cursor once all its pages are read."""
        marks = marks_in(since)
        known = instant(marks.get("newest"))
        site = urlsplit(self.url)
        with self.service(f"{site.scheme}://{site.netloc}", **self.bearer()) as service:
            newest, now = known, datetime.fromtimestamp(service.clock(), UTC)
            pages = service.pages(partial(self._asked, service, marks), partial(self._following, known))
            for number, answer in enumerate(pages, 1):
                if answer.status == UNCHANGED:
                    return
                if number == 1:
                    marks = _conditions(answer)
                for record in self.entries(_document(answer).entries(), f"{self.host}, page {number}"):
                    yield record
                    if isinstance(record, Verbatim) and record.created_at and record.created_at <= now:
                        newest = max(newest or record.created_at, record.created_at)
        yield cursor_at(marks | ({"newest": newest.isoformat()} if newest else {}))

    def _asked(self, service: Service, marks: Mapping[str, str], page: str | None) -> Answer:
        """Ask for a further page, or for the first one, if it has changed."""
        if page is not None:
            return service.ask(page)
        headers = {header: marks[name] for name, header in CONDITIONS.items() if name in marks}
        return service.ask(_path(self.url), headers=headers, borne=(UNCHANGED,))

    def _following(self, known: datetime | None, answer: Answer) -> str | None:
        """Give the path of the next page, None after the last one, or once entries are too old."""
        if answer.status == UNCHANGED:
            return None
        document = _document(answer)
        dates = [_moved(entry) for entry in document.entries() if isinstance(entry, Entry)]
        newest = max(filter(None, dates), default=None)
        if not document.following or (known and newest and newest < known - OVERLAP):
            return None
        following = urljoin(answer.place, document.following)
        host = urlsplit(following).hostname
        if host != self.host:
            raise SourceError(
                f"{answer.place} : la page suivante est sur {host} : ce n'est pas le site nommé, vérifiez « url »"
            )
        return _path(following)


def _path(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


def _moved(entry: Entry) -> datetime | None:
    """Give when an entry was written or last changed, if it tells."""
    return instant(iso_date(entry.text("updated", "modified", *DATES)))


def _conditions(answer: Answer) -> dict[str, str]:
    """Give what the site says of this state of its feed, to be told when it is asked again."""
    told = {name: answer.headers.get(name, "") for name in CONDITIONS}
    return {name: value for name, value in told.items() if value and value.isascii()}


def _document(answer: Answer) -> Document:
    return Document(BytesIO(_encoded(answer)), answer.place, ASKED)


def _encoded(answer: Answer) -> bytes:
    """Give the XML as UTF-8 if only its header tells its encoding."""
    charset = CHARSET.search(answer.headers.get("content-type", ""))
    if charset and not DECLARED.match(answer.content):
        with suppress(LookupError, UnicodeError):
            return answer.content.decode(charset[1]).encode()
    return answer.content
