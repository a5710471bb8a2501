"""`listening retrain`: learn from people's verdicts, and let a rule decide which model reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from listening.cli.night import Configuration


def retrain(
    configuration: Configuration,
    gold: Annotated[Path, typer.Option(help="Verbatims codés de référence, dont rien n'est appris, en JSONL.")],
    models: Annotated[
        Path | None, typer.Option(help="Dossier des modèles ; par défaut, celui de la configuration, s'il en est un.")
    ] = None,
    coded: Annotated[Path | None, typer.Option(help="Verbatims codés à apprendre avec les verdicts, en JSONL.")] = None,
    authored: Annotated[
        Path | None, typer.Option(help="Verbatims écrits et codés pour l'entraînement ; par défaut, ceux du projet.")
    ] = None,
    rated: Annotated[Path | None, typer.Option(help="Textes notés ou étiquetés, en Parquet.")] = None,
    recipe: Annotated[Path | None, typer.Option(help="training.yaml, au lieu de celui du champion.")] = None,
    taught: Annotated[int, typer.Option(min=1, help="Décisions à apprendre, au moins.")] = 200,
    judged: Annotated[int, typer.Option(min=1, help="Verdicts récents tirés au hasard pour juger, au moins.")] = 100,
) -> None:
    """Apprendre des verdicts : entraîner un challenger, le comparer au champion, le promouvoir s'il est meilleur."""
    from rich.console import Console

    from listening.configuration import read_night
    from listening.report.retraining import print_retraining
    from listening.steps.retrain import models_of, retrain_night
    from listening.steps.schooling import Schooling
    from listening.training.added import BACKGROUND
    from listening.training.promote import Rule

    console = Console()
    night = read_night(configuration)
    schooling = Schooling(
        models=models or models_of(night),
        gold=gold,
        coded=coded,
        authored=authored or (BACKGROUND if BACKGROUND.is_file() else None),
        rated=rated,
        recipe=recipe,
    )
    rule = Rule(taught=taught, judged=judged)
    told = Console(stderr=True)
    with told.status("Préparation…") as status:

        def show(stage: str, step: int, steps: int, loss: float) -> None:
            status.update(f"{stage} : pas {step}/{steps}, perte {loss:.3f}")
            if step == steps:
                told.print(f"{stage} : perte moyenne {loss:.4f}", highlight=False)
                status.update("Comparaison des deux modèles…")

        done = retrain_night(night, schooling, rule=rule, progress=show)
    print_retraining(done.lessons, {"recent": done.recent, "gold": done.gold}, done.ruling, done.rule, console)
    for line in done.lines():
        console.print(line, markup=False, highlight=False, soft_wrap=True)
