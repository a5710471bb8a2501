"""`listening trace` and `rebuild`: where a verbatim has been, and a report made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from listening.cli.night import StorePlace


def trace(
    verbatim: Annotated[
        str, typer.Argument(metavar="VERBATIM", help="Identifiant, de la base (d'un tableau) ou de la source.")
    ],
    store: StorePlace = None,
) -> None:
    """Dire toute l'histoire d'un verbatim : versions, étiquettes, décisions, fichiers qui montrent ses mots."""
    from rich.console import Console

    from listening.cli.store import existing
    from listening.report.trace import print_trace
    from listening.store.traces import trace as find

    with existing(store) as opened:
        print_trace(find(opened, verbatim), Console(highlight=False, emoji=False))


def rebuild(
    run: Annotated[
        str, typer.Argument(metavar="PUBLICATION", help="Son identifiant, ou le début ; la page le dit à la fin.")
    ],
    store: StorePlace = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Dossier où écrire ; par défaut, refait-PUBLICATION.")
    ] = None,
) -> None:
    """Refaire un rapport comme la base était alors, octet pour octet, ou dire ce qui manque pour cela."""
    from rich.console import Console

    from listening.cli.store import existing
    from listening.report.rebuilt import rebuilt_lines
    from listening.steps.rebuild import rebuild as build

    folder = output or Path(f"refait-{run}")
    with existing(store) as opened:
        done = build(opened, run, folder)
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in rebuilt_lines(done.files, folder=folder, missing=done.missing, changed=done.changed):
        console.print(line)
    raise typer.Exit(0 if done.same else 1)
