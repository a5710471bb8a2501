"""A run around a step: what ran, when, and how it ended."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from listening.errors import ListeningError
from listening.records import Run, content_id
from listening.steps.lineage import surroundings
from listening.store import schema
from listening.store.store import Store

Advance = Callable[[int], None]
PATIENCE = timedelta(hours=1)  # a run that began before did not end well


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
    here = surroundings() | {"process": os.getpid()}
    run = store.start_run(Run(step=step, lineage=here | dict(lineage or {}), **facts))
    try:
        yield run
    except BaseException as error:
        message = str(error) if isinstance(error, ListeningError) else type(error).__name__
        store.end_run(replace(run, status="failed", message=message), now())
        raise
    store.end_run(replace(run, status="completed"), now())


def going(store: Store, steps: Collection[str]) -> list[Run]:
    """Give the runs of some steps that go on: they began a short time ago, and nothing tells that they were killed."""
    table = schema.runs
    recent = (table.c.status == "running", table.c.started_at > now() - PATIENCE)
    with store.transaction() as connection:
        found = connection.execute(select(table).where(table.c.step.in_(steps), *recent)).mappings()
        return [run for run in (Run(**row) for row in found) if not _killed(run.lineage)]


def _killed(lineage: Mapping[str, Any]) -> bool:
    """Tell whether the process of a run is one of this machine, and is not there any more."""
    process = lineage.get("process")
    if process is None or lineage["machine"]["name"] != platform.node() or os.name != "posix":
        return False
    try:
        os.kill(process, 0)  # asks whether it is there, and does nothing to it
    except ProcessLookupError:
        return True
    except PermissionError:  # it is another user's
        return False
    return False
