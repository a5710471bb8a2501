"""Word lists and patterns, kept as data in `text/data/*.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def load_patterns(name: str) -> dict[str, Any]:
    """Give the content of `text/data/NAME.yaml`.

    >>> "etc" in load_patterns("segments")["abbreviations"]
    True
    """
    content = files("listening.text").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(content)
    return loaded
