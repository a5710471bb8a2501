"""`listening review`: what people should read, their verdicts by workbook, how far they agree, what they correct."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from listening.cli.french import FrenchCommand, FrenchGroup
from listening.cli.night import Configuration, StorePlace

app = typer.Typer(
    name="review", help="Relire : la file, les classeurs, l'accord des codeurs.", cls=FrenchGroup, no_args_is_help=True
)
Plan = Annotated[Path | None, typer.Option("--codebook", help="Plan de codage, au lieu de celui qui est livré.")]
Source = Annotated[str | None, typer.Option(help="Seulement de cette source.")]


@app.command(cls=FrenchCommand)
def queue(
    configuration: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG]", help="Configuration d'une nuit : remplir d'abord la file.")
    ] = None,
    store: StorePlace = None,
) -> None:
    """Dire ce qui attend une relecture, par motif ; avec une configuration, remplir d'abord la file.

    Chaque nuit la remplit aussi : doutes du modèle, désaccords avec une note ou un autre moteur, contrôle au hasard,
    contenus sensibles, dans les limites de « review » (per_source, per_code, audit_share…) de la configuration.
    """
    from rich.console import Console

    from listening.cli.store import existing
    from listening.configuration import read_night
    from listening.report.french import REASONS, counted
    from listening.steps.night import night_tagger
    from listening.steps.review import fill_queue
    from listening.store.queue import count_open

    if configuration:
        night = read_night(configuration)
        with existing(night.store) as opened:
            waiting = fill_queue(opened, *night_tagger(night), night.review)
    else:
        with existing(store) as opened:
            waiting = count_open(opened)
    console = Console(highlight=False, soft_wrap=True)
    for reason, count in waiting.items():
        console.print(f"{REASONS[reason]} : {counted(count, 'verbatim')}")
    if not waiting:
        console.print("Rien à relire.")


@app.command(cls=FrenchCommand)
def ask(
    names: Annotated[
        list[str], typer.Argument(metavar="IDENTIFIANT…", help="Verbatims, par la colonne « identifiant ».")
    ],
    by: Annotated[str, typer.Option("--by", metavar="NOM", help="Qui le demande.")],
    store: StorePlace = None,
) -> None:
    """Demander que des verbatims soient relus, avant tous les autres."""
    from rich.console import Console

    from listening.cli.store import existing
    from listening.report.french import counted
    from listening.steps import review

    with existing(store) as opened:
        count = review.ask(opened, names, asked_by=by)
    Console(highlight=False).print(f"{counted(count, 'verbatim ajouté', 'verbatims ajoutés')} à la file.")


@app.command(cls=FrenchCommand)
def export(
    xlsx: Annotated[Path, typer.Option("--xlsx", metavar="FICHIER", help="Classeur à écrire.")],
    coder: Annotated[str, typer.Option("--coder", metavar="NOM", help="Pour qui.")],
    limit: Annotated[int, typer.Option(min=1, help="Verbatims au plus.")] = 100,
    source: Source = None,
    code: Annotated[str | None, typer.Option(help="Seulement les doutes sur ce code.")] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Proposer les codes du modèle, au lieu de coder à l'aveugle.")
    ] = False,
    store: StorePlace = None,
    codebook: Plan = None,
) -> None:
    """Écrire ce qui attend une personne dans un classeur Excel, avec les codes en listes et leurs définitions.

    À l'aveugle, ses verdicts valent un contrôle. Avec --suggest, elle corrige ce que le modèle propose, et dit « oui »
    sous « Fini » quand c'est lu ; ce que le contrôle au hasard a tiré n'y est pas.
    """
    from rich.console import Console

    from listening.cli.store import existing
    from listening.codebook import load_codebook
    from listening.report.french import counted
    from listening.steps.workbooks import export_workbook

    asked: dict[str, Any] = {"coder": coder, "limit": limit, "source": source, "code": code, "proposing": suggest}
    with existing(store) as opened:
        count = export_workbook(opened, load_codebook(codebook), xlsx, **asked)
    Console(highlight=False, soft_wrap=True).print(f"{counted(count, 'verbatim')} à coder : {xlsx}", markup=False)


@app.command("import", cls=FrenchCommand)
def read_back(
    file: Annotated[Path, typer.Argument(metavar="CLASSEUR", help="Classeur rempli.")],
    coder: Annotated[
        str | None, typer.Option("--coder", metavar="NOM", help="Qui a codé, si ce n'est pas qui est écrit dedans.")
    ] = None,
    store: StorePlace = None,
    codebook: Plan = None,
) -> None:
    """Ajouter les verdicts d'un classeur rempli ; chaque cellule est vérifiée, et chaque faute dite par sa cellule.

    Les lignes justes sont ajoutées : corrigez les autres, puis relisez le même classeur, rien n'est compté deux fois.
    """
    from rich.console import Console

    from listening.cli.store import existing
    from listening.codebook import load_codebook
    from listening.report.french import counted
    from listening.steps.workbooks import import_workbook

    console = Console(highlight=False, markup=False, soft_wrap=True)
    with existing(store) as opened:
        done = import_workbook(opened, load_codebook(codebook), file, coder=coder)
    console.print(
        f"{done.coder} : {counted(done.added, 'verdict ajouté', 'verdicts ajoutés')}, dont {done.replaced} à la place "
        f"d'un autre ; {done.known} déjà connus, {counted(done.unfinished, 'ligne')} sans décision."
    )
    for cell, reason in done.problems.items():
        console.print(f"{file.name}, cellule {cell} : {reason}")
    raise typer.Exit(1 if done.problems else 0)


@app.command(cls=FrenchCommand)
def agreement(
    seen: Annotated[
        bool, typer.Option("--seen", help="Compter aussi les verdicts de qui avait vu les codes du modèle.")
    ] = False,
    store: StorePlace = None,
    codebook: Plan = None,
) -> None:
    """Dire à quel point les codeurs s'accordent, deux à deux et par code : kappa, alpha, AC1, intervalles et bases."""
    from rich.console import Console

    from listening.cli.store import existing
    from listening.codebook import load_codebook
    from listening.report.agreement import print_agreements
    from listening.store.verdicts import verdicts
    from listening.training.coders import coders_agree

    plan = load_codebook(codebook)
    with existing(store) as opened:
        pairs = coders_agree(verdicts(opened), list(plan.codes), codebook=plan.reference, blind=not seen)
    print_agreements(pairs, plan, Console(highlight=False))


@app.command(cls=FrenchCommand)
def audit(configuration: Configuration) -> None:
    """Mettre à côté des parts du modèle celles que donne le contrôle au hasard, avec leur intervalle."""
    from rich.console import Console

    from listening.cli.store import existing
    from listening.configuration import read_night
    from listening.report.audited import print_audited
    from listening.steps.audited import audited
    from listening.steps.night import night_tagger

    night = read_night(configuration)
    tagger, codebook = night_tagger(night)
    with existing(night.store) as opened:
        print_audited(audited(opened, tagger, codebook), codebook, Console(highlight=False))
