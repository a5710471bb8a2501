"""Evaluations of several engines, side by side: a table and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from listening.training.evaluate import MEASURES, Evaluation, Measure


def print_evaluations(evaluations: Sequence[Evaluation], console: Console) -> None:
    """Print measures, nets and codes, one column an engine; intervals are at 95 %."""
    base = evaluations[0].base
    table = Table(title=f"Mesures sur {base} verbatims codés (intervalle à 95 % par rééchantillonnage)", box=None)
    table.add_column("")
    for evaluation in evaluations:
        table.add_column(evaluation.model, justify="right")
    for name, label in MEASURES.items():
        table.add_row(label, *(_written(one.measures[name]) for one in evaluations))
    table.add_section()
    for net in evaluations[0].nets:
        table.add_row(f"F1 du net {net}", *(_written(one.nets[net]) for one in evaluations))
    console.print(table)
    codes = Table(title="Par code : précision / rappel / F1", box=None)
    codes.add_column("code")
    codes.add_column("cas", justify="right")
    for evaluation in evaluations:
        codes.add_column(evaluation.model, justify="right")
    for code, (*_, cases) in evaluations[0].codes.items():
        codes.add_row(code, str(cases), *(" / ".join(_number(x) for x in one.codes[code][:3]) for one in evaluations))
    console.print(codes)


def write_evaluations(evaluations: Sequence[Evaluation], path: Path) -> None:
    """Write the same figures as JSON."""
    content = [asdict(evaluation) for evaluation in evaluations]
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _written(measure: Measure) -> str:
    return f"{_number(measure.value)} [{_number(measure.low)} ; {_number(measure.high)}]"


def _number(value: float) -> str:
    return "–" if value != value else f"{value:.3f}".replace(".", ",")
