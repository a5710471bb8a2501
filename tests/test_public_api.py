import subprocess
import sys

import pytest

import listening

HEAVY = ("torch", "transformers", "spacy", "prefect", "pandas", "sqlalchemy", "sklearn")


def test_public_api_is_sorted_and_complete() -> None:
    assert listening.__all__ == sorted(listening.__all__)
    assert set(listening.__all__) == set(listening._HOME)


@pytest.mark.parametrize("name", listening.__all__)
def test_public_api_names_are_there_and_documented(name: str) -> None:
    assert getattr(listening, name).__doc__


def test_public_api_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        listening.nothing  # noqa: B018


@pytest.mark.parametrize("module", ["listening", "listening.cli.app"])
def test_public_api_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
