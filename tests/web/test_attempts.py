from datetime import UTC, datetime, timedelta

import pytest

from listening.web.attempts import BY_BOTH, BY_ONE, MOST, WITHIN, Attempts

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NONE = timedelta()


@pytest.mark.parametrize(
    ("tries", "waits"),
    [
        ([("lea", "a")] * (BY_BOTH - 1), False),
        ([("lea", "a")] * BY_BOTH, True),
        ([("lea", f"{n}") for n in range(BY_BOTH)], False),
        ([("lea", f"{n}") for n in range(BY_ONE)], True),
        ([(f"{n}", "a") for n in range(BY_ONE)], True),
        ([("momo", "b")] * BY_ONE, False),
    ],
)
def test_wait_counts_by_account_by_address_and_by_both(tries: list[tuple[str, str]], waits: bool) -> None:
    attempts = Attempts()
    for name, address in tries:
        attempts.failed(name, address, at=NOON)
    assert (attempts.wait("lea", "a", at=NOON) > NONE) is waits


def test_wait_ends_when_the_oldest_failure_is_old() -> None:
    attempts = Attempts()
    for minute in range(BY_BOTH):
        attempts.failed("lea", "a", at=NOON + timedelta(minutes=minute))
    assert attempts.wait("lea", "a", at=NOON + timedelta(minutes=5)) == WITHIN - timedelta(minutes=5)
    assert attempts.wait("lea", "a", at=NOON + WITHIN) == NONE


def test_forget_lets_in_again() -> None:
    attempts = Attempts()
    for _ in range(BY_BOTH):
        attempts.failed("lea", "a", at=NOON)
    attempts.forget("lea", "a")
    assert attempts.wait("lea", "a", at=NOON) == NONE


def test_failed_forgets_the_oldest_when_there_are_many() -> None:
    attempts = Attempts()
    for number in range(MOST):
        attempts.failed(f"{number}", f"{number}", at=NOON)
    for _ in range(BY_BOTH):
        attempts.failed("lea", "a", at=NOON)
    assert len(attempts._failures) == MOST
    assert attempts.wait("lea", "a", at=NOON) > NONE
