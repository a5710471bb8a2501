"""The posts that some searches find, and those of some accounts, asked of Bluesky."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import AliasChoices, BaseModel, Field, model_validator

from listening.sources.base import Record
from listening.sources.bluesky import BlueskyPosts
from listening.sources.live.base import LiveSource
from listening.sources.live.newest import NewestFirst
from listening.sources.live.paging import cursor_at, instant, items_of, marks_in
from listening.sources.live.service import Answer, Service

A_PAGE = 100  # posts, the most that the service gives
LIMITED = 330.0  # seconds: limits hold for five minutes
AGAIN = timedelta(days=1)  # posts of the day before are read again: some are found late


class Session(BaseModel):
    """What the name and the password of an account open."""

    token: str = Field(alias="accessJwt", repr=False)


class Page(BaseModel):
    """A page of a search, or of what an account posted and reposted."""

    posts: list[Any] = Field(validation_alias=AliasChoices("posts", "feed"))
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A search or an account: what it is called in the cursor, the method that gives it, and what it is asked."""

    name: str
    method: str
    asked: dict[str, Any]


class BlueskyLive(BlueskyPosts, LiveSource):
    """The posts that `searches` find, in the language `lang` if it is told, and those of the accounts `authors`.

    `account_from` names the environment variable that holds the name of an account, `token_from` the one that holds its
    app password, and `url` is its server. Searches need one; without, ``https://public.api.bsky.app`` gives what
    accounts post. The day before the last reading is read again. A search goes back only as far as the service lets it,
    and nothing tells of posts that are taken back.

    Sources: https://docs.bsky.app/docs/api/app-bsky-feed-search-posts, app-bsky-feed-get-author-feed and
    com-atproto-server-create-session; https://docs.bsky.app/docs/advanced-guides/rate-limits.
    """

    kind: Literal["bluesky-live"] = "bluesky-live"
    url: str = "https://bsky.social"
    patience: float = Field(default=LIMITED, ge=0)
    account_from: str | None = None
    searches: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    lang: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.searches and not self.authors:
            raise ValueError("rien à lire : ajoutez « searches » ou « authors »")
        if (self.account_from is None) != (self.token_from is None):
            raise ValueError("« account_from » et « token_from » vont ensemble : donnez les deux, ou aucun")
        return self

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give the posts of each search, then of each account, newest first, and a cursor after each of them."""
        marks = marks_in(since)
        with self.service(**self._session()) as service:
            for feed in self._feeds():
                newest = NewestFirst(marks.get(feed.name), AGAIN)
                for number, posts in enumerate(newest.unknown(_pages(service, feed, newest), _came), 1):
                    yield from self.posts(items_of(posts, f"{self.host}, page {number}"))
                if newest.mark:
                    marks[feed.name] = newest.mark
                    yield cursor_at(marks)

    def _feeds(self) -> Iterator[Feed]:
        for rank, search in enumerate(self.searches, 1):
            yield Feed(f"search {rank}", "searchPosts", {"q": search, "sort": "latest", "lang": self.lang})
        for rank, author in enumerate(self.authors, 1):
            yield Feed(f"author {rank}", "getAuthorFeed", {"actor": author.lstrip("@")})

    def _session(self) -> dict[str, str]:
        """Give the header that carries the token of a new session, none where no account is named."""
        if self.account_from is None:
            return {}
        account = self.secret(self.account_from, "le nom du compte")
        opening = {"identifier": account, "password": self.token()}
        with self.service() as service:
            session = service.post("xrpc/com.atproto.server.createSession", json=opening).read_as(Session)
        return {"Authorization": f"Bearer {session.token}"}


def _pages(service: Service, feed: Feed, newest: NewestFirst) -> Iterator[list[Any]]:
    known = instant(newest.mark) if feed.method == "searchPosts" else None
    since = (known - AGAIN).isoformat() if known else None

    def ask(cursor: str | None) -> Answer:
        return service.get(f"xrpc/app.bsky.feed.{feed.method}", **feed.asked, since=since, limit=A_PAGE, cursor=cursor)

    for answer in service.pages(ask, lambda answer: answer.read_as(Page).cursor):
        yield answer.read_as(Page).posts


def _came(post: Any) -> datetime | None:
    """Give when a post, or its repost, came to the service."""
    view = (post.get("reason") or post.get("post") or post) if isinstance(post, dict) else None
    return instant(view.get("indexedAt")) if isinstance(view, dict) else None
