"""One page in French that says whether what arrives has changed; never a verbatim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from listening.insight.drift import Drift
from listening.report import drift as words
from listening.report.html import templates


def render_drift(drift: Drift, *, title: str, generated_at: datetime, lineage: Mapping[str, str]) -> str:
    """Give a self-contained HTML page: no script, no request, no verbatim.

    `lineage` tells what the figures were made from, by French label.
    """
    return (
        templates()
        .get_template("drift.html")
        .render(
            title=title,
            compared=words.compared(drift),
            brief=words.in_brief(drift),
            aspects=words.aspects(drift),
            themes=words.themes(drift),
            change=words.change,
            generated_at=generated_at,
            lineage=lineage,
        )
    )
