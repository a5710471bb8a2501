"""Steps killed at random moments lose and double nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KILL = Path(__file__).parent / "kill.py"
TRIALS = 13  # of each of five steps: more than sixty in all


@pytest.fixture(scope="module")
def told(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    command = [sys.executable, str(KILL), str(tiny_model), str(tmp_path_factory.mktemp("kill")), str(TRIALS)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "table", "rows"),
    [
        ("ingest", "verbatims", 200),
        ("tag", "readings", 200),
        ("import", "verdicts", 200),
        ("forget", "verbatims", 201),
        ("migrate", "verbatims", 200),
    ],
)
def test_killed_step_started_again_ends_as_an_undisturbed_one(
    told: dict[str, Any], step: str, table: str, rows: int
) -> None:
    outcome = told[step]
    assert outcome["rows"][table] == rows
    assert outcome["rows"]["unsound"] == outcome["rows"]["said"] == 0
    assert outcome["killed"] >= TRIALS // 2
    assert outcome["wrong"] == []
