"""Tests that cannot run somewhere are summed up with what they need, and fail where all is required."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

@pytest.mark.parametrize("case", [1, 2])
def test_needs_a_browser(case):
    pytest.skip("pas de Chromium ; « sudo apt-get install chromium »")
"""


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A folder of tests that are left out, under our conftest."""
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "test_browser.py").write_text(SKIPPING, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("required", "code", "said"),
    [
        ({}, 0, "2 tests de côté : pas de Chromium ; « sudo apt-get install chromium »"),
        ({"LISTENING_REQUIRE_ALL": "1"}, 1, "laissé de côté, alors que tout est exigé : pas de Chromium"),
    ],
)
def test_left_out_tests_are_summed_up_or_fail(session: Path, required: dict[str, str], code: int, said: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "LISTENING_REQUIRE_ALL"} | required
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(session)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=session, env=environment)
    assert done.returncode == code
    assert said in done.stdout
