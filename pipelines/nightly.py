"""The night as a Prefect flow: plain functions of `listening.steps`, one task each, retried where it helps.

Tasks take no parameter and return counts only, so that Prefect holds neither a verbatim nor the key of pseudonyms.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("PREFECT_HOME", str(ROOT / "data" / ".prefect"))
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# the first start writes Prefect's own database: on a busy machine it takes longer than the 20 s that Prefect allows
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")

from prefect import Task, flow, get_run_logger, task  # noqa: E402
from prefect.artifacts import create_markdown_artifact  # noqa: E402
from prefect.blocks.system import Secret  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.schemas.objects import State  # noqa: E402
from prefect.states import Completed, Failed  # noqa: E402

from listening.configuration import Night, read_night  # noqa: E402
from listening.errors import ListeningError, ServiceError, SourceError  # noqa: E402
from listening.sources.live.base import LiveSource  # noqa: E402
from listening.steps.copies import group_copies  # noqa: E402
from listening.steps.ingest import ingest  # noqa: E402
from listening.steps.night import (  # noqa: E402
    NightReport,
    failed,
    night_tagger,
    open_night,
    summarise_night,
    watch_night,
)
from listening.steps.retention import retain  # noqa: E402
from listening.steps.review import fill_queue  # noqa: E402
from listening.steps.runs import now  # noqa: E402
from listening.steps.tag import tag_chunk, tagging  # noqa: E402

Result = TypeVar("Result")


def worth_retrying(step: Any, run: Any, state: Any) -> bool:
    """Tell whether a failed task may succeed in a minute: a missing file or a wrong form will not mend itself."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, ServiceError) or not isinstance(error, SourceError)


def as_task(name: str, step: Callable[[], Result], *, retries: int = 0) -> Task[[], Result]:
    """Make a task of a plain function; nothing of what it reads or gives is kept by Prefect."""
    make = task(
        name=name,
        retries=retries,
        retry_delay_seconds=[5.0, 60.0][:retries],
        retry_condition_fn=worth_retrying,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    return make(step)


def bring_secrets(night: Night) -> None:
    """Take the tokens that the environment lacks from Prefect's Secret blocks: `mastodon-token` for MASTODON_TOKEN."""
    for source in night.sources:
        for variable in source.variables() if isinstance(source, LiveSource) else ():
            if variable not in os.environ:
                with suppress(ValueError):  # no such block: the source says what is missing
                    block: Any = Secret.load(variable.lower().replace("_", "-"))
                    os.environ[variable] = block.get()


@flow(name="nuit", persist_result=False)
def nightly(configuration: str = str(ROOT / "pipelines" / "nightly.yaml")) -> State[Any]:
    """Ingest sources, group copies, tag what is pending, fill the queue, publish, watch; name failed sources last."""
    try:
        night = read_night(Path(configuration))
        bring_secrets(night)
        report = do_night(night)
    except ListeningError as error:
        return Failed(message=str(error))
    for line in report.lines():
        get_run_logger().info(line)
    create_markdown_artifact("\n\n".join(report.lines()), key="nuit", description="Ce que la nuit a fait, en nombres")
    if report.failures:
        return Failed(message="sources en échec : " + " | ".join(failed(report)))
    return Completed(message=f"{report.tagged} verbatims codés")


def do_night(night: Night) -> NightReport:
    """Do the tasks of a night, and say what they did."""
    report = NightReport()
    tagger, codebook = night_tagger(night)
    with open_night(night) as (store, key):
        for source in night.sources:
            step = partial(ingest, source, store, key=key, since=night.since)
            state = as_task(f"lire {source.name}", step, retries=2)(return_state=True)
            outcome = state.result(raise_on_failure=False)
            if isinstance(outcome, ListeningError):
                report.failures[source.name] = str(outcome)
            elif isinstance(outcome, Exception):  # not ours: it may quote the verbatim that it stumbled on
                report.failures[source.name] = repr(type(outcome))
            else:
                report.ingested[source.name] = outcome
        expire = as_task("effacer ce qui a fait son temps", partial(retain, night.sources, store, key=key, at=now()))
        report.expired = expire()
        as_task("regrouper", partial(group_copies, store), retries=1)()
        if store.count_pending(tagger.model, codebook.reference):
            with tagging(store, tagger, codebook) as run:
                code = as_task("coder", lambda: tag_chunk(store, tagger, codebook, run, chunk=night.chunk), retries=1)
                while done := code():
                    report.tagged += done
                run.counts["tagged"] = report.tagged
        as_task("choisir à relire", partial(fill_queue, store, tagger, codebook, night.review), retries=1)()

        def publish() -> None:
            summarise_night(night, store, tagger, codebook, report)

        as_task("publier", publish, retries=1)()
        as_task("mesurer la dérive", partial(watch_night, night, store, tagger, codebook, report), retries=1)()
    return report


if __name__ == "__main__":
    sys.exit(0 if nightly(*sys.argv[1:], return_state=True).is_completed() else 1)
