"""`listening tag`: tag any file, without store or configuration."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from listening.errors import ConfigurationError


def tag(
    file: Annotated[
        Path, typer.Argument(metavar="FICHIER", help="CSV, XLSX, JSONL, Parquet ou TXT (un texte par ligne).")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Fichier JSONL à écrire ; « - » : sortie standard.")],
    text: Annotated[str | None, typer.Option(metavar="COLONNE", help="Colonne des textes.")] = None,
    id: Annotated[str | None, typer.Option(metavar="COLONNE", help="Colonne des identifiants.")] = None,
    question: Annotated[
        str | None, typer.Option(metavar="TEXTE", help="Question à laquelle les textes répondent.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="Encodage du fichier.")] = "utf-8-sig",
    model: Annotated[
        Path | None, typer.Option(help="Dossier d'un modèle ou YAML d'un moteur du hub, au lieu du modèle livré.")
    ] = None,
    codebook: Annotated[Path | None, typer.Option(help="Plan de codage, au lieu de celui qui est livré.")] = None,
) -> None:
    """Coder les textes d'un fichier : une ligne JSON par ligne lue, dans l'ordre, sans rien laisser."""
    from rich.console import Console
    from rich.markup import escape

    from listening.cli.progress import progress
    from listening.codebook import load_codebook
    from listening.steps.files import read_texts, tag_rows, to_json
    from listening.tagging.added import open_tagger, unread_lines

    plan = load_codebook(codebook)
    tagger = open_tagger(model, plan, codebook)
    rows = read_texts(file, text=text, id=id, encoding=encoding)
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for line in unread_lines(tagger, plan, codebook):
        console.print(f"[yellow]Attention[/] : {escape(line)}")
    with _writing(output) as stream, progress("Codage") as advance:
        for row, reading, review in tag_rows(rows, tagger, plan, question=question):
            stream.write(to_json(row, reading, review, model=tagger.model, codebook=plan.reference) + "\n")
            advance(1)
            if row.problem:
                console.print(f"[yellow]Attention[/] : {escape(row.problem)} ; cette ligne est rendue sans code")


@contextmanager
def _writing(output: Path) -> Iterator[TextIO]:
    """Give standard output for « - », else a file that takes its name only once it is whole."""
    if str(output) == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    if output.is_dir():
        raise ConfigurationError(f"{output} est un dossier ; donnez à -o un nom de fichier, ou « - »")
    output.parent.mkdir(parents=True, exist_ok=True)
    part = output.with_name(output.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as stream:
            yield stream
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
