"""A feed that comes newest first: read page by page up to what is known, and up to where it was read then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from listening.sources.live.paging import instant

Thing = TypeVar("Thing")


@dataclass
class NewestFirst:
    """How far a feed was read: `mark`, an ISO date, moves on as newer things are seen.

    What is older by less than `again` is read again: for what changes late.
    """

    mark: str | None
    again: timedelta

    def unknown(
        self, pages: Iterable[Sequence[Thing]], dated: Callable[[Thing], datetime | None]
    ) -> Iterator[Sequence[Thing]]:
        """Give the pages, up to the first whose things are all known.

        >>> feed = NewestFirst("2026-03-02", timedelta(days=1))
        >>> pages = [["2026-03-04", "2026-03-02"], ["2026-03-01"], ["2026-02-27"], ["2026-02-26"]]
        >>> list(feed.unknown(pages, instant))[-1], feed.mark
        (['2026-02-27'], '2026-03-04T00:00:00+00:00')
        """
        known = instant(self.mark)
        for page in pages:
            dates = [dated(thing) for thing in page]
            self._move(date for date in dates if date)
            yield page
            if known and dates and all(date and date < known - self.again for date in dates):
                return

    def _move(self, dates: Iterable[datetime]) -> None:
        """Move the mark on, never into the future: a wrong date there would end all reading."""
        seen = instant(self.mark)
        newest = max([*dates, *([seen] if seen else [])], default=None)
        self.mark = min(newest, datetime.now(UTC)).isoformat() if newest else None
