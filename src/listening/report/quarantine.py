"""The rows in quarantine, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from listening.records import RowProblem
from listening.report.french import counted

LONGEST = 200  # characters of a row's content


def print_quarantine(rows: Iterable[RowProblem], total: int, most: int, console: Console) -> None:
    """Print at most so many rows: their source and place, why they were refused, and what they said, masked."""
    if not total:
        console.print("Rien en quarantaine.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=True)
    for name in ("Source", "Place", "Raison et contenu"):
        table.add_column(name, overflow="fold")
    for row in islice(rows, most):
        content = " ".join(row.content.split())
        shown = content if len(content) <= LONGEST else f"{content[:LONGEST]}…"
        table.add_row(row.source, row.row, Text(row.reason) + Text(f"\n{shown}" if shown else "", style="grey58"))
    console.print(table)
    more = f", dont {most} affichées" if total > most else ""
    console.print(f"{counted(total, 'ligne', 'lignes')} en quarantaine{more}.", soft_wrap=True)
