"""The application: its commands, and how errors reach the person."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.markup import escape
from typer.exceptions import Abort, TyperException

from listening.cli import (
    codebook,
    doctor,
    drift,
    lineage,
    model,
    models,
    night,
    privacy,
    privacy_rights,
    quarantine,
    retrain,
    review,
    store,
    tag,
    web,
)
from listening.cli.french import FrenchCommand, FrenchGroup, usage_error
from listening.errors import ListeningError

app = typer.Typer(
    name="listening",
    help="Lire ce que les clients écrivent en français, et dire ce qu'ils en ressentent.",
    cls=FrenchGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COMMANDS = (
    night.run,
    night.ingest,
    tag.tag,
    privacy.privacy,
    night.summary,
    drift.drift,
    model.train,
    model.evaluate,
    retrain.retrain,
    web.web,
    lineage.trace,
    lineage.rebuild,
    privacy_rights.forget,
    privacy_rights.access,
    doctor.doctor,
)
for command in COMMANDS:
    app.command(cls=FrenchCommand)(command)
app.add_typer(store.app)
app.add_typer(quarantine.app)
app.add_typer(review.app)
app.add_typer(models.app)
app.add_typer(codebook.app)
app.add_typer(web.app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error of ours is one sentence and exit code 1, a wrong usage exit code 2."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        code = app(arguments, standalone_mode=False)
    except ListeningError as error:
        for line in str(error).splitlines():
            console.print(f"[bold red]Erreur[/] : {escape(line)}")
        sys.exit(1)
    except TyperException as error:
        if str(error):  # empty when the help was shown for want of a command
            console.print(f"[bold red]Erreur[/] : {escape(usage_error(error))}")
        sys.exit(2)
    except (Abort, KeyboardInterrupt):
        console.print("Interrompu ; relancez la même commande : ce qui est dans la base y reste.")
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        console.print(f"[bold red]Erreur[/] : {error.filename} : {error.strerror} ; vérifiez le chemin et les droits")
        sys.exit(1)
    sys.exit(code or 0)


if __name__ == "__main__":
    main()
