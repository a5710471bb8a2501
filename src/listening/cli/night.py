"""`listening run`, `ingest` and `summary`: the night, and its parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Configuration = Annotated[Path, typer.Argument(metavar="CONFIG", help="Configuration, comme pipelines/nightly.yaml.")]

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FICHIER…", help="Fichiers ou dossiers de données, ou une configuration YAML."),
]
StorePlace = Annotated[
    str | None, typer.Option("--store", help="Base des verbatims ; par défaut, data/listening.sqlite.")
]


def run(configuration: Configuration) -> None:
    """Faire toute la nuit, sans Prefect : lire les sources, coder, résumer, publier."""
    from rich.console import Console

    from listening.cli.progress import progress
    from listening.configuration import read_night
    from listening.report.terminal import print_summary
    from listening.steps.night import run_night

    console = Console()
    report, found = run_night(read_night(configuration), bar=progress)
    print_summary(found, console)
    for line in report.lines():
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(1 if report.failures else 0)


def ingest(
    files: Files,
    store: StorePlace = None,
    name: Annotated[str | None, typer.Option(help="Nom de la source ; sinon, celui du fichier.")] = None,
    kind: Annotated[
        str | None, typer.Option("--as", metavar="SORTE", help="Sorte du fichier, au lieu de la reconnaître.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Dire ce qui serait lu, avec la source à coller dans une configuration.")
    ] = False,
) -> None:
    """Reconnaître des fichiers, ou lire une configuration, et stocker les verbatims, sans coder."""
    from rich.console import Console

    from listening.cli.asked import asked_night
    from listening.cli.progress import progress
    from listening.steps.night import NightReport, ingest_all, open_night

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    night = asked_night(files, console, store=store, name=name, kind=kind, dry_run=dry_run)
    if dry_run:
        return
    report = NightReport()
    with open_night(night) as (opened, key):
        ingest_all(night, opened, key=key, report=report, bar=progress)
    for line in report.read_lines() + report.failed_lines():
        console.print(line)
    raise typer.Exit(1 if report.failures else 0)


def summary(
    configuration: Configuration,
    publish: Annotated[bool, typer.Option("--publish", help="Écrire aussi la page et les tableaux.")] = False,
) -> None:
    """Résumer ce qui est codé : thèmes, sentiment, notes, avec leurs bases."""
    from rich.console import Console

    from listening.cli.store import existing
    from listening.configuration import read_night
    from listening.report.terminal import print_summary
    from listening.steps.night import NightReport, night_tagger, summarise_night

    night, report = read_night(configuration), NightReport()
    console = Console()
    with existing(night.store) as store:
        found = summarise_night(night, store, *night_tagger(night), report, publishing=publish)
    print_summary(found, console)
    if report.page:
        console.print(f"Page : {report.page}", highlight=False, soft_wrap=True)
