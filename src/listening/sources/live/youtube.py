"""YouTube by its Data API v3: the comments of videos, or of all the videos of channels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from listening.errors import RowError, ServiceError, SourceError
from listening.sources.base import Record
from listening.sources.items import Item
from listening.sources.live.base import LiveSource
from listening.sources.live.newest import NewestFirst
from listening.sources.live.paging import cursor_at, instant, items_of, marks_in
from listening.sources.live.service import Answer, Service
from listening.sources.rows import as_text
from listening.sources.youtube import YouTubeComments, comments_in

PAGE = 100  # threads or replies a page, the most that YouTube gives
REFUSED = (400, 403, 404)  # statuses that come with a reason
LEFT_OUT = {
    "commentsDisabled": "commentaires désactivés : retirez-la de la configuration",
    "videoNotFound": "vidéo introuvable : corrigez ou retirez son identifiant",
    "channelNotFound": "chaîne introuvable : corrigez ou retirez son identifiant",
    "commentNotFound": "commentaire retiré pendant la lecture",
}
SPENT = ("quotaExceeded", "dailyLimitExceeded")
HURRIED = ("rateLimitExceeded", "userRateLimitExceeded")


class Page(BaseModel):
    """A page of threads or of replies, and the mark of the next."""

    items: list[Any]
    following: str | None = Field(default=None, alias="nextPageToken")


class Reason(BaseModel):
    """Why a request was refused, in one word."""

    reason: str = Field(pattern=r"^\w{1,60}$")


class Reasons(BaseModel):
    """The reasons of a refusal, the first one is it."""

    errors: list[Reason] = Field(min_length=1)


class Refusal(BaseModel):
    """What a request that is refused is answered."""

    error: Reasons


class YouTubeLive(YouTubeComments, LiveSource):
    """Comments of `videos`, or of all that concerns `channels`, by their ids; `token_from` has the API key.

    The threads of the last `follow` days are read again, where replies and edits show; YouTube does not tell what was
    deleted. A video whose comments are closed, or that is gone, is put in quarantine, the others are read. Sources:
    https://developers.google.com/youtube/v3/docs/commentThreads/list and …/comments/list; a page costs one unit of the
    quota.
    """

    kind: Literal["youtube-live"] = "youtube-live"
    url: str = "https://www.googleapis.com/youtube/v3"
    token_from: str
    videos: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    follow: int = Field(default=14, ge=0, le=3_650)

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.videos and not self.channels:
            raise ValueError("rien à lire : donnez des « videos » ou des « channels »")
        return self

    def read(self, since: str | None = None) -> Iterator[Record]:
        """Give what is new under each video and channel, then how far it was read."""
        marks = marks_in(since)
        feeds = [("videoId", video) for video in self.videos]
        feeds += [("allThreadsRelatedToChannelId", channel) for channel in self.channels]
        with self.service(**{"X-Goog-Api-Key": self.token()}) as service:
            for asked, name in feeds:
                reading = NewestFirst(marks.get(name), timedelta(days=self.follow))
                pages = _pages(service, "commentThreads", name, part="snippet,replies", order="time", **{asked: name})
                threads = (thread for page in reading.unknown(pages, _published) for thread in page)
                yield from self.comments(part for thread in threads for part in _with_replies(service, thread))
                if reading.mark:
                    marks[name] = reading.mark
                    yield cursor_at(marks)


def _pages(service: Service, path: str, name: str, **asked: str) -> Iterator[list[Item | RowError]]:
    def ask(mark: str | None) -> Answer:
        page = {"maxResults": PAGE, "textFormat": "plainText", "pageToken": mark}
        return service.ask(path, page | asked, borne=REFUSED)

    def following(answer: Answer) -> str | None:
        return None if answer.status in REFUSED else answer.read_as(Page).following

    for answer in service.pages(ask, following):
        if answer.status in REFUSED:
            yield [RowError(_left_out(answer), row=f"{answer.place}, {name}")]
        else:
            yield list(items_of(answer.read_as(Page).items, answer.place))


def _left_out(answer: Answer) -> str:
    """Give why a video or a thread is left out; raises what concerns them all."""
    reason = answer.read_as(Refusal).error.errors[0].reason
    if reason in SPENT:
        raise SourceError(
            f"{answer.place} : le quota du jour est épuisé ({reason}) : relancez demain, il revient à minuit, heure de "
            "Californie, ou demandez-en un plus grand à Google"
        )
    if reason in HURRIED:
        raise ServiceError(f"{answer.place} reçoit trop de demandes ({reason}) : réessayez dans une minute")
    if reason not in LEFT_OUT:
        raise SourceError(
            f"{answer.place} refuse la demande ({answer.status}, {reason}) : vérifiez la clé, ses droits et les "
            "identifiants"
        )
    return LEFT_OUT[reason]


def _with_replies(service: Service, thread: Item | RowError) -> Iterator[Item | RowError]:
    """Give a thread with all its replies: YouTube gives a few with it, the others when asked."""
    if isinstance(thread, RowError):
        yield thread
        return
    snippet, replies = _object(thread.content, "snippet"), _object(thread.content, "replies")
    told, given = snippet.get("totalReplyCount"), replies.get("comments")
    if not isinstance(told, int) or told <= (len(given) if isinstance(given, list) else 0):
        yield thread
        return
    parent = as_text(thread.content.get("id"))
    pages = _pages(service, "comments", parent, part="snippet", parentId=parent)
    found = [one for page in pages for one in page]
    yield from (one for one in found if isinstance(one, RowError))
    whole = [one.content for one in found if isinstance(one, Item)]
    yield Item(thread.content | {"replies": {"comments": whole or given}}, thread.line, thread.file)


def _object(content: dict[str, Any], key: str) -> dict[str, Any]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}


def _published(thread: Item | RowError) -> datetime | None:
    """Give when the first comment of a thread was published."""
    if isinstance(thread, RowError):
        return None
    return instant(next(comments_in(thread.content), {}).get("publishedAt"))
