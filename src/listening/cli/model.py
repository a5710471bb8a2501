"""`listening train` and `evaluate`: make a model, and say how good it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    folder: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier du modèle ; il contient training.yaml.")],
    base: Annotated[str, typer.Option(metavar="ID_OU_DOSSIER", help="Encodeur de départ, du hub ou d'un dossier.")],
    coded: Annotated[Path, typer.Option(help="Verbatims codés, en JSONL.")],
    authored: Annotated[
        Path | None, typer.Option(help="Verbatims écrits et codés pour l'entraînement, en JSONL.")
    ] = None,
    rated: Annotated[Path | None, typer.Option(help="Textes notés ou étiquetés, en Parquet.")] = None,
    fragments: Annotated[Path | None, typer.Option(help="Réponses courtes à des questions, en JSONL.")] = None,
    codebook: Annotated[Path | None, typer.Option(help="Plan de codage, au lieu de celui qui est livré.")] = None,
) -> None:
    """Entraîner le modèle de codage ; interrompu, il reprend à la dernière époque finie."""
    from rich.console import Console

    from listening.codebook import load_codebook
    from listening.training.produce import Sources, produce

    console = Console(stderr=True)
    codes = list(load_codebook(codebook).codes)
    sources = Sources(base=base, coded=coded, authored=authored, rated=rated, fragments=fragments)
    with console.status("Préparation…") as status:

        def show(stage: str, step: int, steps: int, loss: float) -> None:
            status.update(f"{stage} : pas {step}/{steps}, perte {loss:.3f}")
            if step == steps:
                console.print(f"{stage} : perte moyenne {loss:.4f}", highlight=False)

        produce(folder, sources, codes, progress=show)
    console.print(f"Modèle écrit dans {folder} ; mesurez-le par « listening evaluate ».", highlight=False)


def evaluate(
    gold: Annotated[Path, typer.Option(help="Verbatims codés de référence, en JSONL.")],
    train: Annotated[Path | None, typer.Option(help="Verbatims codés sur lesquels caler la référence TF-IDF.")] = None,
    model: Annotated[Path | None, typer.Option(help="Dossier du modèle, au lieu de celui qui est livré.")] = None,
    codebook: Annotated[Path | None, typer.Option(help="Plan de codage, au lieu de celui qui est livré.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Écrire aussi les mesures dans ce fichier.")] = None,
) -> None:
    """Mesurer le modèle sur des verbatims codés, à côté de la référence TF-IDF, avec des intervalles à 95 %."""
    from rich.console import Console

    from listening.cli.progress import progress
    from listening.codebook import load_codebook
    from listening.report.evaluation import print_evaluations, write_evaluations
    from listening.training.compare import compare

    evaluations = compare(gold, load_codebook(codebook), model=model, train=train, bar=progress)
    print_evaluations(evaluations, Console())
    if json:
        write_evaluations(evaluations, json)
