"""A Discourse forum, read by its API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from listening.errors import SourceError
from listening.records import Cursor
from listening.sources.base import Record
from listening.sources.discourse import DiscoursePosts
from listening.sources.items import Item
from listening.sources.live.base import LiveSource
from listening.sources.live.paging import instant
from listening.sources.live.service import Answer, Service

CHUNK = 20  # posts that a forum gives at once
GONE = (404, 410)  # a topic that was taken back since it was listed

Category = Annotated[str, StringConstraints(pattern=r"^(?:[^/?#\s]+/)+\d+$")]


class _Listed(BaseModel):
    id: int
    bumped_at: AwareDatetime
    pinned: bool = False


class _List(BaseModel):
    topics: list[_Listed]
    more_topics_url: str | None = None


class _Page(BaseModel):
    topic_list: _List


class _Posts(BaseModel):
    posts: list[Any]
    stream: list[int] = []


class _Part(BaseModel):
    post_stream: _Posts


class _Topic(_Part):
    id: int
    category_id: int | None = None
    tags: list[Any] | None = None
    deleted_at: str | None = None


class DiscourseLive(DiscoursePosts, LiveSource):
    """The topics of a Discourse forum, or of some `categories` (``fibre/5``, the end of their address).

    A reading takes whole the topics that have moved since the last one, and those that moved in the `look_back` days
    before it: moderation, and edits of other posts than the last, do not move a topic. The first one goes back to
    `after`, or to the beginning. The token is an ``Api-Key``; `username` is its ``Api-Username``, for a key of all
    users. A key of staff also tells the posts deleted by moderators. Source: https://docs.discourse.org, « List latest
    topics », « List topics » of a category, « Get a single topic », « Get specific posts from a topic ».
    """

    kind: Literal["discourse-live"] = "discourse-live"
    categories: tuple[Category, ...] = ()
    username: str | None = None
    after: date | None = None
    look_back: int = Field(default=2, ge=0)

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give the posts of each topic that has moved, the oldest move first, and a cursor after each topic."""
        reached = instant(since)
        with self.service(**self._headers()) as service:
            for moved, topic in sorted(self._moved(service, self._beginning(reached))):
                yield from self.posts(self._parts(service, topic), self.url)
                reached = max(reached or moved, moved)
                yield Cursor(reached.isoformat())

    def _headers(self) -> dict[str, str]:
        if self.token_from is None:
            return {}
        return {"Api-Key": self.token()} | ({"Api-Username": self.username} if self.username else {})

    def _beginning(self, reached: datetime | None) -> datetime:
        if reached:
            return reached - timedelta(days=self.look_back)
        if self.after:
            return datetime.combine(self.after, time(), ZoneInfo(self.timezone))
        return datetime.min.replace(tzinfo=UTC)

    def _moved(self, service: Service, beginning: datetime) -> set[tuple[datetime, int]]:
        """Give when topics last moved, and their ids, from a moment on."""
        found: set[tuple[datetime, int]] = set()
        for path in [f"c/{category}.json" for category in self.categories] or ["latest.json"]:
            seen: set[int] = set()
            for answer in service.pages(partial(_listed, service, path), partial(_following, beginning)):
                page = answer.read_as(_Page).topic_list
                if page.more_topics_url and seen and seen.issuperset(topic.id for topic in page.topics):
                    raise SourceError(f"{answer.place} redonne sans fin les mêmes sujets : réessayez, puis signalez-le")
                seen.update(topic.id for topic in page.topics)
                found.update((topic.bumped_at, topic.id) for topic in page.topics if topic.bumped_at >= beginning)
        return found

    def _parts(self, service: Service, id: int) -> Iterator[Item]:
        """Give a topic as many times as it takes to give all its posts; never, if it was taken back meanwhile."""
        place = f"{self.host}, sujet {id}"
        answer = service.ask(f"t/{id}.json", {"show_deleted": "true" if self.token_from else None}, borne=GONE)
        if answer.status in GONE:
            return
        topic = answer.read_as(_Topic)
        yield Item(topic.model_dump(), 1, place)
        given = [post.get("id") for post in topic.post_stream.posts if isinstance(post, dict)]
        left = [post for post in topic.post_stream.stream if post not in given]
        for start in range(0, len(left), CHUNK):
            answer = service.ask(f"t/{id}/posts.json", {"post_ids[]": left[start : start + CHUNK]})
            part = answer.read_as(_Part)
            yield Item(topic.model_dump() | part.model_dump(), start // CHUNK + 2, place)


def _listed(service: Service, path: str, page: str | None) -> Answer:
    return service.get(path, order="activity", page=page)


def _following(beginning: datetime, answer: Answer) -> str | None:
    """Give the number of the next page, None once topics are too old; those that are pinned come first, however old."""
    page = answer.read_as(_Page).topic_list
    if any(topic.bumped_at < beginning and not topic.pinned for topic in page.topics):
        return None
    return parse_qs(urlsplit(page.more_topics_url or "").query).get("page", [None])[0]
