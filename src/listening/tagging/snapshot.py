"""Model folders that others made: where they lie, fetched from the hub, and what their files say."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b, file_digest
from pathlib import Path

import yaml

from listening.errors import ModelError

COMMIT = re.compile(r"[0-9a-f]{40}")
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
NOT_AN_ID = "« {id} » n'est pas un identifiant du hub ; il s'écrit auteur/modèle"
KEPT = (".json", ".txt", ".model", ".safetensors", ".md")


@dataclass(frozen=True)
class Snapshot:
    """A model folder and its version: the commit on the hub, or the hash of its files."""

    folder: Path
    id: str
    version: str

    @property
    def name(self) -> str:
        return self.id.rsplit("/", 1)[-1]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """What its outputs are called, in their order."""
        try:
            config = json.loads((self.folder / "config.json").read_text(encoding="utf-8"))
        except ValueError as error:
            raise ModelError(
                f"{self.folder / 'config.json'} n'est pas du JSON ; téléchargez le modèle à nouveau"
            ) from error
        named = config.get("id2label") or {rank: f"LABEL_{rank}" for rank in range(config.get("num_labels", 2))}
        return tuple(str(label) for _, label in sorted(named.items(), key=lambda pair: int(pair[0])))

    @property
    def licence(self) -> str | None:
        """The licence that its card gives, if there is a card and it gives one."""
        card = self.folder / "README.md"
        head = re.match(r"---\n(.*?)\n---", card.read_text(encoding="utf-8") if card.is_file() else "", re.DOTALL)
        try:
            facts = yaml.safe_load(head[1]) if head else None
        except yaml.YAMLError:
            return None
        return str(facts["license"]) if isinstance(facts, dict) and facts.get("license") else None

    @property
    def size(self) -> int:
        """Bytes of its files; what its folders hold, such as checkpoints, is not the model."""
        return sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())


def locate(id: str, revision: str | None = None, *, base: Path = Path()) -> Snapshot:
    """Give a model that is on this machine: a folder, counted from `base`, or an id of the hub at a commit.

    Nothing is downloaded. Raises ModelError when it is not there, or when its revision could change.
    """
    if revision is None:
        if not (base / id).is_dir():
            raise ModelError(
                f"{id} n'est pas un dossier, et sans révision un modèle du hub peut changer d'un jour à l'autre ; "
                f"« listening models pull {id} » le télécharge et donne la révision à écrire"
            )
        folder = (base / id).resolve()
        return Snapshot(_whole(folder), folder.name, _digest(folder))
    if not COMMIT.fullmatch(revision):
        raise ModelError(
            f"{id} : la révision « {revision} » peut changer ; il faut un commit, de 40 chiffres hexadécimaux, "
            f"que donne « listening models pull {id} --revision {revision} »"
        )
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(id, "config.json", revision=revision)
    except HFValidationError as error:
        raise ModelError(NOT_AN_ID.format(id=id)) from error
    if not isinstance(found, str):
        raise ModelError(
            f"{id} à la révision {revision} n'est pas sur cette machine ; "
            f"téléchargez-le : listening models pull {id} --revision {revision}"
        )
    return Snapshot(_whole(Path(found).parent), id, revision)


def pulled(id: str) -> list[str]:
    """Give the commits of a model of the hub that are on this machine, whole or not."""
    from huggingface_hub import constants

    kept = Path(constants.HF_HUB_CACHE).expanduser() / f"models--{id.replace('/', '--')}" / "snapshots"
    return sorted(commit.name for commit in kept.iterdir()) if kept.is_dir() else []


def pull(id: str, revision: str | None = None, *, endpoint: str | None = None) -> Snapshot:
    """Download what is missing of a model of the hub, by default at its latest commit.

    A commit that is here already can do without the hub. Raises ModelError when the hub cannot be reached, or does
    not have or does not give the model.
    """
    from huggingface_hub import HfApi, errors, snapshot_download

    try:
        found = HfApi(endpoint=endpoint).model_info(id, revision=revision)
        needed = _needed([one.rfilename for one in found.siblings or ()])
        snapshot_download(id, revision=found.sha, allow_patterns=needed, endpoint=endpoint)
    except (errors.HTTPError, errors.HFValidationError, OSError) as error:  # type: ignore[attr-defined]
        if revision in pulled(id):
            return locate(id, revision)
        raise ModelError(_refusal(error, id, revision)) from error
    return locate(id, found.sha)


def _refusal(error: Exception, id: str, revision: str | None) -> str:
    from huggingface_hub import errors

    copied = "copiez le dossier du modèle depuis une autre machine et donnez son chemin"
    match error:
        case errors.OfflineModeIsEnabled():
            return f"{id} n'est pas ici et HF_HUB_OFFLINE interdit de le télécharger ; ôtez cette variable, ou {copied}"
        case errors.HFValidationError():
            return NOT_AN_ID.format(id=id)
        case errors.GatedRepoError():
            return f"{id} ne se donne qu'à qui l'a demandé ; demandez l'accès sur huggingface.co/{id}"
        case errors.RepositoryNotFoundError():
            return f"le hub n'a pas de modèle {id}, ou il est privé ; vérifiez son nom"
        case errors.RevisionNotFoundError():
            return f"{id} n'a pas de révision « {revision} » ; sans --revision, la dernière est prise"
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"{id} n'a pu être téléchargé ({reason}) ; vérifiez la connexion et recommencez, ou {copied}"


def _needed(names: Sequence[str]) -> list[str]:
    """Give the files to download: weights in one form only, nothing of other frameworks."""
    kept = [name for name in names if "/" not in name and name.endswith(KEPT)]
    if any(name.endswith(".safetensors") for name in kept):
        return kept
    return kept + [name for name in names if re.fullmatch(r"pytorch_model.*\.bin", name)]


def _whole(folder: Path) -> Path:
    if not (folder / "config.json").is_file() or not any((folder / name).is_file() for name in WEIGHTS):
        raise ModelError(
            f"{folder} n'est pas un modèle entier : il y faut config.json et {' ou '.join(WEIGHTS[::2])} ; "
            "téléchargez-le par « listening models pull »"
        )
    return folder


def _digest(folder: Path) -> str:
    """Give the hash of the files that decide a probability."""
    digest = blake2b(digest_size=6)
    for path in sorted(folder.iterdir()):
        if path.suffix in {*KEPT, ".bin"} - {".md"}:
            with path.open("rb") as content:
                digest.update(path.name.encode() + file_digest(content, "sha256").digest())
    return digest.hexdigest()
