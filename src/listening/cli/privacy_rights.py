"""`listening forget` and `access`: what a person may ask about what they wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from listening.cli.night import StorePlace

if TYPE_CHECKING:
    from rich.console import Console

    from listening.steps.forget import Forgotten

AUTHOR = typer.Option("--author", metavar="NOM", help="Nom ou pseudonyme, tel que la source le donne.")
SourceName = Annotated[
    str | None, typer.Option("--source", help="Dans cette source seulement : ailleurs, le même nom peut être un autre.")
]
By = Annotated[str, typer.Option("--by", metavar="NOM", help="Qui le fait, pour le journal.")]


def forget(
    author: Annotated[str | None, AUTHOR] = None,
    verbatim: Annotated[
        str | None, typer.Option("--verbatim", metavar="ID", help="Identifiant, de la base ou de la source.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="COLONNE=VALEUR", help="Condition, à répéter : brand=…, before=2024-01-31."),
    ] = None,
    source: SourceName = None,
    store: StorePlace = None,
    by: By = "listening forget",
    yes: Annotated[bool, typer.Option("--yes", help="Ne pas demander avant d'effacer.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Finir un effacement interrompu, sans plus.")] = False,
) -> None:
    """Effacer ce qu'une personne a écrit : textes, étiquettes, notes, quarantaine, et les fichiers qui les montrent.

    Une empreinte reste, pour que rien n'en revienne à la lecture suivante.
    """
    from rich.console import Console

    from listening.cli.store import existing
    from listening.errors import ConfigurationError
    from listening.report.forgotten import to_forget_lines
    from listening.steps import forget as steps
    from listening.store.erasure import begun

    if sum(map(bool, (author, verbatim, where, resume))) != 1:
        raise ConfigurationError("donnez --author, --verbatim, --where ou --resume, un seul des quatre")
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    key = _key(store)
    if resume:
        with existing(store) as opened:
            if not begun(opened):
                console.print("Aucun effacement à finir.")
                raise typer.Exit
            _tell(steps.resume(opened, key=key), console)
    with existing(store) as opened:
        if author:
            found = steps.find_author(opened, author, key=key, source=source)
        elif verbatim:
            found = steps.find_verbatim(opened, verbatim, key=key, source=source)
        else:
            found = steps.find_where(opened, [*(where or []), *([f"source={source}"] if source else [])])
        told = to_forget_lines(
            found.by_source,
            refused=len(found.refused),
            files=[one.path for one in found.exports],
            repeated=found.repeated,
            read=found.read,
            taught=found.taught,
            cited=found.cited,
        )
        for line in told:
            console.print(line)
        nothing = not (found.places or found.refused)
        if nothing and not author:
            raise typer.Exit
        if not yes and typer.prompt("Effacer sans retour ? oui ou non", default="non").strip().lower() != "oui":
            raise typer.Abort()
        done = steps.forget(opened, found, key=key, actor=by)
    _tell(done, console, nothing=nothing)


def access(
    author: Annotated[str, AUTHOR],
    source: SourceName = None,
    store: StorePlace = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Fichier JSON ; sinon, à l'écran.")] = None,
    by: By = "listening access",
) -> None:
    """Donner à une personne ce que la base tient d'elle : textes, étiquettes, décisions, fichiers."""
    import json
    import sys

    from listening.cli.store import existing
    from listening.steps.access import access as find
    from listening.steps.access import write_access

    key = _key(store)
    with existing(store) as opened:
        held = find(opened, author, key=key, source=source, actor=by)
        if output:
            write_access(opened, held, output)
        else:
            json.dump(held, sys.stdout, ensure_ascii=False, indent=2)


def _tell(done: Forgotten, console: Console, *, nothing: bool = False) -> NoReturn:
    """Say what became of files, and end."""
    from listening.report.forgotten import forgotten_lines

    for line in forgotten_lines(**vars(done), nothing=nothing):
        console.print(line)
    raise typer.Exit(1 if done.failures else 0)


def _key(store: str | None) -> bytes:
    """Give the key that is there: a new one would recognise nobody."""
    from listening.errors import ConfigurationError
    from listening.steps.night import key_file
    from listening.text.pseudonym import has_key, read_key

    file = key_file(store)
    if not has_key(file):
        raise ConfigurationError(f"{file} : pas de clé des empreintes ; apportez-la ici, ou donnez LISTENING_KEY")
    return read_key(file)
