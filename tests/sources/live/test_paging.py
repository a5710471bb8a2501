from __future__ import annotations

import pytest

from listening.errors import RowError
from listening.sources.items import Item
from listening.sources.live.paging import cursor_at, instant, items_of, marks_in


def test_items_of_says_which_is_no_object():
    first, wrong, last = items_of([{"id": 1}, "x", {"id": 2}], "social.example, page 4")
    assert (first, last) == (Item({"id": 1}, 1, "social.example, page 4"), Item({"id": 2}, 3, "social.example, page 4"))
    assert isinstance(wrong, RowError)
    assert wrong.row == "social.example, page 4, ligne 2"


def test_marks_come_back_from_their_cursor():
    marks = {"électro": "7", "railis": "2026-03-01T10:00:00+00:00"}
    assert marks_in(cursor_at(marks).value) == marks


@pytest.mark.parametrize("since", [None, "", "2026-03-01", "[", "[1]", "3", '{"railis": 4}', "[" * 100_000])
def test_marks_in_gives_none_for_another_cursor(since):
    assert marks_in(since) == {}


@pytest.mark.parametrize("told", [None, 4, "", "hier", ["2026-03-01"]])
def test_instant_gives_nothing_for_no_date(told):
    assert instant(told) is None


def test_instant_takes_a_date_without_time_zone_as_utc():
    assert instant("2026-03-01T10:00:00") == instant("2026-03-01T11:00:00+01:00")
