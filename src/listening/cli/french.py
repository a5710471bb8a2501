"""Typer's own words, in French."""

from __future__ import annotations

from typing import Any

from typer import rich_utils
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
rich_utils.DEFAULT_STRING = "[par défaut : {}]"
rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"
rich_utils.ERRORS_PANEL_TITLE = "Erreur"
rich_utils.ABORTED_TEXT = "Interrompu."


class _French:
    """A command whose `--help` speaks French."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "Afficher cette aide."
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="Usage : ")


class FrenchCommand(_French, TyperCommand):
    """A command."""


class FrenchGroup(_French, TyperGroup):
    """A group of commands."""


def usage_error(error: TyperException) -> str:
    """Say in French what is wrong in a command line."""
    facts: Any = error
    match type(error).__name__:
        case "NoSuchOption":
            near = f" ; vouliez-vous {' ou '.join(facts.possibilities)} ?" if facts.possibilities else ""
            return f"option inconnue : {facts.option_name}{near}"
        case "MissingParameter":
            return f"il manque {_name(facts)} ; voyez --help"
        case "BadParameter":
            return f"valeur refusée pour {_name(facts)} ({error.message}) ; voyez --help"
    if error.message.startswith("No such command"):
        return f"commande inconnue : {error.message.split()[3].rstrip('.')} ; « listening --help » donne la liste"
    return f"{error.message} ; voyez --help"


def _name(error: Any) -> str:
    return "un argument" if error.param is None else str(max(error.param.opts, key=len))
