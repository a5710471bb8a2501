"""SPSS files read by pyreadstat in a process of its own, which one that is damaged can crash."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from listening.errors import FormatError


def read_sav(path: Path, encoding: str | None, **options: Any) -> tuple[dict[str, list[Any]], Any]:
    """Give the columns of an SPSS file and what it says of itself, as `pyreadstat.read_sav` does.

    Raises `FormatError` for what pyreadstat refuses, or does not survive.
    """
    request = json.dumps({"filename_path": str(path), "encoding": encoding, **options})
    done = subprocess.run([sys.executable, "-P", "-m", __name__], input=request.encode(), capture_output=True)
    if done.returncode:
        said = done.stderr.decode(errors="replace").splitlines()
        raise _unreadable(path, said[-1] if said else "sa lecture s'interrompt")
    read, fault = pickle.loads(done.stdout)
    if fault:
        raise _unreadable(path, fault)
    columns, about = read
    return columns, about


def _unreadable(path: Path, fault: str) -> FormatError:
    return FormatError(
        f"{path.name} : ce fichier SPSS est illisible ({fault}) : enregistrez-le à nouveau en .sav, ou donnez son "
        "« encoding » (cp1252 s'il est ancien)"
    )


def _answer(options: dict[str, Any]) -> tuple[Any, str]:
    """Give what pyreadstat reads, or what it says that is wrong."""
    pyreadstat = import_module("pyreadstat")
    try:
        return pyreadstat.read_sav(output_format="dict", disable_datetime_conversion=True, **options), ""
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError) as error:
        return None, str(error)


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(_answer(json.load(sys.stdin))))
