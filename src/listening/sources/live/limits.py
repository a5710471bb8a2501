"""How long a service asks to be left alone, said in any of the ways that services say it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

EPOCH = 1e9  # a number above it is a moment, not a time to wait
UNTOLD = 5.0  # seconds, when a service is too busy and does not say for how long


def pause_after(response: httpx.Response, now: float) -> float:
    """Give the seconds to wait before the next request: what `Retry-After` says, or the reset of a spent limit.

    `now` is in seconds since 1970. Sources: RFC 9110, 10.2.3 (seconds or a date); the headers `X-RateLimit-Remaining`
    and `-Reset` of Mastodon (ISO 8601), Reddit (seconds left), Bluesky (seconds since 1970), SurveyMonkey (one pair
    a limit).

    >>> pause_after(httpx.Response(429, headers={"Retry-After": "12"}), 0.0)
    12.0
    """
    busy = response.status_code in (429, 503)
    told = response.headers.get("retry-after") if busy else None
    waits = [_seconds(told, now)] if told else list(_spent(response.headers, now))
    known = [wait for wait in waits if wait is not None]
    return max(0.0, *known) if known else UNTOLD if busy else 0.0


def _spent(headers: httpx.Headers, now: float) -> Iterator[float | None]:
    for name, value in headers.items():
        if "ratelimit" in name.replace("-", "") and name.endswith("remaining") and _number(value) == 0:
            yield _seconds(headers.get(name.removesuffix("remaining") + "reset", ""), now)


def _seconds(told: str, now: float) -> float | None:
    number = _number(told)
    if number is not None:
        return number - now if number > EPOCH else number
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(told)
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    return None


def _number(told: str) -> float | None:
    try:
        return float(told)
    except ValueError:
        return None
