"""`listening train` and `evaluate`: make a model, and say how good it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    folder: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier du modèle ; il contient training.yaml.")],
    base: Annotated[str, typer.Option(metavar="ID_OU_DOSSIER", help="Encodeur, ou modèle à former plus avant.")],
    coded: Annotated[Path, typer.Option(help="Verbatims codés, en JSONL.")],
    codings: Annotated[
        Path | None, typer.Option(help="Codages à part de leurs textes (pris dans --unlabelled et --rated), en JSONL.")
    ] = None,
    authored: Annotated[
        Path | None, typer.Option(help="Verbatims écrits et codés pour l'entraînement, en JSONL.")
    ] = None,
    rated: Annotated[Path | None, typer.Option(help="Textes notés ou étiquetés, en Parquet.")] = None,
    unlabelled: Annotated[Path | None, typer.Option(help="Textes que personne n'a codés, en Parquet.")] = None,
    fragments: Annotated[Path | None, typer.Option(help="Réponses courtes à des questions, en JSONL.")] = None,
    codebook: Annotated[Path | None, typer.Option(help="Plan de codage, au lieu de celui qui est livré.")] = None,
) -> None:
    """Entraîner le modèle de codage ; interrompu, il reprend où il en était."""
    from rich.console import Console

    from listening.codebook import load_codebook
    from listening.training.curve import NAME
    from listening.training.produce import Sources, produce

    console = Console(stderr=True)
    codes = list(load_codebook(codebook).codes)
    sources = Sources(
        base=base,
        coded=coded,
        codings=codings,
        authored=authored,
        rated=rated,
        unlabelled=unlabelled,
        fragments=fragments,
    )
    with console.status("Préparation…") as status:

        def show(stage: str, step: int, steps: int, loss: float) -> None:
            status.update(f"{stage} : pas {step}/{steps}, perte {loss:.3f}")
            if step == steps:
                console.print(f"{stage} : perte moyenne {loss:.4f}", highlight=False)

        produce(folder, sources, codes, progress=show)
    for line in (folder / NAME).read_text(encoding="utf-8").splitlines():
        console.print(line.replace(",", "\t"), highlight=False)
    console.print(f"Modèle écrit dans {folder} ; mesurez-le par « listening evaluate ».", highlight=False)


def evaluate(
    gold: Annotated[Path | None, typer.Option(help="Verbatims codés de référence, en JSONL.")] = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MOTEUR",
            help="embedded, baseline, le dossier d'un modèle ou le YAML d'un moteur du hub ; à répéter pour comparer.",
        ),
    ] = None,
    train: Annotated[Path | None, typer.Option(help="Verbatims codés sur lesquels caler la référence TF-IDF.")] = None,
    coder2: Annotated[
        Path | None, typer.Option(help="Les mêmes verbatims codés par un second codeur, en JSONL.")
    ] = None,
    sentiment: Annotated[Path | None, typer.Option(help="Textes notés ou étiquetés de référence, en Parquet.")] = None,
    train_sentiment: Annotated[
        Path | None, typer.Option(help="Textes notés ou étiquetés sur lesquels caler la référence TF-IDF, en Parquet.")
    ] = None,
    behaviour: Annotated[
        bool, typer.Option("--behaviour", help="Mesurer aussi le comportement sur des paires minimales.")
    ] = False,
    codebook: Annotated[Path | None, typer.Option(help="Plan de codage, au lieu de celui qui est livré.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Écrire aussi les mesures dans ce fichier.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Écrire aussi une page avec graphiques.")] = None,
) -> None:
    """Mesurer un ou plusieurs moteurs sur des verbatims codés, avec des intervalles à 95 %.

    Sans --engine, le modèle livré, et la référence TF-IDF quand --train est donné.
    """
    from rich.console import Console

    from listening.cli.progress import progress
    from listening.codebook import load_codebook
    from listening.report.evaluation import print_comparison, write_comparison
    from listening.training.behaviour import default_pairs
    from listening.training.compare import Material, compare

    engines = engine or ["embedded", *(["baseline"] if train else [])]
    material = Material(
        gold=gold,
        coder2=coder2,
        train=train,
        sentiment=sentiment,
        train_sentiment=train_sentiment,
        behaviour=default_pairs() if behaviour else None,
        codebook=codebook,
    )
    plan = load_codebook(codebook)
    comparison = compare(engines, material, plan, bar=progress)
    print_comparison(comparison, plan, Console())
    if json:
        write_comparison(comparison, json)
    if html:
        from datetime import UTC, datetime

        from listening.report.evaluation_page import render_evaluation

        files = {"Verbatims codés": gold, "Second codeur": coder2, "TF-IDF calé sur": train, "Corpus": sentiment}
        page = render_evaluation(
            comparison,
            plan,
            title="Évaluation du codage automatique",
            generated_at=datetime.now(UTC),
            lineage={label: path.name for label, path in files.items() if path},
        )
        html.write_text(page, encoding="utf-8")
