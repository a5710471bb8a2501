from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from listening.sources.live.newest import NewestFirst
from listening.sources.live.paging import instant

PAGES = [["2026-03-04", "2026-03-03"], ["2026-03-02"], ["2026-03-01"], ["2026-02-01"]]


@pytest.mark.parametrize(
    ("mark", "days", "read"),
    [
        (None, 0, 4),
        ("hier", 0, 4),
        ("2026-03-04", 0, 2),
        ("2026-03-03", 0, 2),
        ("2026-03-03", 1, 3),
        ("2026-03-04", 90, 4),
        ("2026-03-09", 0, 1),
    ],
)
def test_unknown_stops_after_the_first_page_of_known_things(mark, days, read):
    feed = NewestFirst(mark, timedelta(days=days))
    assert list(feed.unknown(PAGES, instant)) == PAGES[:read]


def test_unknown_goes_on_past_a_page_that_holds_something_undated():
    feed = NewestFirst("2026-03-09", timedelta())
    assert len(list(feed.unknown([["2026-03-01", "?"], [], ["2026-02-01"], ["2026-01-01"]], instant))) == 3


def test_mark_stays_where_nothing_newer_is_seen():
    feed = NewestFirst("2026-03-09T10:00:00+00:00", timedelta())
    list(feed.unknown(PAGES, instant))
    assert feed.mark == "2026-03-09T10:00:00+00:00"


def test_mark_is_none_until_a_date_is_seen():
    feed = NewestFirst(None, timedelta())
    list(feed.unknown([["?"]], instant))
    assert feed.mark is None


def test_mark_never_goes_into_the_future():
    feed = NewestFirst(None, timedelta())
    list(feed.unknown([["2999-01-01"]], instant))
    assert datetime.fromisoformat(feed.mark or "") <= datetime.now(UTC)
