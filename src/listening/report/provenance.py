"""What made the figures of a report, in the words of its page."""

from __future__ import annotations

from collections.abc import Mapping

from listening.codebook import NEVER
from listening.records import Run
from listening.report.french import decimal

SHOWN = 12  # digits of a hash that a page shows


def provenance(run: Run) -> dict[str, str]:
    """Give what a run that published used, by the names that pages give a label."""
    code, codebook = run.lineage["code"], run.lineage["codebook"]
    return {
        "model": run.model or "",
        "codebook": f"{codebook['reference']} ({codebook['hash'][:SHOWN]})",
        "thresholds": thresholds_told(run.lineage["thresholds"]),
        "run": run.lineage["tagging"],
        "version": f"{code['version']} ({code['hash'][:SHOWN]})",
        "publication": run.id,
    }


def thresholds_told(thresholds: Mapping[str, float]) -> str:
    """Give thresholds in a sentence, those that nothing reaches apart.

    >>> thresholds_told({"a.b": 0.4, "a.c": 0.5, "a.d": NEVER}).split(" ; ")[0]
    'un par code, de 0,40 à 0,50'
    """
    reached = [one for one in thresholds.values() if one < NEVER]
    low, high = (decimal(end(reached, default=0.0), digits=2) for end in (min, max))
    told = f"un par code, de {low} à {high}"
    if never := [code for code, one in thresholds.items() if one >= NEVER]:
        told += f" ; jamais posés, faute d'atteindre la précision voulue ou d'être appris : {', '.join(never)}"
    return told
