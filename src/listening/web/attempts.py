"""How often somebody may be wrong at the door: failures are counted by account, by address, and by both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock

WITHIN = timedelta(minutes=15)
BY_BOTH, BY_ONE = 5, 30  # an account cannot be closed to its owner by somebody elsewhere before 30 failures
MOST = 10_000  # accounts and addresses kept in memory


class Attempts:
    """The failures of the last quarter of an hour, in memory."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], list[datetime]] = {}
        self._lock = Lock()

    def wait(self, name: str, address: str, *, at: datetime) -> timedelta:
        """Give how long this account must wait before a try from this address; nothing while it may try."""
        with self._lock:
            waits = [self._wait(key, most, at) for key, most in _limits(name, address)]
        return max(waits)

    def failed(self, name: str, address: str, *, at: datetime) -> None:
        """Count a failure."""
        with self._lock:
            for key, most in _limits(name, address):
                self._failures[key] = [*self._failures.pop(key, []), at][-most:]  # the last to fail comes last
            while len(self._failures) > MOST:
                del self._failures[next(iter(self._failures))]

    def forget(self, name: str, address: str) -> None:
        """Forget the failures of an account from an address: the right password was given."""
        with self._lock:
            self._failures.pop((name, address), None)

    def _wait(self, key: tuple[str, str], most: int, at: datetime) -> timedelta:
        times = self._failures.get(key, [])
        return max(times[0] + WITHIN - at, timedelta()) if len(times) >= most else timedelta()


def _limits(name: str, address: str) -> Iterator[tuple[tuple[str, str], int]]:
    yield (name, address), BY_BOTH
    yield (name, ""), BY_ONE
    yield ("", address), BY_ONE
