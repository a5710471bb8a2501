"""`listening codebook`: codes added to a codebook without training the model anew."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.french import FrenchCommand, FrenchGroup
from listening.errors import ConfigurationError

if TYPE_CHECKING:
    from listening.training.corpus import Example

FEWEST_TEXTS, TEXTS = 50, 1000  # texts of --texts: needed, and read

app = typer.Typer(name="codebook", help="Ajouter des codes à un plan de codage.", cls=FrenchGroup, no_args_is_help=True)


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
    from listening.tagging.embedded import EmbeddedTagger, default_folder
    from listening.tagging.heads import write_heads
    from listening.training.added import fit_added, read_background

    codebook = load_codebook(plan)
    tagger = EmbeddedTagger(model or default_folder())
    with Console(stderr=True).status("Apprentissage…"):
        heads = fit_added(tagger, codebook, _unlabelled(texts) if texts else read_background())
    console = Console(soft_wrap=True, highlight=False)
    print_heads(heads, console)
    console.print(f"Écrit dans {write_heads(plan, heads)}", markup=False)


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
