"""The bridge between two versions of a codebook, in a terminal, and its words that the page shares."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from listening.codebook_diff import diff
from listening.crosswalk import Kind
from listening.insight.bridge import Bridge
from listening.report.figure_table import figure_table
from listening.report.french import counted, hundredths, integer, interval, percent, period, signed, unbroken

Row = dict[Any, Any]
KINDS: dict[Kind, str] = {
    "kept": "",
    "renamed": "renommé",
    "merged": "fusionné",
    "split": "scindé",
    "recast": "refondu",
    "added": "ajouté",
    "removed": "retiré",
}
NOTE = (
    "Écart en points, sur les mêmes verbatims, et son intervalle à 95 % ; * : il ne contient pas 0 (sans correction "
    "pour le nombre de lignes : une sur vingt le ferait par hasard). Communs : part des verbatims qui portent le code "
    "sous les deux versions, parmi ceux qui le portent sous l'une ou l'autre. En gris : base effective de moins de 30."
)


def print_bridge(bridge: Bridge, warnings: list[str], console: Console) -> None:
    """Print the shares of nets and codes under the two versions, their change, and how many verbatims they share."""
    console.print(Text(f"{bridge.old.reference} → {bridge.new.reference}", style="bold"))
    console.print(f"{read_twice(bridge)}, {period(bridge.first, bridge.last)}")
    for label, number in bridge.left_out.items():
        console.print(Text(f"écartés – {label} : {integer(number)}", style="grey58"))
    for said in warnings:
        console.print(Text(unbroken(said), style="dark_orange3"), soft_wrap=True)
    if not bridge.base:
        return
    table = figure_table("Thème", "Avant", "Après", "Écart", "[ ]", "Communs")
    table.add_column("Plan")
    for row in lines(bridge):
        theme = Text(row["label"], style="bold") if row["level"] == "net" else Text(f"  {row['label']}")
        shares = percent(row["share_old"]), percent(row["share_new"])
        overlap = percent(row["overlap"], digits=0)
        cells = (*shares, change(row), change_interval(row), overlap, row["told"])
        table.add_row(theme, *map(Text, cells), style="grey58" if row["fragile"] else "")
    console.print(table)
    console.print(Text(unbroken(NOTE), style="grey58"))


def read_twice(bridge: Bridge) -> str:
    """Give how many verbatims were read under both versions."""
    return counted(bridge.base, "verbatim lu sous les deux versions", "verbatims lus sous les deux versions")


def lines(bridge: Bridge, dimension: str = "ensemble") -> list[Row]:
    """Give the lines of a dimension, with what is `told` of each (« scindé », « reformulé »…) and if it is `broken`.

    A line is broken where the interval of its change, as printed, leaves out 0.
    """
    changed = diff(bridge.old, bridge.new)
    rows: list[Row] = bridge.lines[bridge.lines["dimension"] == dimension].to_dict("records")
    return [
        row
        | {
            "told": _told(row, words=changed.words, settings=changed.settings),
            "broken": bool(round(100 * row["change_low"], 1) > 0 or round(100 * row["change_high"], 1) < 0),
        }
        for row in rows
    ]


def change(row: Row) -> str:
    """Give the change of a line in points, with a star where its interval leaves out 0."""
    return signed(row["change"]) + ("*" if row["broken"] else "")


def change_interval(row: Row) -> str:
    """Give the interval of the change of a line, in points."""
    return interval(row["change_low"], row["change_high"], signed)


def parts(bridge: Bridge) -> list[Row]:
    """Give where the verbatims of merged and split codes went, with the labels of the codes."""
    rows: list[Row] = bridge.parts.to_dict("records")
    return [
        row
        | {
            "old_label": bridge.old.codes[row["old"]].label,
            "new_label": bridge.new.codes[row["new"]].label,
            "interval": interval(row["low"], row["high"], hundredths),
        }
        for row in rows
    ]


def named(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table of lines as a file shows it: codes joined by « + », the kind in French."""
    joined = {end: table[end].map(" + ".join) for end in ("old", "new")}
    return table.assign(**joined, kind=table["kind"].map(lambda kind: KINDS[kind] or "gardé"))


def _told(row: Row, *, words: Any, settings: Any) -> str:
    if row["level"] == "net" or row["kind"] not in ("kept", "renamed"):
        return KINDS[row["kind"]]
    (code,) = row["new"]
    told = (KINDS[row["kind"]], "reformulé" if code in words else "", "réglé autrement" if code in settings else "")
    return ", ".join(filter(None, told))
