"""Summarise what is tagged, and publish it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from listening.codebook import Codebook
from listening.insight.summary import Summary, summarize
from listening.report.csv import write_csv
from listening.report.french import decimal
from listening.report.html import render_html
from listening.store.frames import frames, last_tagging, left_out
from listening.store.store import Store
from listening.tagging.engine import Tagger


def summarise(store: Store, tagger: Tagger, codebook: Codebook, *, quotes: int = 4) -> tuple[Summary, dict[str, str]]:
    """Give the summary of a tagger's tags, and what made it: `model`, `codebook`, `thresholds` and `run`.

    Thresholds are those of today, whatever they were when it tagged. Raises StoreError when it never did.
    """
    run = last_tagging(store, model=tagger.model)
    thresholds = codebook.thresholds(tagger.thresholds)
    verbatims, tags = frames(store, model=tagger.model, codebook=codebook.reference, thresholds=thresholds)
    summary = summarize(verbatims, tags, codebook, quotes=quotes, left_out=left_out(store))
    cuts = thresholds.values()
    lineage = {
        "model": tagger.model,
        "codebook": codebook.reference,
        "thresholds": f"un par code, de {decimal(min(cuts), digits=2)} à {decimal(max(cuts), digits=2)}",
        "run": run.id,
    }
    return summary, lineage


def publish(
    summary: Summary, lineage: dict[str, str], folder: Path, *, title: str, failures: list[str], at: datetime
) -> Path:
    """Write the tables and the page of a summary; give the page's place."""
    write_csv(summary, folder)
    page = folder / "synthese.html"
    html = render_html(summary, title=title, generated_at=at, lineage=lineage, failures=failures)
    part = page.with_suffix(".part")
    part.write_text(html, encoding="utf-8")
    part.replace(page)
    return page
