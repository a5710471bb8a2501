"""Retraining as a Prefect flow: learn from verdicts, compare with the champion, promote by the rule.

The flow takes paths only and returns counts, so that Prefect holds no verbatim.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("PREFECT_HOME", str(ROOT / "data" / ".prefect"))
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# the first start writes Prefect's own database: on a busy machine it takes longer than the 20 s that Prefect allows
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")

from prefect import flow, get_run_logger, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.schemas.objects import State  # noqa: E402
from prefect.states import Completed, Failed  # noqa: E402

from listening.configuration import Night, read_night  # noqa: E402
from listening.errors import ListeningError  # noqa: E402
from listening.report.retraining import lessons_lines, ruling_lines  # noqa: E402
from listening.steps.retrain import Retraining, models_of, retrain_night  # noqa: E402
from listening.steps.schooling import Schooling  # noqa: E402
from listening.training.added import BACKGROUND  # noqa: E402
from listening.training.promote import Rule  # noqa: E402


@flow(name="réentraînement", persist_result=False)
def retraining(
    gold: str,
    configuration: str = str(ROOT / "pipelines" / "nightly.yaml"),
    coded: str | None = None,
    taught: int = Rule().taught,
    judged: int = Rule().judged,
    rated: str | None = None,
) -> State[Any]:
    """Train a challenger on the verdicts of a night's store, and promote it if the rule says so."""
    try:
        night = read_night(Path(configuration))
        schooling = Schooling(
            models=models_of(night),
            gold=Path(gold),
            coded=Path(coded) if coded else None,
            authored=BACKGROUND if BACKGROUND.is_file() else None,
            rated=Path(rated) if rated else None,
        )
        done = train_and_compare(night, schooling, Rule(taught=taught, judged=judged))
    except ListeningError as error:
        return Failed(message=str(error))
    lines = [*lessons_lines(done.lessons), *ruling_lines(done.ruling, done.rule), *done.lines()]
    for line in lines:
        get_run_logger().info(line)
    return Completed(message=lines[-1])


def train_and_compare(night: Night, schooling: Schooling, rule: Rule) -> Retraining:
    """Do it as one task, retried once: what was trained is found again."""
    found: list[Retraining] = []

    def step() -> None:
        found.append(retrain_night(night, schooling, rule=rule, progress=lambda stage, step, steps, loss: None))

    make = task(name="entraîner et comparer", retries=1, cache_policy=NO_CACHE, persist_result=False)
    make(step)()
    return found[-1]


if __name__ == "__main__":
    sys.exit(0 if retraining(*sys.argv[1:], return_state=True).is_completed() else 1)
