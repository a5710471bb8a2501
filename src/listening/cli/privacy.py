"""`listening privacy`: what would be masked in a file, and how well masking does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from listening.errors import ConfigurationError


def privacy(
    file: Annotated[
        Path | None, typer.Argument(metavar="FICHIER", help="CSV, XLSX, JSONL, Parquet ou TXT (un texte par ligne).")
    ] = None,
    gold: Annotated[
        Path | None, typer.Option(help="Mesurer le masquage sur ces textes annotés, en JSONL, au lieu d'un fichier.")
    ] = None,
    text: Annotated[str | None, typer.Option(metavar="COLONNE", help="Colonne des textes.")] = None,
    id: Annotated[str | None, typer.Option(metavar="COLONNE", help="Colonne des identifiants.")] = None,
    encoding: Annotated[str, typer.Option(help="Encodage du fichier.")] = "utf-8-sig",
) -> None:
    """Montrer ce qui serait masqué dans les textes d'un fichier, avant de les ranger dans une base.

    Chaque texte est affiché tel qu'il serait gardé, puis le nombre de passages masqués par nature. Avec --gold, le
    rappel et la précision du masquage, avec des intervalles à 95 %.
    """
    if (file is None) == (gold is None):
        raise ConfigurationError("donnez un fichier de textes, ou des textes annotés par --gold : l'un des deux")
    if file is not None:
        _show(file, text=text, id=id, encoding=encoding)
    elif gold is not None:
        _measure(gold)


def _show(file: Path, *, text: str | None, id: str | None, encoding: str) -> None:
    from collections import Counter

    from rich.console import Console
    from rich.markup import escape

    from listening.report.masking import print_counts, print_masked
    from listening.steps.files import mask_rows, read_texts

    console, warnings = (Console(stderr=aside, soft_wrap=True, highlight=False) for aside in (False, True))
    counts, texts, read = Counter[str](), Counter[str](), 0
    for row, scrubbed in mask_rows(read_texts(file, text=text, id=id, encoding=encoding)):
        read += 1
        counts.update(scrubbed.counts)
        texts.update(scrubbed.counts.keys())
        print_masked(row.id, scrubbed.text, console)
        if row.problem:
            warnings.print(f"[yellow]Attention[/] : {escape(row.problem)} ; cette ligne n'est pas lue")
    print_counts(counts, texts, read, console)


def _measure(gold: Path) -> None:
    from rich.console import Console

    from listening.report.masking import print_masking
    from listening.training.masking import measure

    print_masking(measure(gold), Console(soft_wrap=True, highlight=False))
