"""One page in French that shows the bridge between two versions of a codebook; never a verbatim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from listening.insight.bridge import Bridge
from listening.report import bridge as words
from listening.report.blocks import right_end
from listening.report.bridge import Row
from listening.report.french import hundredths
from listening.report.html import templates


def render_bridge(
    bridge: Bridge, *, title: str, generated_at: datetime, lineage: Mapping[str, str], warnings: Sequence[str]
) -> str:
    """Give a self-contained HTML page: no script, no request, no verbatim.

    `lineage` tells what the figures were made from, by French label; `warnings` what spoils the comparison.
    """
    lines = words.lines(bridge)
    return (
        templates()
        .get_template("bridge.html")
        .render(
            bridge=bridge,
            title=title,
            generated_at=generated_at,
            lineage=lineage,
            warnings=warnings,
            read_twice=words.read_twice(bridge),
            lines=lines,
            broken=[row for row in lines if row["broken"] and row["level"] == "code"],
            kinds=kinds(lines),
            waves=waves(bridge),
            parts=words.parts(bridge),
            scale=right_end(row[f"share_{end}"] for row in lines for end in ("old", "new")),
            change=words.change,
            whole=partial(hundredths, digits=0),
        )
    )


def kinds(lines: Sequence[Row]) -> dict[str, int]:
    """Give how many families of codes there are of each kind, the kept ones first."""
    found = Counter(row["kind"] for row in lines if row["level"] == "code")
    return {words.KINDS[kind] or "gardé": found[kind] for kind in words.KINDS if found[kind]}


def waves(bridge: Bridge) -> list[Row]:
    """Give the waves, each with its base and its lines; a single one says no more than the whole."""
    found: dict[str, list[Row]] = {}
    for row in words.lines(bridge, "wave"):
        found.setdefault(row["value"], []).append(row)
    columns = [
        {"name": name, **{key: rows[0][key] for key in ("base", "fragile")}, "lines": rows}
        for name, rows in found.items()
    ]
    return columns if len(columns) > 1 else []
