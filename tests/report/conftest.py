"""A summary in which a text is repeated."""

from typing import Any

import pytest

from listening.codebook import Codebook
from listening.insight.summary import Summary, summarize


@pytest.fixture
def repeated(frames: Any, codebook: Codebook) -> Summary:
    """Ten verbatims, of which three repeat a text, of two authors and two sources, and one repeats another."""
    call, other = "<b>Fuyez</b> ce\nmagasin", "Une pétition"
    rows: list[dict[str, Any]] = [{"text": call, "sentiment": "negatif", "source": name} for name in "aabb"]
    verbatims, tags = frames([*rows, {"text": other}, {"text": other}, *[{"sentiment": "positif"}] * 4])
    originals = [None, *["v000"] * 3, None, "v004", *[None] * 4]
    return summarize(verbatims.assign(copy_of=originals, author=["x", "y", "x", *[None] * 7]), tags, codebook)
