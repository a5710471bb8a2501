"""Summarise what is tagged, and publish it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from listening.codebook import NEVER, Codebook
from listening.insight.summary import Summary, summarize
from listening.report.csv import write_csv, write_review
from listening.report.french import decimal
from listening.report.html import render_html
from listening.store.frames import frames, last_tagging, left_out, uncertain
from listening.store.store import Store
from listening.tagging.engine import Tagger, bands, cuts


def summarise(store: Store, tagger: Tagger, codebook: Codebook, *, quotes: int = 4) -> tuple[Summary, dict[str, str]]:
    """Give the summary of a tagger's tags, and what made it: `model`, `codebook`, `thresholds` and `run`.

    Thresholds are those of today, whatever they were when it tagged. Raises StoreError when it never did.
    """
    run = last_tagging(store, model=tagger.model)
    thresholds = cuts(tagger, codebook)
    verbatims, tags = frames(store, model=tagger.model, codebook=codebook.reference, thresholds=thresholds)
    summary = summarize(verbatims, tags, codebook, quotes=quotes, left_out=left_out(store))
    reached = [one for one in thresholds.values() if one < NEVER]
    lineage = {
        "model": tagger.model,
        "codebook": codebook.reference,
        "thresholds": f"un par code, de {decimal(min(reached, default=0.0), digits=2)} à "
        f"{decimal(max(reached, default=0.0), digits=2)}",
        "run": run.id,
    }
    if never := [code for code, one in thresholds.items() if one >= NEVER]:
        lineage["thresholds"] += (
            f" ; jamais posés, faute d'atteindre la précision voulue ou d'être appris : {', '.join(never)}"
        )
    return summary, lineage


def publish_review(store: Store, tagger: Tagger, codebook: Codebook, folder: Path) -> int:
    """Write which verbatims a person should read, for which codes; give how many verbatims that makes.

    They are those whose probability falls in a code's band, where the tagger does not know (`bands`).
    """
    limits = {code: (one.low, one.high) for code, one in bands(tagger, codebook).items()}
    queue = uncertain(store, model=tagger.model, codebook=codebook.reference, bands=limits)
    write_review(queue, codebook, folder / "a_relire.csv")
    return int(queue["id"].nunique())


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
