"""What the pages of a service hold, and up to where each of its feeds was read: a hashtag, a search, an account."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from listening.errors import RowError
from listening.records import Cursor
from listening.sources.items import Item


def items_of(contents: Iterable[Any], place: str) -> Iterator[Item | RowError]:
    """Give the objects of a page, each with its rank there; what is no object is a `RowError`.

    >>> [item.line for item in items_of([{"id": "7"}, {"id": "8"}], "social.example, page 1")]
    [1, 2]
    """
    for rank, content in enumerate(contents, 1):
        if isinstance(content, dict):
            yield Item(content, rank, place)
        else:
            yield RowError("un objet JSON {…} est attendu ici : signalez-le au service", row=f"{place}, ligne {rank}")


def marks_in(since: str | None) -> dict[str, str]:
    """Give up to where each feed was read; none for a cursor that `cursor_at` did not write.

    >>> marks_in('{"#railis": "103"}'), marks_in("hier"), marks_in(None)
    ({'#railis': '103'}, {}, {})
    """
    with suppress(ValueError, RecursionError):
        marks = json.loads(since or "{}")
        if isinstance(marks, dict) and all(isinstance(mark, str) for mark in marks.values()):
            return marks
    return {}


def cursor_at(marks: Mapping[str, str]) -> Cursor:
    """Give the cursor that says up to where each feed was read."""
    return Cursor(json.dumps(marks, ensure_ascii=False, sort_keys=True))


def instant(told: Any) -> datetime | None:
    """Give the moment of an ISO date, UTC where it names no time zone; None for anything else.

    >>> instant("2026-03-01T10:22:41.512Z").isoformat(), instant("hier"), instant(None)
    ('2026-03-01T10:22:41.512000+00:00', None, None)
    """
    if isinstance(told, str):
        with suppress(ValueError):
            moment = datetime.fromisoformat(told)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
