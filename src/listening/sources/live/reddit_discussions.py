"""Reddit's discussions: a submission with all its comments, those that it only marks too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, Field

from listening.errors import RowError, SourceError
from listening.sources.items import Item
from listening.sources.live.paging import items_of
from listening.sources.live.reddit_access import CLOSED, PAGE, Access, Listing
from listening.sources.live.service import MOST_PAGES
from listening.sources.reddit_things import stubs_in
from listening.sources.rows import as_text

TREE = 500  # comments of a discussion at once
ID = re.compile(r"[a-z0-9]{1,20}", re.ASCII)

Stub = tuple[str, tuple[str, ...]]  # what comments not loaded answer, and their ids


class Loaded(BaseModel):
    """Comments that a discussion did not hold at first."""

    things: list[Any]


class More(BaseModel):
    """The envelope of comments loaded."""

    data: Loaded


class MoreAnswer(BaseModel):
    """What ``/api/morechildren`` answers."""

    json_: More = Field(alias="json")


def under_submissions(access: Access, page: Iterable[Item | RowError]) -> Iterator[Item | RowError]:
    """Give comments, each under its submission: it says what they are about."""
    under: dict[str, list[Item]] = {}
    for item in page:
        if isinstance(item, Item):
            under.setdefault(as_text(data_of(item).get("link_id")), []).append(item)
        else:
            yield item
    names = [name for name in under if ID.fullmatch(name.removeprefix("t3_"))]
    answer = access.get("api/info", id=",".join(names), limit=PAGE) if names else None
    found = answer.read_as(Listing).data.children if answer and answer.status not in CLOSED else []
    for submission in items_of(found, "api/info"):
        yield submission
        if isinstance(submission, Item):
            yield from under.pop(as_text(data_of(submission).get("name")), [])
    for comments in under.values():
        yield from comments


def discussion(access: Access, submission: Item) -> Iterator[Item | RowError]:
    """Give a submission with all its comments."""
    article = as_text(data_of(submission).get("id"))
    if not data_of(submission).get("num_comments") or not ID.fullmatch(article):
        yield submission
        return
    answer = access.get(f"comments/{article}", limit=TREE, sort="old")
    if answer.status in CLOSED:  # taken away since it was listed
        yield submission
        return
    head, comments = answer.read_as(tuple[Listing, Listing])
    yield from items_of([*head.data.children, *comments.data.children], answer.place)
    yield from _not_loaded(access, article, comments.data.children)


def _not_loaded(access: Access, article: str, comments: list[Any]) -> Iterator[Item | RowError]:
    """Give the comments of a discussion that Reddit only marks, where there are many or they go deep."""
    asked, waiting = set[Stub](), _stubs(comments)
    while waiting:
        stub = waiting.pop()
        if stub in asked:
            continue
        asked.add(stub)
        if len(asked) > MOST_PAGES:
            raise SourceError(
                f"{access.service.address} annonce sans fin des commentaires : réessayez, puis signalez-le"
            )
        found = _load(access, article, *stub)
        yield from items_of(found, f"comments/{article}")
        waiting += _stubs(found)


def _stubs(comments: list[Any]) -> list[Stub]:
    """Give what is to be asked: the ids of at most a page of comments, none for all those below a comment."""
    marked = [stub for one in comments if isinstance(one, dict) for stub in stubs_in(one)]
    return [
        (above.removeprefix("t1_"), ids[start : start + PAGE])
        for above, ids in marked
        if all(map(ID.fullmatch, ids or [above.removeprefix("t1_")]))
        for start in range(0, max(1, len(ids)), PAGE)
    ]


def _load(access: Access, article: str, above: str, ids: tuple[str, ...]) -> list[Any]:
    if ids:
        answer = access.get("api/morechildren", api_type="json", link_id=f"t3_{article}", children=",".join(ids))
        return [] if answer.status in CLOSED else answer.read_as(MoreAnswer).json_.data.things
    answer = access.get(f"comments/{article}", comment=above, limit=TREE, sort="old")
    return [] if answer.status in CLOSED else answer.read_as(tuple[Listing, Listing])[1].data.children


def data_of(item: Item) -> dict[str, Any]:
    """Give what an item says, without the envelope that names its kind."""
    data = item.content.get("data")
    return data if isinstance(data, dict) else item.content
