"""`listening codebook`: codes added without training the model anew, versions compared, and what they change."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.french import FrenchCommand, FrenchGroup
from listening.cli.night import StorePlace
from listening.errors import ConfigurationError

if TYPE_CHECKING:
    from listening.codebook import Codebook
    from listening.training.corpus import Example

FEWEST_TEXTS, TEXTS = 50, 1000  # texts of --texts: needed, and read

Before = Annotated[
    str, typer.Argument(metavar="AVANT", help="Version d'avant : un fichier YAML, ou experience-client@1.")
]
After = Annotated[str, typer.Argument(metavar="APRÈS", help="Version d'après : un fichier YAML.")]

app = typer.Typer(
    name="codebook", help="Compléter un plan de codage, et le faire évoluer.", cls=FrenchGroup, no_args_is_help=True
)


@app.command(cls=FrenchCommand)
def fit(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="Plan de codage en YAML, avec les exemples des codes.")],
    model: Annotated[Path | None, typer.Option(help="Dossier du modèle, au lieu de celui qui est livré.")] = None,
    texts: Annotated[
        Path | None, typer.Option(help="Verbatims à vous, non codés, qui portent rarement ces codes.")
    ] = None,
) -> None:
    """Apprendre les codes que le modèle ne connaît pas, sur leurs exemples, et dire ce qu'ils valent.

    Un code s'apprend sur 8 à 30 exemples écrits dans le plan (examples, et counterexamples). Les codes du modèle ne
    changent pas. L'apprentissage s'écrit à côté du plan ; coder avec ce plan donne ensuite ces codes aussi.
    """
    from rich.console import Console

    from listening.codebook import load_codebook
    from listening.report.added import print_heads
    from listening.tagging.champion import champion_of
    from listening.tagging.embedded import EmbeddedTagger, default_folder
    from listening.tagging.heads import write_heads
    from listening.training.added import fit_added, read_background

    codebook = load_codebook(plan)
    tagger = EmbeddedTagger(champion_of(model or default_folder()))
    with Console(stderr=True).status("Apprentissage…"):
        heads = fit_added(tagger, codebook, _unlabelled(texts) if texts else read_background())
    console = Console(soft_wrap=True, highlight=False)
    print_heads(heads, console)
    console.print(f"Écrit dans {write_heads(plan, heads)}", markup=False)


@app.command(cls=FrenchCommand)
def diff(before: Before, after: After) -> None:
    """Dire ce qui change d'une version d'un plan à l'autre : codes ajoutés, retirés, fusionnés, scindés, renommés."""
    from rich.console import Console

    from listening.codebook_diff import diff
    from listening.report.codebook_diff import print_diff

    print_diff(diff(_plan(before), _plan(after)), Console(soft_wrap=True, highlight=False, markup=False, emoji=False))


@app.command(cls=FrenchCommand)
def carry(
    before: Before,
    after: After,
    store: StorePlace = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Dire ce qui serait repris, sans rien écrire.")] = False,
) -> None:
    """Reprendre sous la nouvelle version ce que des personnes ont décidé sous l'ancienne.

    Codes gardés, renommés et fusionnés se reprennent ; un code scindé se demande à une personne (file de relecture).
    """
    from rich.console import Console

    from listening.cli.progress import progress
    from listening.cli.store import existing
    from listening.steps.carry import carried_lines, carry

    old, new = _plan(before), _plan(after)
    with existing(store) as opened, progress("Reprise") as advance:
        found = carry(opened, old, new, trial=dry_run, advance=advance)
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    for line in carried_lines(found, old, new):
        console.print(line)


@app.command(cls=FrenchCommand)
def bridge(
    before: Before,
    after: After,
    store: StorePlace = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DOSSIER", help="Où écrire la page et les tableaux.")
    ] = None,
) -> None:
    """Comparer les mêmes verbatims sous les deux versions : parts avant et après, écart, recouvrement, par vague.

    Il faut qu'ils soient codés sous l'une et l'autre : « listening run » avec le nouveau plan recode l'historique, et
    ce qui était codé sous l'ancien reste.
    """
    from rich.console import Console

    from listening.cli.store import existing
    from listening.report.bridge import print_bridge
    from listening.steps.bridge import bridge, publish_bridge

    console = Console(highlight=False)
    with existing(store) as opened:
        found, lineage, warnings = bridge(opened, _plan(before), _plan(after))
        print_bridge(found, warnings, console)
        if output:
            page = publish_bridge(opened, found, lineage, warnings, output)
            console.print(f"Page : {page}", markup=False, soft_wrap=True)


def _plan(place: str) -> Codebook:
    """Give the codebook of a file, or the one that ships, by its reference."""
    from listening.codebook import load_codebook

    shipped = load_codebook()
    return shipped if place == shipped.reference else load_codebook(Path(place))


def _unlabelled(path: Path) -> list[Example]:
    """Give at most TEXTS texts of a file, drawn at random but always the same."""
    from listening.steps.files import read_texts
    from listening.training.corpus import LONGEST, Example

    found = [row.text[:LONGEST] for row in read_texts(path, text=None, id=None) if row.text.strip()]
    if len(found) < FEWEST_TEXTS:
        raise ConfigurationError(
            f"{path} : {len(found)} textes ; il en faut au moins {FEWEST_TEXTS} pour apprendre d'eux"
        )
    drawn = random.Random(0).sample(found, min(TEXTS, len(found)))
    return [Example(id=str(rank), text=text) for rank, text in enumerate(drawn)]
