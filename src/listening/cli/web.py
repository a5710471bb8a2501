"""`listening web` and `listening coder`: the pages where people code, and who may open them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from listening.cli.french import FrenchCommand, FrenchGroup
from listening.cli.night import StorePlace

app = typer.Typer(
    name="coder", help="Ouvrir et fermer les comptes des pages de codage.", cls=FrenchGroup, no_args_is_help=True
)
Name = Annotated[str, typer.Argument(metavar="NOM", help="Nom du compte : lettres, chiffres, points, tirets.")]
KEY = ".listening-web-key"  # not that of pseudonyms: a new one of those would recognise nobody, unseen
ROLES = {"reader": "lit", "coder": "lit et code", "admin": "lit, code et arbitre"}


def web(
    store: StorePlace = None,
    codebook: Annotated[Path | None, typer.Option(help="Plan de codage ; sinon, celui du paquet.")] = None,
    host: Annotated[str, typer.Option(help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port d'écoute.")] = 8600,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="Nom sous lequel le serveur est demandé (répétable).")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="Certificat TLS, en PEM.")] = None,
    private_key: Annotated[Path | None, typer.Option("--private-key", help="Clé du certificat, en PEM.")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="Un mandataire tient le TLS devant ce serveur.")
    ] = False,
) -> None:
    """Servir les pages de codage : par défaut à cette machine seule.

    Une autre adresse veut TLS : --certificate et --private-key, ou un mandataire et --behind-proxy.
    """
    from rich.console import Console

    from listening.cli.progress import progress
    from listening.codebook import load_codebook
    from listening.steps.night import key_file
    from listening.store.cards import prepare
    from listening.store.frames import last_origin
    from listening.store.store import open_store
    from listening.text.pseudonym import read_key
    from listening.web.serving import Serving, check_free, serve

    asked = Serving(
        host=host,
        port=port,
        names=tuple(name or ()),
        certificate=certificate,
        private_key=private_key,
        behind_proxy=behind_proxy,
    )
    asked.check()
    check_free(asked)
    with open_store(store) as opened:
        plan, key = load_codebook(codebook), read_key(key_file(store).with_name(KEY))
        with progress("Fiches des verbatims") as advance:
            prepare(opened, last_origin(opened, plan), advance=advance)
        Console(highlight=False).print(f"Pages : {asked.address}  (Ctrl+C pour arrêter)")
        serve(opened, plan, asked, key=key)


@app.command(cls=FrenchCommand)
def add(
    name: Name,
    role: Annotated[
        Literal["reader", "coder", "admin"], typer.Option(help="Lire, coder aussi, ou arbitrer aussi.")
    ] = "coder",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Lire le mot de passe sur l'entrée, sans le demander.")
    ] = False,
    store: StorePlace = None,
) -> None:
    """Ouvrir un compte, ou en changer le rôle et le mot de passe ; ses sessions ouvertes se ferment."""
    import sys
    from datetime import UTC, datetime

    from listening.store.coders import Coder, add_coder
    from listening.store.store import open_store
    from listening.web.passwords import hashed

    given = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else typer.prompt("Mot de passe", hide_input=True, confirmation_prompt="Le même, encore une fois")
    )
    with open_store(store) as opened:
        account = Coder(name=name, role=role, password=hashed(given), created_at=datetime.now(UTC))
        add_coder(opened, account, by="listening coder")
    typer.echo(f"Compte « {name} » : {ROLES[role]}.")


@app.command("list", cls=FrenchCommand)
def show(store: StorePlace = None) -> None:
    """Afficher les comptes : leur rôle, et ceux qui sont fermés."""
    from listening.cli.store import existing
    from listening.store.coders import coders

    with existing(store) as opened:
        for one in coders(opened):
            typer.echo(f"{one.name}  {one.role}{'  fermé' if one.disabled else ''}")


@app.command(cls=FrenchCommand)
def disable(name: Name, store: StorePlace = None) -> None:
    """Fermer un compte : ses sessions se ferment, ce qu'il a codé reste."""
    from datetime import UTC, datetime

    from listening.cli.store import existing
    from listening.store.coders import disable_coder

    with existing(store) as opened:
        disable_coder(opened, name, at=datetime.now(UTC), by="listening coder")
    typer.echo(f"Compte « {name} » fermé.")
