"""`listening drift`: whether what arrives, and what the model makes of it, has changed."""

from __future__ import annotations

from typing import Annotated

import typer

from listening.cli.night import Configuration


def drift(
    configuration: Configuration,
    recent: Annotated[int | None, typer.Option(min=1, metavar="JOURS", help="Jours récents ; par défaut 7.")] = None,
    reference: Annotated[
        int | None, typer.Option(min=1, metavar="JOURS", help="Jours d'avant, auxquels comparer ; par défaut 56.")
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Écrire aussi la page et les tableaux.")] = False,
) -> None:
    """Comparer ce qui vient d'arriver avec les semaines d'avant : sources, langues, longueurs, doutes, thèmes."""
    from rich.console import Console

    from listening.cli.store import existing
    from listening.configuration import read_night
    from listening.report.drift import print_drift
    from listening.steps.drift import measure_drift, watch
    from listening.steps.night import night_tagger
    from listening.steps.runs import now
    from listening.steps.summary import basis_of

    night = read_night(configuration)
    asked = {name: days for name, days in (("recent", recent), ("reference", reference)) if days}
    windows = night.drift.model_copy(update=asked)
    console = Console()
    with existing(night.store) as store:
        basis = basis_of(store, *night_tagger(night))
        if not publish:
            print_drift(measure_drift(store, basis, windows, at=now()), console)
            return
        done = watch(store, basis, windows, night.reports)
    print_drift(done.drift, console)
    console.print(f"Page : {done.page}", highlight=False, soft_wrap=True)
