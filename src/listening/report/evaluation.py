"""An evaluation on the terminal and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from listening.codebook import Codebook
from listening.report import evaluation_tables as tables
from listening.report.evaluation_tables import Cell, Grid
from listening.report.french import decimal, integer, interval
from listening.training.compare import Comparison


def print_comparison(comparison: Comparison, codebook: Codebook, console: Console) -> None:
    """Print the tables of `grids`; between brackets, 95 % intervals; dim, bases under 30."""
    for grid in grids(comparison, codebook):
        console.print(as_table(grid))
        console.print()


def grids(comparison: Comparison, codebook: Codebook) -> Iterator[Grid]:
    """Give the tables that there is material for, the main one first.

    Calibration errors and agreement code by code are left to the page and the JSON: too long for a terminal.
    """
    if comparison.evaluations:
        yield tables.overview(comparison)
        for one in comparison.evaluations:
            yield tables.themes(one, codebook)
        for one in comparison.evaluations:
            yield tables.sentiments(one)
            yield tables.confusion(one)
        yield from tables.groups(comparison)
        yield tables.reliabilities(comparison)
        yield tables.coverages(comparison)
    yield from tables.abstentions(comparison, codebook)
    if comparison.behaviours:
        yield tables.behaviours(comparison)
    yield from tables.agreements(comparison)
    if comparison.corpora:
        yield tables.corpora(comparison)


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write all figures as JSON, more than the tables show; what has no value is null."""
    content = json.dumps(_plain(asdict(comparison)), ensure_ascii=False, indent=1)
    path.write_text(content + "\n", encoding="utf-8")


def as_table(grid: Grid) -> Table:
    """Give a grid as the terminal shows it."""
    table = Table(title=escape(grid.title), box=None, title_justify="left")
    table.add_column(escape(grid.corner), overflow="fold")
    for column in grid.columns:
        table.add_column(escape(column), justify="right")
    for row in grid.rows:
        indent = "  " if row.level == "code" else ""
        cells = (_written(cell, grid.digits) for cell in row.cells)
        table.add_row(indent + escape(row.label), *cells, style="dim" if row.fragile else None)
    return table


def _written(cell: Cell, digits: int) -> str:
    if isinstance(cell, str):
        return escape(cell)
    if isinstance(cell, int):
        return integer(cell)
    bounds = interval(cell.low, cell.high, lambda bound: decimal(bound, digits=digits))
    return f"{decimal(cell.value, digits=digits)} {escape(bounds)}".rstrip()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, BaseModel):
        return value.model_dump(exclude={"a", "b"})  # a pair, told by its place in its file: its texts may be private
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
