"""The flow of a retraining, by a real Prefect in a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def test_retrain_flow_fails_with_what_is_missing(tmp_path: Path, night_file: Path, tiny_model: Path) -> None:
    gold = tmp_path / "reference.jsonl"
    gold.write_text('{"text": "Trop cher", "sentiment": "negatif", "tags": []}\n', encoding="utf-8")
    model = shutil.copytree(tiny_model, tmp_path / "modele")
    shutil.copy(ROOT / "models" / "listening-fr-small" / "training.yaml", model)
    night_file.write_text(night_file.read_text(encoding="utf-8").replace(str(tiny_model), str(model)), encoding="utf-8")
    command = [sys.executable, str(ROOT / "pipelines" / "retrain.py"), str(gold), str(night_file)]
    environment = os.environ | {"PREFECT_HOME": str(tmp_path / "prefect"), "LISTENING_KEY": "essai"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 1
    assert "0 verbatims décidés dont apprendre" in done.stdout + done.stderr
