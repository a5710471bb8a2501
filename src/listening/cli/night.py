"""`listening run`, `ingest` and `summary`: the night, and its parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Configuration = Annotated[Path, typer.Argument(metavar="CONFIG", help="Configuration, comme pipelines/nightly.yaml.")]


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


def ingest(configuration: Configuration) -> None:
    """Lire les sources d'une configuration et stocker leurs verbatims, sans coder."""
    from rich.console import Console

    from listening.cli.progress import progress
    from listening.configuration import read_night
    from listening.steps.night import NightReport, ingest_all, open_night

    night = read_night(configuration)
    report = NightReport()
    with open_night(night) as (store, key):
        ingest_all(night, store, key=key, report=report, bar=progress)
    for line in report.lines():
        Console().print(line, highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(1 if report.failures else 0)


def summary(
    configuration: Configuration,
    publish: Annotated[bool, typer.Option("--publish", help="Écrire aussi la page et les tableaux.")] = False,
) -> None:
    """Résumer ce qui est codé : thèmes, sentiment, notes, avec leurs bases."""
    from rich.console import Console

    from listening.configuration import read_night
    from listening.report.terminal import print_summary
    from listening.steps.night import NightReport, night_tagger, open_night, summarise_night

    night, report = read_night(configuration), NightReport()
    console = Console()
    with open_night(night) as (store, _):
        found = summarise_night(night, store, *night_tagger(night), report, publishing=publish)
    print_summary(found, console)
    if report.page:
        console.print(f"Page : {report.page}", highlight=False, soft_wrap=True)
