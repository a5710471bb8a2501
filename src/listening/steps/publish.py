"""Publish a summary: the page, the tables and the list of what is to be read, with what they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from listening.insight.summary import Summary
from listening.records import Run
from listening.report.copies import shown_copies
from listening.report.csv import write_csv, write_review
from listening.report.html import render_html
from listening.report.provenance import provenance
from listening.steps.lineage import decisions, exported, write_out, write_page
from listening.steps.runs import now, running
from listening.steps.summary import Basis, Found, summarise
from listening.store.frames import waiting
from listening.store.lineage import Export, contributing
from listening.store.store import Store

PAGE, QUOTES, COPIES, REVIEW = "synthese.html", "verbatims_quotes.csv", "copies.csv", "a_relire.csv"
WORDS = (PAGE, QUOTES, COPIES)  # what holds words in a report


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Publication:
    """What was published: the summary, its page, how many verbatims a person should read, the run."""

    summary: Summary
    page: Path
    review: int
    run: Run


def publish(
    store: Store, basis: Basis, folder: Path, *, title: str, quotes: int = 4, failures: list[str]
) -> Publication:
    """Write the page and the tables of what the store holds, and the review list, as a run that they can be made from.

    `failures` name the sources that could not be read.
    """
    facts = {"title": title, "quotes": quotes, "folder": str(folder)}
    lineage = decisions(store, basis.codebook, basis.thresholds) | {"tagging": basis.tagging, "failures": failures}
    with running(
        store,
        "publish",
        model=basis.model,
        codebook=basis.codebook.reference,
        configuration=facts,
        lineage=lineage | {"bands": {code: list(ends) for code, ends in basis.bands.items()}},
    ) as run:

        def write() -> tuple[tuple[Summary, int], list[Export]]:
            found = summarise(store, basis, quotes=quotes)
            run.lineage.update(described(found))
            run.lineage["runs"] = contributing(store, model=basis.model, codebook=basis.codebook.reference)
            files = write_report(found, run, folder)
            run.lineage["files"] = {Path(one.path).name: one.sha256 for one in files}
            listed = write_list(store, basis, run, folder)
            return (found.summary, len(listed.versions)), [*files, listed]

        paths = [folder / name for name in (*WORDS, REVIEW)]
        summary, review = write_out(store, paths, write, kind="report", at=run.started_at, run=run.id)
        run.counts.update(verbatims=summary.base, review=review)
    return Publication(summary=summary, page=folder / PAGE, review=review, run=run)


def described(found: Found) -> dict[str, object]:
    """Give what tells whether another summary is over the same verbatims: how many, and a hash of their versions."""
    versions = sha256("\n".join(sorted(found.versions.values())).encode()).hexdigest()
    return {"base": found.summary.base, "versions": versions, "left_out": found.summary.left_out}


def write_report(found: Found, run: Run, folder: Path) -> list[Export]:
    """Write the tables and the page of a run that published; the same run and summary give the same bytes."""
    summary, versions = found.summary, found.versions
    quoted = [versions[quote.id] for quote in summary.quotes]
    held = {QUOTES: quoted, COPIES: [versions[name] for name in summary.copies["id"]]}
    origin: dict[str, Any] = {"at": now(), "run": run.id}
    tables = [
        exported("table", path, versions=held.get(path.name, []), **origin) for path in write_csv(summary, folder)
    ]
    page = folder / PAGE
    html = render_html(
        summary,
        title=run.configuration["title"],
        generated_at=run.started_at,
        lineage=provenance(run),
        failures=run.lineage["failures"],
    )
    write_page(page, html)
    repeated = [versions[row["id"]] for row in shown_copies(summary)]
    return [*tables, exported("report", page, versions=quoted + repeated, **origin)]


def write_list(store: Store, basis: Basis, run: Run, folder: Path) -> Export:
    """Write what waits in the review queue, a row for each question.

    The codes on which the model abstains come with the band in which it does.
    """
    queue = waiting(store, model=basis.model, codebook=basis.codebook.reference)
    unsure = queue["reason"] == "abstained"
    for place, name in enumerate(("low", "high")):
        limits = queue["code"].map({code: ends[place] for code, ends in basis.bands.items()})
        queue[name] = limits.where(unsure).astype(float)
    path = write_review(queue, basis.codebook, folder / REVIEW)
    return exported("list", path, versions=queue["version"].unique(), at=now(), run=run.id)
