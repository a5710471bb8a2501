"""Reddit by its Data API: what is new in communities, or what searches find there, with its discussions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from listening.errors import RowError
from listening.sources.base import Record
from listening.sources.cells import from_epoch
from listening.sources.items import Item
from listening.sources.live.base import LiveSource
from listening.sources.live.newest import NewestFirst
from listening.sources.live.paging import cursor_at, instant, items_of, marks_in
from listening.sources.live.reddit_access import CLOSED, PAGE, Access, Granted, Listing, why_closed
from listening.sources.live.reddit_discussions import data_of, discussion, under_submissions
from listening.sources.live.service import Answer
from listening.sources.reddit import RedditPosts
from listening.sources.rows import as_text

LATE = timedelta(hours=1)  # what a moderator lets through keeps its date
WINDOW = 600.0  # seconds over which Reddit counts requests
COMMUNITY = re.compile(r"\w{2,50}", re.ASCII)
NOT_A_POST = "t5"  # a community: Reddit answers a name that it does not know by a search for communities


class Feed(NamedTuple):
    """A listing to read, and what to ask of it; `comments` if it is one of comments of any submission."""

    path: str
    asked: dict[str, Any]
    comments: bool = False

    @property
    def name(self) -> str:
        return f"{self.path} {self.asked.get('q', '')}".strip()


class RedditLive(RedditPosts, LiveSource):
    """Submissions and comments of Reddit, read with the rights of an application: nobody's account.

    `subreddits` are read whole; with `queries`, in Reddit's own search terms, only the submissions that these find
    there, or anywhere if no subreddit is named. A submission's discussion is read again for `follow` days, where edits
    and deletions show. Reddit lists the 1000 newest of each. `client_from` and `token_from` name the environment
    variables that hold the application's id and its secret. Sources: https://www.reddit.com/dev/api,
    https://github.com/reddit-archive/reddit/wiki/OAuth2, https://github.com/Pyprohly/reddit-api-doc-notes.
    """

    kind: Literal["reddit-live"] = "reddit-live"
    url: str = "https://oauth.reddit.com"
    login_url: str = "https://www.reddit.com"
    client_from: str
    token_from: str
    subreddits: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    follow: int = Field(default=3, ge=0, le=3_650)
    patience: float = Field(default=WINDOW, ge=0)

    @field_validator("subreddits")
    @classmethod
    def _bare_names(cls, subreddits: tuple[str, ...]) -> tuple[str, ...]:
        bare = tuple(re.sub(r"^/?r/", "", name.strip()) for name in subreddits)
        for name in bare:
            if not COMMUNITY.fullmatch(name):
                raise ValueError(f"« {name} » n'est pas le nom d'une communauté Reddit : écrivez par exemple france")
        return bare

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.subreddits and not any(query.strip() for query in self.queries):
            raise ValueError("rien à lire : donnez des « subreddits » ou des « queries »")
        return self

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give what is new in each feed, then how far it was read."""
        marks = marks_in(since)
        with self.service() as service:
            access = Access(service, self._grant)
            for feed in self._feeds():
                again = LATE if feed.comments else max(LATE, timedelta(days=self.follow))
                reading = NewestFirst(marks.get(feed.name), again)
                yield from self.posts(_items(access, feed, reading))
                if reading.mark:
                    marks[feed.name] = reading.mark
                    yield cursor_at(marks)

    def _feeds(self) -> Iterator[Feed]:
        for query in self.queries:
            asked = {"q": query, "sort": "new", "type": "link"}
            for name in self.subreddits:
                yield Feed(f"r/{name}/search", asked | {"restrict_sr": 1})
            if not self.subreddits:
                yield Feed("search", asked)
        if not self.queries:
            for name in self.subreddits:
                yield Feed(f"r/{name}/new", {})
                yield Feed(f"r/{name}/comments", {}, comments=True)

    def _grant(self) -> str:
        """Give a token of the application alone (OAuth 2, client credentials)."""
        client = self.secret(self.client_from, "le jeton d'accès")
        with self.service(self.login_url) as login:
            asked = {"grant_type": "client_credentials"}
            answer = login.post("api/v1/access_token", data=asked, auth=(client, self.token()))
            return answer.read_as(Granted).access_token


def _items(access: Access, feed: Feed, reading: NewestFirst) -> Iterator[Item | RowError]:
    """Give what is new in a feed: submissions with their discussions, or comments under their submissions."""
    for page in reading.unknown(_pages(access, feed), _created):
        if feed.comments:
            yield from under_submissions(access, page)
            continue
        for item in page:
            yield from discussion(access, item) if isinstance(item, Item) else [item]


def _pages(access: Access, feed: Feed) -> Iterator[list[Item | RowError]]:
    def ask(mark: str | None) -> Answer:
        return access.get(feed.path, after=mark, limit=PAGE, **feed.asked)

    def following(answer: Answer) -> str | None:
        return None if answer.status in CLOSED else answer.read_as(Listing).data.after

    for answer in access.service.pages(ask, following):
        if answer.status in CLOSED:
            yield [RowError(f"communauté {why_closed(answer)} : retirez-la de « subreddits »", row=answer.place)]
            return
        items = list(items_of(answer.read_as(Listing).data.children, answer.place))
        if any(isinstance(item, Item) and item.content.get("kind") == NOT_A_POST for item in items):
            yield [RowError("communauté inconnue de Reddit : corrigez « subreddits »", row=feed.path)]
            return
        yield items


def _created(item: Item | RowError) -> datetime | None:
    return instant(from_epoch(as_text(data_of(item).get("created_utc")))) if isinstance(item, Item) else None
