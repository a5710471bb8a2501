"""Drift in a terminal and in a sentence, and its words that the page shares."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Console
from rich.text import Text

from listening.insight.drift import ABSENT, Aspect, Drift, Level, Period
from listening.report.figure_table import figure_table
from listening.report.french import (
    POLARITIES,
    counted,
    decimal,
    integer,
    interval,
    listing,
    percent,
    period,
    signed,
    unbroken,
)

Row = dict[Any, Any]
ASPECTS: dict[Aspect, str] = {
    "source": "Sources",
    "language": "Langues",
    "length": "Longueur des textes",
    "confidence": "Assurance du modèle sur le sentiment",
    "unsure": "Verbatims sur lesquels le modèle doute",
    "sentiment": "Sentiment",
    "codes": "Thèmes par verbatim",
}
LEVELS: dict[Level, str] = {"few": "trop peu", "stable": "stable", "watch": "à surveiller", "drift": "dérive"}
STYLES: dict[Level, str] = {"few": "grey58", "stable": "", "watch": "dark_orange3", "drift": "bold dark_orange3"}
VALUES = {"unsure": {"True": "doute", "False": "sans doute"}, "sentiment": POLARITIES, "language": {ABSENT: "inconnue"}}
NOTE = (
    "Indice de stabilité (PSI) : à surveiller dès 0,1, dérive dès 0,25, si le hasard n'en fait pas autant (une fois "
    "sur vingt) ; rien n'est dit sur moins de 30 verbatims. Périodes d'arrivée dans la base, sans pondération. Quand "
    "les sources changent, le reste change avec elles."
)


def in_brief(drift: Drift) -> str:
    """Give drift as the sentence that a night ends with."""
    if drift.level() == "few":
        return unbroken("Dérive : trop peu de verbatims d'un côté pour comparer.")
    found = [
        f"{row['name'].lower()} ({row['told']}, indice {decimal(row['psi'], digits=2)})"
        for row in aspects(drift)
        if row["level"] in ("watch", "drift")
    ]
    number = int(drift.themes["differs"].sum())
    changed = counted(number, "thème change de part", "thèmes changent de part")
    themes = changed if number else "aucun thème ne change de part"
    return unbroken(f"Dérive : {listing(found) if found else 'rien'} ; {themes} au-delà du hasard.")


def compared(drift: Drift) -> str:
    """Give what is compared: « 48 verbatims arrivés du… au…, comparés aux 350 … »."""
    return f"{_told(drift.recent)}, contre {_told(drift.reference)}"


def aspects(drift: Drift) -> list[Row]:
    """Give the aspects with their `name`, what is `told` of each, and their `parts`."""
    rows: list[Row] = drift.indices.to_dict("records")
    parts: list[Row] = drift.parts.to_dict("records")
    return [
        row
        | {
            "name": ASPECTS[row["aspect"]],
            "told": LEVELS[row["level"]],
            "parts": [part | {"name": part_name(part)} for part in parts if part["aspect"] == row["aspect"]],
        }
        for row in rows
    ]


def themes(drift: Drift) -> list[Row]:
    """Give the codes that somebody cited in either period, the largest changes first."""
    cited = drift.themes[drift.themes["reference_count"] + drift.themes["recent_count"] > 0]
    order = cited["change"].abs().sort_values(ascending=False, kind="stable").index
    rows: list[Row] = cited.loc[order].to_dict("records")
    return rows


def part_name(part: Row) -> str:
    """Give what readers call a part: a value, or from where to where numbers go.

    >>> part_name({"aspect": "length", "part": "", "low": 12.0, "high": math.inf})
    '12 et plus'
    """
    aspect, value = part["aspect"], part["part"]
    if aspect not in ("length", "confidence"):
        return str(VALUES.get(aspect, {}).get(value, value))
    write = integer if aspect == "length" else percent
    if math.isinf(part["high"]):
        return "tous" if math.isinf(part["low"]) else f"{write(part['low'])} et plus"
    if math.isinf(part["low"]):
        return f"moins de {write(part['high'])}"
    return f"de {write(part['low'])} à moins de {write(part['high'])}"


def change(row: Row) -> str:
    """Give the change of a share in points, starred where it is beyond chance over all codes."""
    return f"{signed(row['change'])}{'*' * bool(row['differs'])}"


def print_drift(drift: Drift, console: Console) -> None:
    """Print the indices, then the themes whose share changed beyond chance."""
    console.print(Text(unbroken(compared(drift)), style="bold"), soft_wrap=True)
    table = figure_table("Aspect", "Référence", "Récent", "Indice", "Hasard", "")
    for row in aspects(drift):
        bases = integer(row["reference_base"]), integer(row["recent_base"])
        indices = decimal(row["psi"], digits=2), decimal(row["chance"], digits=2)
        table.add_row(*map(Text, (row["name"], *bases, *indices, row["told"])), style=STYLES[row["level"]])
    console.print(table)
    changed = [row for row in themes(drift) if row["differs"]]
    if changed:
        table = figure_table("Thème", "Référence", "Récent", "Écart", "[ ]")
        for row in changed:
            shares = percent(row["reference_share"]), percent(row["recent_share"])
            bounds = interval(row["change_low"], row["change_high"], signed)
            table.add_row(*map(Text, (row["label"], *shares, change(row), bounds)))
        console.print(table)
    console.print(Text(in_brief(drift)), soft_wrap=True)
    console.print(Text(unbroken(NOTE), style="grey58"))


def _told(one: Period) -> str:
    arrived = counted(one.base, "verbatim arrivé", "verbatims arrivés")
    return f"{arrived} {period(one.start, one.stop)}, dont {integer(one.read)} lus par le modèle"
