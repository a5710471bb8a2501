"""Compare what the store holds under two versions of a codebook, and publish it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from listening.codebook import Codebook
from listening.errors import StoreError
from listening.insight.bridge import Bridge, build_bridge
from listening.records import Run
from listening.report.bridge_page import render_bridge
from listening.report.csv import write_bridge
from listening.report.french import unbroken
from listening.steps.lineage import ancestry, exported, write_page
from listening.steps.runs import now, running
from listening.store.frames import frames, origin_of
from listening.store.lineage import Kind, add_exports, keep_codebook
from listening.store.store import Store
from listening.store.taggings import taggings

PAGE = "raccord.html"


def bridge(store: Store, old: Codebook, new: Codebook) -> tuple[Bridge, dict[str, str], list[str]]:
    """Give the bridge of the verbatims tagged under two versions, what made it, and what spoils the comparison.

    Both are read with the thresholds that they were tagged with, by one model where one tagged under both.
    Raises StoreError when nothing was tagged under one of them, CodebookError where `succession` does.
    """
    after = _tagging(store, new)
    before = _tagging(store, old, like=after)
    first, second = (frames(store, origin_of(run, plan)) for run, plan in ((before, old), (after, new)))
    found = build_bridge(first, second, old, new)
    lineage = {
        "Plan d'avant": f"{old.reference}, codé par {before.model}, exécution {before.id}",
        "Plan d'après": f"{new.reference}, codé par {after.model}, exécution {after.id}",
    }
    warnings = []
    if _engine(before) != _engine(after):
        warnings.append(
            f"Le modèle a changé aussi ({before.model}, puis {after.model}) : les écarts mêlent le plan et le modèle. "
            "Codez avec le même modèle sous les deux versions."
        )
    if not found.base:
        warnings.append(
            "Aucun verbatim n'a été lu sous les deux versions : codez les mêmes vagues sous l'une et l'autre."
        )
    return found, lineage, warnings


def publish_bridge(
    store: Store, found: Bridge, lineage: Mapping[str, str], warnings: Sequence[str], folder: Path
) -> Path:
    """Write the page and the tables of a bridge, and record them; give the page's place."""
    kept = {"from": keep_codebook(store, found.old), "to": keep_codebook(store, found.new)}
    told = {"codebooks": kept, "versions": ancestry(store, found.new)}
    with running(store, "bridge", codebook=found.new.reference, lineage=told) as run:
        tables = write_bridge(found, folder)
        title = unbroken(f"Raccord du plan « {found.new.label} »")
        moment = now()
        html = render_bridge(found, title=title, generated_at=moment, lineage=lineage, warnings=warnings)
        page = folder / PAGE
        write_page(page, html)
        written: list[tuple[Kind, Path]] = [("report", page), *(("table", table) for table in tables)]
        add_exports(store, [exported(kind, path, at=moment, run=run.id) for kind, path in written])
    return page


def _tagging(store: Store, codebook: Codebook, *, like: Run | None = None) -> Run:
    """Give the last run that tagged under a codebook, by the engine of another where it did."""
    found = taggings(store, codebook.reference)
    if not found:
        raise StoreError(
            f"{store.place} : rien n'y est codé sous {codebook.reference} ; nommez ce plan dans la configuration "
            "(codebook:) et lancez « listening run CONFIG » : ce qui est codé sous un autre plan reste"
        )
    return next((run for run in found if like and _engine(run) == _engine(like)), found[0])


def _engine(run: Run) -> str:
    """Give the model of a run without what a codebook adds to it or names otherwise."""
    return (run.model or "").partition("+")[0]
