"""Publish a summary: the page, the tables and the list of what is to be read, with what they were made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from listening.insight.summary import Summary
from listening.records import Run
from listening.report.copies import shown_copies
from listening.report.csv import write_csv, write_review
from listening.report.html import render_html
from listening.report.provenance import provenance
from listening.steps.lineage import decisions, file_hash
from listening.steps.runs import now, running
from listening.steps.summary import Basis, Found, summarise
from listening.store.frames import waiting
from listening.store.lineage import Export, Kind, add_exports, contributing
from listening.store.store import Store

PAGE, QUOTES, COPIES, REVIEW = "synthese.html", "verbatims_quotes.csv", "copies.csv", "a_relire.csv"


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
        found = summarise(store, basis, quotes=quotes)
        run.lineage.update(described(found))
        run.lineage["runs"] = contributing(store, model=basis.model, codebook=basis.codebook.reference)
        files = write_report(found, run, folder)
        run.lineage["files"] = {Path(one.path).name: one.sha256 for one in files}
        listed = write_list(store, basis, run, folder)
        add_exports(store, [*files, listed])
        run.counts.update(verbatims=found.summary.base, review=len(listed.versions))
    return Publication(summary=found.summary, page=folder / PAGE, review=len(listed.versions), run=run)


def described(found: Found) -> dict[str, object]:
    """Give what tells whether another summary is over the same verbatims: how many, and a hash of their versions."""
    versions = sha256("\n".join(sorted(found.versions.values())).encode()).hexdigest()
    return {"base": found.summary.base, "versions": versions, "left_out": found.summary.left_out}


def write_report(found: Found, run: Run, folder: Path) -> list[Export]:
    """Write the tables and the page of a run that published; the same run and summary give the same bytes."""
    summary, versions = found.summary, found.versions
    quoted = [versions[quote.id] for quote in summary.quotes]
    held = {QUOTES: quoted, COPIES: [versions[name] for name in summary.copies["id"]]}
    tables = [_export("table", path, run, held.get(path.name, [])) for path in write_csv(summary, folder)]
    page = folder / PAGE
    html = render_html(
        summary,
        title=run.configuration["title"],
        generated_at=run.started_at,
        lineage=provenance(run),
        failures=run.lineage["failures"],
    )
    part = page.with_suffix(".part")
    part.write_text(html, encoding="utf-8")
    part.replace(page)
    repeated = [versions[row["id"]] for row in shown_copies(summary)]
    return [*tables, _export("report", page, run, quoted + repeated)]


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
    return _export("list", path, run, queue["version"].unique())


def _export(kind: Kind, path: Path, run: Run, versions: Iterable[str]) -> Export:
    return Export(
        kind=kind,
        path=str(path.absolute()),
        sha256=file_hash(path) or "",
        versions=tuple(versions),
        at=now(),
        run=run.id,
    )
