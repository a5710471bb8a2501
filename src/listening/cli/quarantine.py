"""`listening quarantine`: the rows that could not be used, and reading them again once mended."""

from __future__ import annotations

from typing import Annotated

import typer

from listening.cli.french import FrenchCommand, FrenchGroup
from listening.cli.night import Files, StorePlace

app = typer.Typer(
    name="quarantine", help="Voir les lignes refusées, et les relire.", cls=FrenchGroup, no_args_is_help=True
)


@app.command("list", cls=FrenchCommand)
def show(
    source: Annotated[str | None, typer.Argument(metavar="SOURCE", help="Source ; sinon, toutes.")] = None,
    store: StorePlace = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Lignes affichées au plus.")] = 50,
) -> None:
    """Afficher les lignes en quarantaine : où elles étaient, pourquoi, et ce qu'elles disaient, masqué."""
    from rich.console import Console

    from listening.cli.store import existing
    from listening.report.quarantine import print_quarantine
    from listening.store.quarantine import in_quarantine, put_aside_by_source

    with existing(store) as opened:
        held = put_aside_by_source(opened)
        total = held.get(source, 0) if source else sum(held.values())
        print_quarantine(in_quarantine(opened, source), total, most, Console(highlight=False))


@app.command(cls=FrenchCommand)
def retry(files: Files, store: StorePlace = None) -> None:
    """Relire depuis le début les sources qui ont des lignes en quarantaine ; celles qui se lisent enfin en sortent.

    Corrigez d'abord les lignes dans leur fichier, ou la configuration de la source.
    """
    from rich.console import Console

    from listening.cli.asked import asked_night
    from listening.cli.progress import progress
    from listening.report.french import counted, integer
    from listening.steps.night import NightReport, ingest_all, open_night
    from listening.store.quarantine import put_aside_by_source

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    night, report = asked_night(files, console, store=store), NightReport()
    with open_night(night) as (opened, key):
        ingest_all(night, opened, key=key, report=report, anew=True, bar=progress)
        held = put_aside_by_source(opened)
    for name, count in report.ingested.items():
        left = held.get(name, 0)
        console.print(
            f"{name} : {counted(count['released'], 'ligne sortie', 'lignes sorties')} de quarantaine, "
            f"{integer(left)} y {'restent' if left > 1 else 'reste'}."
        )
    for line in report.failed_lines() or ([] if report.ingested else ["Aucune ligne de ces sources en quarantaine."]):
        console.print(line)
    raise typer.Exit(1 if report.failures else 0)
