"""`listening run`, `ingest` and `summary`: the night, and its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from listening.errors import ConfigurationError

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


def ingest(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FICHIER…", help="Fichiers ou dossiers de données, ou une configuration YAML."),
    ],
    store: Annotated[
        str | None, typer.Option(help="Base où ranger les verbatims ; par défaut, data/listening.sqlite.")
    ] = None,
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

    from listening.cli.progress import progress
    from listening.configuration import Night, read_night
    from listening.sources.recognise import recognise_all
    from listening.steps.night import NightReport, ingest_all, open_night
    from listening.steps.recognised import describe, to_yaml

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if any(file.suffix.lower() in (".yaml", ".yml") for file in files):
        _refuse_options(files, {"--store": store, "--name": name, "--as": kind, "--dry-run": dry_run})
        night = read_night(files[0])
    else:
        found = recognise_all(files, kind, name=name)
        said = [line for source in found.sources for line in describe(source)]
        for line in said + [f"Laissé : {reason}" for reason in found.left.values()]:
            console.print(f"# {line}" if dry_run else line)
        if dry_run:
            console.print(to_yaml(found.sources), end="")
            return
        night = Night.model_validate({"sources": found.sources} | ({"store": store} if store else {}))
    report = NightReport()
    with open_night(night) as (opened, key):
        ingest_all(night, opened, key=key, report=report, bar=progress)
    for line in report.lines():
        console.print(line)
    raise typer.Exit(1 if report.failures else 0)


def _refuse_options(files: Sequence[Path], options: Mapping[str, object]) -> None:
    """Refuse what only data files take."""
    if len(files) > 1:
        raise ConfigurationError("une configuration YAML se lit seule : donnez les autres fichiers à part")
    given = [option for option, told in options.items() if told]
    if given:
        raise ConfigurationError(f"{files[0]} : {', '.join(given)} ne vaut que pour des fichiers de données")


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
