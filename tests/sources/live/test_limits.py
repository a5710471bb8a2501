import httpx
import pytest

from listening.sources.live.limits import UNTOLD, pause_after

NOW = 1_780_000_000.0  # 28 May 2026, 20:26:40 UTC


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (200, {}, 0.0),
        (200, {"Retry-After": "30"}, 0.0),
        (429, {"Retry-After": "30"}, 30.0),
        (503, {"Retry-After": "Thu, 28 May 2026 20:27:00 GMT"}, 20.0),
        (429, {"Retry-After": "Thu, 28 May 2026 20:00:00 GMT"}, 0.0),
        (429, {"Retry-After": "bientôt"}, UNTOLD),
        (429, {}, UNTOLD),
        (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-05-28T20:26:55.000Z"}, 15.0),  # Mastodon
        (200, {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "40"}, 40.0),  # Reddit
        (200, {"RateLimit-Remaining": "0", "RateLimit-Reset": "1780000012"}, 12.0),  # Bluesky
        (200, {"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "40"}, 0.0),
        (
            200,
            {
                "X-Ratelimit-App-Global-Minute-Remaining": "0",
                "X-Ratelimit-App-Global-Minute-Reset": "25",
                "X-Ratelimit-App-Global-Day-Remaining": "400",
                "X-Ratelimit-App-Global-Day-Reset": "40000",
            },
            25.0,
        ),  # SurveyMonkey
    ],
)
def test_pause_after_reads_what_services_say(status, headers, pause):
    encoded = {name: value.encode() for name, value in headers.items()}
    assert pause_after(httpx.Response(status, headers=encoded), NOW) == pause
