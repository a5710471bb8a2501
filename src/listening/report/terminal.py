"""The figures in a terminal: nets and codes, sentiment by channel, scores by wave."""

from __future__ import annotations

from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from listening.insight.summary import Summary
from listening.report.copies import copies_note, shown_copies
from listening.report.figure_table import figure_table
from listening.report.french import (
    ABSENT,
    SCORES,
    counted,
    decimal,
    hundredths,
    integer,
    interval,
    iso_day,
    percent,
    period,
    points,
    unbroken,
    value_name,
)

WIDTH = 12  # characters of a full bar
TONES = {"negatif": ("−", "dark_orange3"), "neutre": ("=", "grey58"), "positif": ("+", "dark_cyan")}
NOTE = "[ ] : intervalle à 95 %. − négatif, = neutre ou mixte, + positif. En gris : base effective de moins de 30."


def print_summary(summary: Summary, console: Console) -> None:
    """Print the tables of a summary, with bases and intervals; a summary of no verbatim says so."""
    console.print(f"[bold]{counted(summary.base, 'verbatim')}[/bold], {period(summary.first, summary.last)}")
    for label, number in summary.left_out.items():
        console.print(Text(f"écartés – {label} : {integer(number)}", style="grey58"))
    if not summary.base:
        console.print("Aucun verbatim à résumer.")
        return
    console.print(_themes(summary), _sentiments(summary), sep="\n")
    if len(summary.scores):
        console.print(_scores(summary))
    if rows := shown_copies(summary):
        console.print(_copies(rows))
    if len(summary.copies):
        console.print(Text(unbroken(copies_note(summary)), style="grey58"))
    console.print(Text(NOTE, style="grey58"))


def _themes(summary: Summary) -> Table:
    table = figure_table("Thème", "Citations", "Part", "[ ]", title="Thèmes")
    table.add_column("− = +", no_wrap=True)
    rows = summary.themes[(summary.themes["dimension"] == "ensemble") & (summary.themes["count"] > 0)]
    records = rows.to_dict("records")
    for net in (record for record in records if record["level"] == "net"):
        codes = [record for record in records if str(record["key"]).startswith(f"{net['key']}.")]
        for row in [net, *codes]:
            name = Text(row["label"], style="bold") if row is net else Text(f"  {row['label']}")
            shares = percent(row["share"]), interval(row["low"], row["high"], hundredths)
            _add(table, row, name, integer(row["count"]), *shares, _bar(row))
    return table


def _sentiments(summary: Summary) -> Table:
    table = figure_table("Canal", "Base", "Négatif", "Neutre", "Positif", title="Sentiment par canal")
    rows = summary.sentiments[summary.sentiments["dimension"].isin(["ensemble", "channel"])]
    whole = partial(hundredths, digits=0)
    for row in rows.to_dict("records"):
        shares = (
            f"{percent(row[f'{name}_share'], digits=0)} {interval(row[f'{name}_low'], row[f'{name}_high'], whole)}"
            for name in TONES
        )
        name = value_name(row["dimension"], row["value"])
        _add(table, row, name, integer(row["base"]), *shares)
    return table


def _scores(summary: Summary) -> Table:
    table = figure_table("Vague", "Score", "Base", "Valeur", "[ ]", title="Scores par vague")
    rows = summary.scores[summary.scores["dimension"].isin(["ensemble", "wave"])]
    for row in rows.to_dict("records"):
        write = points if row["score"] == "nps" else decimal
        bounds = interval(row["low"], row["high"], write)
        name = value_name(row["dimension"], row["value"])
        _add(table, row, name, SCORES[row["score"]], integer(row["base"]), write(row["estimate"]), bounds)
    return table


def _copies(rows: list[dict[Any, Any]]) -> Table:
    table = figure_table("Texte", "Reprises", "Auteurs", "Sources", "Du", "Au", title="Textes repris")
    for row in rows:
        authors = integer(row["authors"]) if row["authors"] else ABSENT
        numbers = integer(row["copies"]), authors, integer(row["sources"])
        table.add_row(*map(Text, (row["text"], *numbers, iso_day(row["first"]), iso_day(row["last"]))))
    return table


def _bar(row: dict[Any, Any]) -> Text:
    total = sum(row[name] for name in TONES)
    bar, drawn, reached = Text(), 0, 0
    for name, (mark, style) in TONES.items():
        reached += row[name]
        end = round(WIDTH * reached / total) if total else 0
        bar.append(mark * (end - drawn), style=style)
        drawn = end
    return bar


def _add(table: Table, row: dict[Any, Any], *cells: str | Text) -> None:
    """Add a line, its strings as they are (a bracket is no markup), grey where the base is small."""
    style = "grey58" if row["fragile"] else ""
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells), style=style)
