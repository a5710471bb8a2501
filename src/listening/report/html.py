"""One page in French that shows a summary: it opens anywhere, offline, and prints."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from listening.insight.summary import Summary
from listening.report import blocks, french
from listening.report.copies import METHOD, copies_note, shown_copies

LINEAGE = {
    "model": "Modèle",
    "codebook": "Plan de codage",
    "thresholds": "Seuils",
    "run": "Dernier codage",
    "version": "Version du logiciel",
    "publication": "Publication",
}
WRITERS = (
    french.counted,
    french.day,
    french.day_and_hour,
    french.decimal,
    french.hundredths,
    french.integer,
    french.interval,
    french.listing,
    french.percent,
    french.period,
    french.points,
    french.signed,
    french.unbroken,
)


def render_html(
    summary: Summary,
    *,
    title: str,
    generated_at: datetime,
    lineage: dict[str, str],
    failures: list[str],
    quarantine: int | None = None,
) -> str:
    """Give a self-contained HTML page: no script, no request; whatever people wrote is escaped.

    `lineage` tells what made the figures, keyed by `model`, `codebook`, `thresholds`, `run`, `version`, `publication`
    or by a French label of its own; `failures` names the sources that could not be read. `quarantine` is a number of
    rows set aside, for callers who do not count it in the summary's `left_out`.
    """
    told = {LINEAGE.get(name, name): value for name, value in lineage.items()}
    told.setdefault(LINEAGE["codebook"], summary.codebook.reference)
    shown = ("overall", "sources", "cards", "nets", "uncited", "scale", "sentiments", "heats", "scores", "quotes")
    return (
        templates()
        .get_template("summary.html")
        .render(
            {name: getattr(blocks, name)(summary) for name in shown},
            copies={"note": copies_note(summary), "method": METHOD, "rows": shown_copies(summary)}
            if len(summary.copies)
            else None,
            summary=summary,
            title=title,
            generated_at=generated_at,
            lineage=told,
            quarantine=quarantine,
            failures=failures,
        )
    )


@cache
def templates() -> Environment:
    """Give the templates of the pages, with what writes figures and dates in French."""
    templates = Environment(
        loader=PackageLoader("listening.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {write.__name__: write for write in WRITERS} | {"SCORES": french.SCORES}
    return templates
