"""What is masked in a file, and how well masking does, on the terminal."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rich.console import Console
from rich.text import Text

from listening.insight.intervals import wilson
from listening.report.figure_table import figure_table
from listening.report.french import counted, hundredths, integer, interval, percent, unbroken
from listening.text.masks import MARKER
from listening.training.masking import Masking, Part

NOTE = (
    "[ ] : intervalle à 95 % (Wilson). Trouvé : toutes les lettres et tous les chiffres du passage sont masqués. "
    "Juste : le passage masqué en touche un vrai. Piège : texte sans donnée personnelle."
)


def print_masked(id: str, text: str, console: Console) -> None:
    """Print a masked text after its id, its markers highlighted."""
    line = Text(text.replace("\n", " "))
    line.highlight_regex(MARKER, "bold dark_orange3")
    console.print(Text(f"{id}  ", style="grey58") + line)


def print_counts(counts: Mapping[str, int], texts: Mapping[str, int], read: int, console: Console) -> None:
    """Print how many passages of each kind were masked, in how many texts of those read."""
    table = figure_table("Donnée", "Passages", "Textes")
    for kind in sorted(counts, key=lambda kind: -counts[kind]):
        table.add_row(Text(f"[{kind}]"), integer(counts[kind]), integer(texts[kind]))
    console.print(table)
    console.print(counted(read, "texte lu", "textes lus"))


def print_masking(masking: Masking, console: Console) -> None:
    """Print recall by kind, precision and traps left whole, with bases and intervals."""
    structured = [part for kind, part in masking.recall.items() if kind != "PERSONNE"]
    recall = figure_table("Rappel", "Base", "Trouvés", "Part", "[ ]")
    for kind, part in masking.recall.items():
        recall.add_row(kind, *_cells(part))
    total = Part(sum(part.hits for part in structured), sum(part.base for part in structured))
    recall.add_row("Toutes sauf PERSONNE", *_cells(total), style="bold")
    precision = figure_table("Précision", "Base", "Justes", "Part", "[ ]")
    precision.add_row("Passages masqués, tous les textes", *_cells(masking.precision))
    precision.add_row("Passages masqués, hors pièges", *_cells(masking.precision_marked))
    precision.add_row("Pièges laissés intacts", *_cells(masking.untouched), style="bold")
    console.print(recall, precision, sep="\n")
    console.print(Text(unbroken(NOTE), style="grey58"))


def _cells(part: Part) -> tuple[str | Text, ...]:
    share = np.array(part.hits / part.base if part.base else np.nan)
    low, high = wilson(share, np.array(float(part.base)))
    bounds = Text(interval(float(low), float(high), hundredths))
    return integer(part.base), integer(part.hits), percent(float(share)), bounds
