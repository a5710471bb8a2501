from datetime import UTC, datetime

import pytest

from listening.report.french import (
    counted,
    day,
    day_and_hour,
    decimal,
    interval,
    listing,
    percent,
    period,
    points,
    signed,
)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0.1234, "12,3\u00a0%"),
        (1, "100,0\u00a0%"),
        (0, "0,0\u00a0%"),
        (12.5, "1\u202f250,0\u00a0%"),
        (float("nan"), "–"),
    ],
)
def test_percent_is_french(number: float, expected: str) -> None:
    assert percent(number) == expected


@pytest.mark.parametrize(("number", "expected"), [(12.4, "+12"), (-7.6, "−8"), (0.2, "0"), (-0.2, "0")])
def test_points_show_their_sign(number: float, expected: str) -> None:
    assert points(number) == expected


@pytest.mark.parametrize(("share", "expected"), [(0.0123, "+1,2"), (-0.2, "−20,0"), (-0.0001, "0,0")])
def test_signed_is_in_points(share: float, expected: str) -> None:
    assert signed(share) == expected


def test_decimal_sets_thousands_apart() -> None:
    assert decimal(1234567.89, digits=2) == "1\u202f234\u202f567,89"


def test_interval_has_spaces_that_do_not_break() -> None:
    assert interval(1.04, 2, decimal) == "[1,0\u00a0;\u00a02,0]"
    assert interval(float("nan"), 2, decimal) == ""


@pytest.mark.parametrize(("number", "expected"), [(0, "0 avis lu"), (1, "1 avis lu"), (2, "2 avis lus")])
def test_counted_is_plural_from_two(number: int, expected: str) -> None:
    assert counted(number, "avis lu", "avis lus").replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 3, 9, tzinfo=UTC), "3 mars 2026"),
        (datetime(2026, 7, 31, 22, 30, tzinfo=UTC), "1er août 2026"),
        (datetime(2026, 12, 31, 22, 30), "31 décembre 2026"),
        (None, "–"),
    ],
)
def test_day_is_that_of_paris(moment: datetime | None, expected: str) -> None:
    assert day(moment).replace("\u00a0", " ") == expected


def test_day_and_hour_follow_summer_time() -> None:
    assert day_and_hour(datetime(2026, 7, 1, 6, 5, tzinfo=UTC)).replace("\u00a0", " ") == "1er juillet 2026 à 08 h 05"


def test_period_of_one_day_is_a_day() -> None:
    first, last = datetime(2026, 3, 3, 8, tzinfo=UTC), datetime(2026, 3, 3, 20, tzinfo=UTC)
    assert period(first, last).replace("\u00a0", " ") == "le 3 mars 2026"


@pytest.mark.parametrize(
    ("words", "expected"), [([], "–"), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c")]
)
def test_listing_is_a_sentence(words: list[str], expected: str) -> None:
    assert listing(words) == expected
