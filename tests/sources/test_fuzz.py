"""A short run of the fuzzing of the readers.

`.venv/bin/python benchmarks/fuzz.py --seconds 600 --seed 7` runs it for ten minutes, on files that no other seed below
7 or above some hundreds more spoils.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[2] / "benchmarks" / "fuzz.py"


@pytest.mark.slow
def test_no_reader_breaks_on_spoilt_files():
    asked = [sys.executable, str(FUZZ), "--seconds", "25", "--seed", "1"]
    done = subprocess.run(asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
