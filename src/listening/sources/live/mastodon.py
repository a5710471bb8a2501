"""The statuses of some hashtags, and those that some searches find, asked of a Mastodon server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal, Self
from urllib.parse import quote

import httpx
from pydantic import BaseModel, Field, model_validator

from listening.errors import FormatError
from listening.sources.base import Record
from listening.sources.live.base import LiveSource
from listening.sources.live.paging import cursor_at, instant, items_of, marks_in
from listening.sources.live.service import Answer, Service
from listening.sources.mastodon import MastodonPosts
from listening.sources.rows import as_text

A_PAGE = 40  # statuses, the most that a server gives
LIMITED = 330.0  # seconds: limits hold for five minutes
OLDEST = "0"  # an identifier below all others
AGAIN = timedelta(days=3)  # younger statuses are read again: some are edited, some come late from other servers


class Found(BaseModel):
    """A page of a search."""

    statuses: list[Any]


class MastodonLive(MastodonPosts, LiveSource):
    """The public statuses of some `hashtags`, and those that `searches` find, as the server at `url` knows them.

    Searches need a user's token, of the scope ``read:search``; they find the statuses of those who let it, on servers
    that offer it. Only servers that hide their hashtags from visitors ask for a token there, of ``read:statuses``.
    Statuses of the last three days are read again, so that edits become new versions; nothing tells of those that are
    taken back.

    Sources: https://docs.joinmastodon.org/methods/timelines/#tag, https://docs.joinmastodon.org/methods/search/ and
    https://docs.joinmastodon.org/api/rate-limits/.
    """

    kind: Literal["mastodon-live"] = "mastodon-live"
    url: str = "https://mastodon.social"
    patience: float = Field(default=LIMITED, ge=0)
    hashtags: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.hashtags and not self.searches:
            raise ValueError("rien à lire : ajoutez « hashtags » ou « searches »")
        if self.searches and self.token_from is None:
            raise ValueError("« searches » demande un jeton : ajoutez « token_from », le nom de la variable qui l'a")
        return self

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give what is younger than the statuses that the cursor says to be settled, hashtags oldest first."""
        marks, settled_before = marks_in(since), datetime.now(UTC) - AGAIN
        with self.service(**self.bearer()) as service:
            for hashtag in (f"#{hashtag.lstrip('#')}" for hashtag in self.hashtags):
                for number, answer in enumerate(_tagged(service, hashtag, marks.get(hashtag, OLDEST)), 1):
                    statuses = _oldest_first(answer)
                    yield from self.posts(items_of(statuses, f"{self.host}, {hashtag}, page {number}"))
                    if last := _last_settled(statuses, settled_before):
                        marks[hashtag] = last
                        yield cursor_at(marks)
            for rank in range(1, len(self.searches) + 1):
                yield from self._search(service, rank, marks, settled_before)

    def _search(self, service: Service, rank: int, marks: dict[str, str], settled_before: datetime) -> Iterator[Record]:
        """Give all that a search finds, and then its cursor: its pages come in an order that is not told."""
        name, settled = f"search {rank}", list[str]()
        for number, answer in enumerate(_found(service, self.searches[rank - 1], marks.get(name)), 1):
            statuses = answer.read_as(Found).statuses
            yield from self.posts(items_of(statuses, f"{self.host}, recherche {rank}, page {number}"))
            settled += filter(None, [_last_settled(statuses, settled_before)])
        if settled:
            marks[name] = max(settled, key=_age)
            yield cursor_at(marks)


def _tagged(service: Service, hashtag: str, mark: str) -> Iterator[Answer]:
    path = f"api/v1/timelines/tag/{quote(hashtag[1:], safe='')}"
    return service.pages(lambda mark: service.get(path, min_id=mark, limit=A_PAGE), _newer, mark)


def _found(service: Service, search: str, mark: str | None) -> Iterator[Answer]:
    asked = {"q": search, "type": "statuses", "min_id": mark, "limit": A_PAGE}
    offsets = count(A_PAGE, A_PAGE)
    return service.pages(
        lambda offset: service.get("api/v2/search", offset=offset, **asked),
        lambda answer: str(next(offsets)) if answer.read_as(Found).statuses else None,
    )


def _oldest_first(answer: Answer) -> list[Any]:
    """Give the statuses of a page of a hashtag, which comes newest first, the other way round."""
    return answer.read_as(list[Any])[::-1]


def _newer(answer: Answer) -> str | None:
    """Give the `min_id` of the page of newer statuses, None after an empty page.

    Source: https://docs.joinmastodon.org/api/guidelines/#pagination.
    """
    links = httpx.Response(200, headers={"Link": answer.headers.get("link", "")}).links
    newer: str | None = httpx.QueryParams(links.get("prev", {}).get("url", "").partition("?")[2]).get("min_id")
    if newer is None and _oldest_first(answer):
        raise FormatError(f"{answer.place} ne dit pas où est la page suivante (en-tête « Link ») : vérifiez « url »")
    return newer


def _last_settled(statuses: Iterable[Any], before: datetime) -> str | None:
    """Give the highest identifier of the statuses written before a moment."""
    written = ((as_text(one.get("id")), instant(one.get("created_at"))) for one in statuses if isinstance(one, dict))
    return max((identity for identity, at in written if identity and at and at < before), key=_age, default=None)


def _age(identity: str) -> tuple[int, str]:
    """Give what orders identifiers in time: https://docs.joinmastodon.org/api/guidelines/#id."""
    return len(identity), identity
