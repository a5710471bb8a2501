"""`listening models`: the engines there are, a model of the hub fetched, a model described."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.french import FrenchCommand, FrenchGroup
from listening.errors import ModelError

if TYPE_CHECKING:
    from listening.tagging.snapshot import Snapshot

USES = {"sentiment": "sentiment", "themes": "thèmes"}
Revision = Annotated[str | None, typer.Option(metavar="COMMIT", help="Commit du hub ; sans lui, le dernier.")]

app = typer.Typer(
    name="models", help="Voir, télécharger et décrire les modèles.", cls=FrenchGroup, no_args_is_help=True
)


def list_models() -> None:
    """Dire quels moteurs existent, à quoi ils servent, sous quelle licence, et lesquels sont ici."""
    for name, use, licence, place, note in _engines():
        _print(f"{name} : {use} ; licence {licence} ; {place}", f"  {note}")
    _print(
        "Tout autre classifieur ou modèle d'inférence du hub convient aussi : « listening models pull ID » "
        "le télécharge et donne sa révision, à écrire dans le fichier YAML du moteur."
    )


def pull(
    id: Annotated[str, typer.Argument(metavar="ID", help="auteur/modèle, sur le hub.")], revision: Revision = None
) -> None:
    """Télécharger un modèle du hub et donner sa révision exacte."""
    from listening.tagging.snapshot import pull

    snapshot = pull(id, revision)
    _print(f"{id} : {_bytes(snapshot.size)}, licence {snapshot.licence or 'non indiquée'}")
    _print(f"révision {snapshot.version}")
    use, labels = _purpose(snapshot)
    if use is None:
        _print(labels)
    else:
        _print("À écrire dans le fichier YAML du moteur :", f'{use}:\n  id: {id}\n  revision: "{snapshot.version}"')


def show(
    name: Annotated[str, typer.Argument(metavar="ID_OU_DOSSIER", help="embedded, un dossier, ou auteur/modèle.")],
    revision: Annotated[str | None, typer.Option(metavar="COMMIT", help="Commit, s'il y en a plusieurs ici.")] = None,
) -> None:
    """Décrire un modèle présent ici : moteur, codes, étiquettes, taille, empreinte, licence."""
    for label, value in _facts(name, revision):
        _print(f"{label} : {value}")


for command, function in (("list", list_models), ("pull", pull), ("show", show)):
    app.command(command, cls=FrenchCommand)(function)


def _engines() -> Iterator[tuple[str, str, str, str, str]]:
    from listening.tagging.embedded import default_folder
    from listening.tagging.engines import known_models
    from listening.tagging.snapshot import Snapshot, pulled

    folder = default_folder()
    licence = Snapshot(folder, folder.name, "").licence or "non indiquée"
    place = f"ici, {folder}" if (folder / "config.json").is_file() else f"absent de {folder}"
    yield "embedded", "sentiment et thèmes", licence, place, "le modèle livré, qui lit sans réseau"
    yield "baseline", "sentiment et thèmes", "sans objet", "livré", "TF-IDF calé sur vos verbatims codés : le plancher"
    for one in known_models():
        commits = pulled(one.id)
        place = f"ici, révision {', '.join(commits)}" if commits else f"à télécharger : listening models pull {one.id}"
        yield one.id, USES[one.purpose], one.licence, place, one.note


def _facts(name: str, revision: str | None) -> Iterator[tuple[str, str]]:
    from listening.tagging.embedded import EmbeddedTagger, default_folder
    from listening.tagging.snapshot import Snapshot

    folder = default_folder() if name == "embedded" else Path(name)
    if name == "embedded" or (folder / "thresholds.json").is_file():
        tagger = EmbeddedTagger(folder)
        yield "Moteur", f"embedded, {tagger.model}"
        yield "Codes", f"{len(tagger.codes)} : {', '.join(tagger.codes)}"
        snapshot = Snapshot(folder.resolve(), folder.name, tagger.model.rsplit("@", 1)[-1])
    else:
        snapshot = _here(name, revision)
        use, labels = _purpose(snapshot)
        yield "Moteur", f"hub, {USES[use]}" if use else "hub"
        yield "Codes", "ceux du plan de codage" if use == "themes" else "aucun"
        yield "Étiquettes", labels
    yield "Taille", _bytes(snapshot.size)
    yield "Empreinte", snapshot.version
    yield "Licence", snapshot.licence or "non indiquée"
    yield "Dossier", str(snapshot.folder)


def _here(name: str, revision: str | None) -> Snapshot:
    """Give a model that is here; an id of the hub may go without revision when there is only one."""
    from listening.tagging.snapshot import locate, pulled

    if revision is None and not Path(name).is_dir():
        commits = pulled(name)
        if len(commits) > 1:
            raise ModelError(
                f"{name} est ici en plusieurs révisions : {', '.join(commits)} ; choisissez par --revision"
            )
        if not commits:
            raise ModelError(
                f"{name} n'est ni un dossier, ni un modèle présent sur cette machine ; "
                f"s'il est sur le hub : listening models pull {name}"
            )
        revision = commits[0]
    return locate(name, revision)


def _purpose(snapshot: Snapshot) -> tuple[str | None, str]:
    """Give what a model is for, None when its labels do not say, and its labels with their meaning."""
    from listening.tagging.labels import inference, polarities

    try:
        inference(snapshot.labels, model=snapshot.id)
        return "themes", ", ".join(snapshot.labels)
    except ModelError:
        pass
    try:
        meant = polarities(snapshot.labels, {}, model=snapshot.id)
    except ModelError as error:
        return None, str(error)
    pairs = zip(snapshot.labels, meant, strict=True)
    return "sentiment", ", ".join(f"{label} → {polarity}" for label, polarity in pairs)


def _bytes(size: int) -> str:
    from listening.report.french import decimal

    return f"{decimal(size / 1e6)} Mo"


def _print(*lines: str) -> None:
    from rich.console import Console

    for line in lines:
        Console(soft_wrap=True, highlight=False, markup=False).print(line)
