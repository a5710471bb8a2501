"""The table that the terminal shows figures in."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text


def figure_table(first: str, *columns: str, title: str | None = None) -> Table:
    """Give an empty table: a column for what each line is about, then columns of figures, set to the right.

    >>> [column.justify for column in figure_table("Thème", "Base", "[ ]").columns]
    ['left', 'right', 'right']
    """
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(Text(first), overflow="fold", min_width=16)
    for name in columns:
        table.add_column(Text(name), justify="right", no_wrap=True)
    return table
