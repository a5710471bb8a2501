"""`listening store`: check the store, bring it up to date, copy it elsewhere, export it for notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.french import FrenchCommand, FrenchGroup
from listening.cli.night import StorePlace

if TYPE_CHECKING:
    from rich.console import Console

    from listening.store.store import Store

app = typer.Typer(name="store", help="Vérifier la base, la copier, l'exporter.", cls=FrenchGroup, no_args_is_help=True)


@app.command(cls=FrenchCommand)
def check(store: StorePlace = None) -> None:
    """Vérifier la base : son fichier, ses tables, ce que ses lignes disent les unes des autres, son journal."""
    from rich.markup import escape

    from listening.report.french import counted
    from listening.store.check import check as look

    console, sound, mendable = _console(), True, True
    with existing(store) as opened:
        console.print(f"Base : {escape(opened.place)}")
        for finding in look(opened):
            sound &= not finding.faults
            mendable &= not finding.faults or finding.mendable
            faults = f" : {counted(finding.faults, 'faute', 'fautes')} ({finding.example})" if finding.faults else ""
            mark = "[red]✗[/]" if faults else "[green]✓[/]"
            console.print(f"{mark} {finding.what}{escape(faults)}")
    if not mendable:
        console.print("Gardez cette base telle qu'elle est, et reprenez-en la dernière copie saine.")
    raise typer.Exit(0 if sound else 1)


@app.command(cls=FrenchCommand)
def migrate(
    store: StorePlace = None,
    again: Annotated[bool, typer.Option("--again", help="Refaire aussi les mots et les fiches des pages.")] = False,
) -> None:
    """Donner aux tables la forme que cette version du logiciel attend ; toute commande le fait aussi d'elle-même."""
    from listening.report.french import counted
    from listening.store.cards import make_again
    from listening.store.engine import connect
    from listening.store.store import Store
    from listening.store.words import mend

    with Store(connect(store)) as opened:
        before, after = opened.migrate()
        done = "déjà à jour" if before == after else f"de {before or 'rien'} à {after}"
        _console().print(f"{opened.place} : {done}", markup=False)
        if again:
            words, cards = counted(mend(opened), "verbatim"), counted(make_again(opened), "verbatim")
            _console().print(f"Refaits : mots de {words}, fiches de {cards}.", markup=False)


@app.command(cls=FrenchCommand)
def copy(
    origin: Annotated[str, typer.Argument(metavar="DE", help="Base à copier, chemin ou URL.")],
    target: Annotated[str, typer.Argument(metavar="VERS", help="Base vide, ou copie interrompue à reprendre.")],
) -> None:
    """Copier toute une base dans une autre, de SQLite à PostgreSQL ou l'inverse.

    La clé des empreintes n'est pas dans la base : portez aussi LISTENING_KEY, ou .listening-key.
    """
    from listening.cli.progress import progress
    from listening.report.french import counted
    from listening.store.copying import copy_store, count_rows
    from listening.store.store import open_store

    console = _console()
    with existing(origin) as one, open_store(target) as other:
        with progress("Copie", count_rows(one)) as advance:
            counts = copy_store(one, other, advance=advance)
        _print_counts(counts, console)
        console.print(
            f"{other.place} : {counted(sum(counts.values()), 'ligne copiée', 'lignes copiées')}.", markup=False
        )
    console.print("Portez aussi la clé des empreintes : LISTENING_KEY, ou .listening-key.")


@app.command(cls=FrenchCommand)
def export(
    parquet: Annotated[Path, typer.Option("--parquet", metavar="DOSSIER", help="Dossier des fichiers Parquet.")],
    store: StorePlace = None,
) -> None:
    """Écrire les tables en Parquet, avec leur dictionnaire, pour un carnet, DuckDB ou R."""
    from listening.cli.progress import progress
    from listening.steps.export import export_parquet
    from listening.store.parquet import DICTIONARY

    console = _console()
    with existing(store) as opened, progress("Export") as advance:
        counts = export_parquet(opened, parquet, advance=advance)
    _print_counts(counts, console)
    console.print(f"Ce que tient chaque colonne : {parquet / DICTIONARY}", markup=False)


def existing(place: str | None) -> Store:
    """Open a store that is there; StoreError where there is none."""
    from listening.errors import StoreError
    from listening.store.engine import locate
    from listening.store.store import open_store

    file = locate(place)
    if file is not None and not file.is_file():
        raise StoreError(f"{file} : pas de base ici ; vérifiez le chemin, ou rangez-y d'abord des verbatims")
    return open_store(place)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def _print_counts(counts: dict[str, int], console: Console) -> None:
    from listening.report.french import integer

    width = max(map(len, counts))
    for name, number in counts.items():
        console.print(f"  {name:<{width}} {integer(number):>12}", markup=False)
