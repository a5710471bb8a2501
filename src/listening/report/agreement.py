"""How far coders agree, on the terminal: each two of them, on themes, on sentiment, then code by code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from listening.codebook import Codebook
from listening.insight.intervals import FRAGILE
from listening.report.evaluation import as_table
from listening.report.evaluation_tables import COEFFICIENTS, Cell, Grid, Row, coefficients
from listening.report.french import unbroken
from listening.training.coders import Coders

NONE = (
    "Aucun verbatim codé à l'aveugle par deux personnes ; confiez les mêmes à deux codeurs, ou comptez aussi, par "
    "« --seen », ceux qui avaient vu les codes du modèle."
)
NOTE = (
    "Cas : verbatims où l'un des deux au moins a posé le code. [ ] : intervalle à 95 %, large sur peu de cas ; "
    "« – » : sans objet, le code est partout ou nulle part. Pâle : moins de 30 cas."
)


def print_agreements(pairs: Sequence[Coders], codebook: Codebook, console: Console) -> None:
    """Print coefficients beyond chance with their bases and intervals, or that nothing was coded twice."""
    if not pairs:
        console.print(unbroken(NONE), soft_wrap=True)
        return
    for grid in agreement_grids(pairs, codebook):
        console.print(as_table(grid))
        console.print()
    console.print(unbroken(NOTE), style="grey58", markup=False, soft_wrap=True)


def agreement_grids(pairs: Sequence[Coders], codebook: Codebook) -> Iterator[Grid]:
    """Give a table a pair of coders: themes, sentiment, then the codes that one of them gave, with how often."""
    for one in pairs:
        between = one.agreement
        title = f"{' – '.join(between.coders)} : {between.base} verbatims codés par les deux"
        fragile = between.base < FRAGILE
        rows = [
            Row("Thèmes", [between.base, *coefficients(between.themes)], "net", fragile=fragile),
            Row("Sentiment", [between.base, *coefficients(between.sentiment)], "net", fragile=fragile),
        ]
        for code, cases in one.cases.items():
            if cases:
                cells: list[Cell] = [cases, *coefficients(between.codes[code])]
                rows.append(Row(codebook.codes[code].label, cells, "code", fragile=cases < FRAGILE))
        yield Grid(title, "Accord au-delà du hasard", ["Cas", *COEFFICIENTS], rows)
