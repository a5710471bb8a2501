"""A run around a step: what ran, when, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from listening.errors import ListeningError
from listening.records import Run, content_id
from listening.steps.lineage import surroundings
from listening.store.store import Store

Advance = Callable[[int], None]


def now() -> datetime:
    """Give the present moment, in UTC."""
    return datetime.now(UTC)


@contextmanager
def running(store: Store, step: str, *, lineage: Mapping[str, Any] | None = None, **facts: Any) -> Iterator[Run]:
    """Record a run around a step: completed, or failed with its message (never with a verbatim).

    To the `lineage` that the step knows from the start are added its surroundings; the step may add to it as to counts.
    """
    started = now()
    facts |= {"id": content_id(step, started.isoformat()), "started_at": started}
    run = store.start_run(Run(step=step, lineage=surroundings() | dict(lineage or {}), **facts))
    try:
        yield run
    except BaseException as error:
        message = str(error) if isinstance(error, ListeningError) else type(error).__name__
        store.end_run(replace(run, status="failed", message=message), now())
        raise
    store.end_run(replace(run, status="completed"), now())
