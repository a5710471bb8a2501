"""A summary in which a text is repeated, and a bridge between two versions of a codebook."""

from collections.abc import Callable
from typing import Any

import pytest

from listening.codebook import Codebook
from listening.insight.bridge import Bridge, build_bridge
from listening.insight.summary import Summary, summarize


@pytest.fixture
def repeated(frames: Any, codebook: Codebook) -> Summary:
    """Ten verbatims, of which three repeat a text, of two authors and two sources, and one repeats another."""
    call, other = "<b>Fuyez</b> ce\nmagasin", "Une pétition"
    rows: list[dict[str, Any]] = [{"text": call, "sentiment": "negatif", "source": name} for name in "aabb"]
    verbatims, tags = frames([*rows, {"text": other}, {"text": other}, *[{"sentiment": "positif"}] * 4])
    originals = [None, *["v000"] * 3, None, "v004", *[None] * 4]
    return summarize(verbatims.assign(copy_of=originals, author=["x", "y", "x", *[None] * 7]), tags, codebook)


@pytest.fixture
def bridge(frames: Any, codebook: Codebook, revised: Callable[..., Codebook]) -> Bridge:
    """A hundred verbatims over two waves: a code split, two merged, one gone, one added whose name is hostile."""
    rows = [{"wave": ("hiver", "été")[place % 2], "brand": "Grandval", "text": "secret"} for place in range(100)]
    content = revised({"effort.attente": (), "effort.file": ("effort.attente",), "prix.niveau": ("prix.clarte",)})
    nasty = {"label": "<b>Neuf</b> [bold]", "definition": "Un code."}
    new = Codebook.model_validate(content.model_dump() | {"codes": content.model_dump()["codes"] | {"prix.x": nasty}})

    def tagged(held: dict[str, range]) -> tuple[Any, Any]:
        verbatims, tags = frames(rows, [{"id": f"v{at:03}", "code": code} for code in held for at in held[code]])
        return verbatims, tags

    before = {"effort.attente": range(40), "effort.web": range(7), "prix.niveau": range(20), "prix.clarte": range(30)}
    now = {"effort.attente": range(20), "effort.file": range(10, 60), "prix.niveau": range(1, 31), "prix.x": range(9)}
    return build_bridge(tagged(before), tagged(now), codebook, new)
