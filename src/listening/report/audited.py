"""The model's shares beside those of the random audit, on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from listening.codebook import Codebook
from listening.insight.intervals import FRAGILE
from listening.report.evaluation import as_table
from listening.report.evaluation_tables import Grid, Row
from listening.report.french import POLARITIES, counted, hundredths, integer, interval, percent, unbroken

NOTE = (
    "Part au contrôle : ce que disent les personnes des verbatims tirés au hasard, chacun compté pour ceux qu'il "
    "représente. Entre crochets, intervalle à 95 %. « hors » : la part du modèle en sort, "
    "ce que le seul hasard fait une fois sur vingt."
)
SWAYED = (
    "Aucun n'a été relu à l'aveugle : qui relisait voyait les codes du modèle, et ces parts penchent vers lui. À ne "
    "pas signer ; faites relire à l'aveugle ce que le contrôle a tiré (« listening review export », sans --suggest)."
)


def print_audited(shares: pd.DataFrame, codebook: Codebook, console: Console) -> None:
    """Print the table of `audited`, with how many verbatims were drawn and answered; say so where none was blind."""
    facts = shares.iloc[0]
    drawn, base, aside, swayed = (int(facts[name]) for name in ("drawn", "base", "aside", "swayed"))
    console.print(
        f"{counted(drawn, 'verbatim tiré', 'verbatims tirés')} au hasard, {integer(base)} relus "
        f"{'en voyant les codes' if swayed else 'à l’aveugle'} (base effective {integer(facts['effective_base'])})."
    )
    if aside:
        console.print(unbroken(f"Laissés de côté, relus en voyant les codes : {integer(aside)}."))
    if not base:
        console.print(unbroken("Aucune part ne peut être corrigée : relisez d'abord ce que le contrôle a tiré."))
        return
    labels = POLARITIES | {name: code.label for name, code in codebook.codes.items()}
    rows = [_row(row, labels[row["key"]]) for row in shares.to_dict("records")]
    name = "Au contrôle, codes vus" if swayed else "Au contrôle"
    console.print(as_table(Grid("", "Sentiment, thème", ["Modèle", name, "[ ]", ""], rows)))
    if swayed:
        console.print(unbroken(SWAYED), markup=False, soft_wrap=True)
    fragile = f" Base de moins de {FRAGILE} : à ne pas signer." if facts["fragile"] else ""
    console.print(unbroken(NOTE + fragile), style="grey58", markup=False, soft_wrap=True)


def _row(row: Mapping[Any, Any], label: str) -> Row:
    share = percent(row["share"]), interval(row["low"], row["high"], hundredths)
    return Row(label, [percent(row["model"]), *share, "hors" if row["differs"] else ""])
