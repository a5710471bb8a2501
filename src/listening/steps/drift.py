"""Measure whether what arrives has changed, and publish it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from listening.insight.drift import Drift, build_drift
from listening.records import Run
from listening.report.csv import write_drift
from listening.report.drift_page import render_drift
from listening.report.french import unbroken
from listening.report.provenance import provenance
from listening.steps.lineage import decisions, exported, write_page
from listening.steps.runs import running
from listening.steps.summary import Basis
from listening.store.arrivals import Windows, arrivals
from listening.store.lineage import add_exports
from listening.store.store import Store

PAGE = "derive.html"
TITLE = "Ce qui arrive a-t-il changé ?"
SHOWN = {"model": "Modèle", "codebook": "Plan de codage", "thresholds": "Seuils", "version": "Version du logiciel"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """What was measured, its page, and the run that did."""

    drift: Drift
    page: Path
    run: Run


def measure_drift(store: Store, basis: Basis, windows: Windows, *, at: datetime) -> Drift:
    """Give how what arrived in the last days before a moment differs from the weeks before, read by one model."""
    verbatims, codes = arrivals(
        store,
        since=windows.since(at),
        model=basis.model,
        codebook=basis.codebook.reference,
        thresholds=basis.thresholds,
        bands=basis.bands,
    )
    return build_drift(verbatims, codes, basis.codebook, now=at, windows=windows)


def watch(store: Store, basis: Basis, windows: Windows, folder: Path) -> Watched:
    """Measure drift and write its page and tables, as a run that keeps the indices; none of them holds a verbatim."""
    lineage = decisions(store, basis.codebook, basis.thresholds) | {"tagging": basis.tagging}
    facts = {"model": basis.model, "codebook": basis.codebook.reference, "configuration": windows.model_dump()}
    with running(store, "drift", lineage=lineage, **facts) as run:
        drift = measure_drift(store, basis, windows, at=run.started_at)
        indices = drift.indices.set_index("aspect")
        run.lineage["indices"] = {
            aspect: {"psi": None if row.psi != row.psi else round(row.psi, 4), "level": row.level}
            for aspect, row in indices.iterrows()
        }
        run.counts.update(reference=drift.reference.base, recent=drift.recent.base)
        told = provenance(run)
        shown = {label: told[name] for name, label in SHOWN.items()} | {"Mesure": run.id}
        files = write_drift(drift, folder)
        page = folder / PAGE
        write_page(page, render_drift(drift, title=unbroken(TITLE), generated_at=run.started_at, lineage=shown))
        origin: dict[str, Any] = {"at": run.started_at, "run": run.id}
        written = [*(exported("table", one, **origin) for one in files), exported("report", page, **origin)]
        add_exports(store, written)
        run.lineage["files"] = {Path(one.path).name: one.sha256 for one in written}
    return Watched(drift=drift, page=page, run=run)
