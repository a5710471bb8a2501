"""A folder of models: which of them reads is named in `champion.yaml`, with those that did before."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from listening.errors import ConfigurationError
from listening.faults import Strict, located

NAME = "champion.yaml"


class Reign(Strict):
    """A model that became champion: when, by which run, against which, and what it gained there, in its words."""

    model: str
    since: datetime
    run: str
    before: str
    gains: dict[str, Any] = Field(default={})


class Champions(Strict):
    """The folder of the model that reads, counted from the file's own, and the history, the last at the end."""

    champion: str
    history: list[Reign] = Field(default=[])


def champion_of(folder: Path) -> Path:
    """Give the folder of the model that reads: the champion of a folder of models, else the folder itself.

    Raises ConfigurationError when the file that names it is spoilt, or names what is not there.
    """
    path = folder / NAME
    if not path.is_file():
        return folder
    found = folder / read_champions(path).champion
    if not found.is_dir():
        raise ConfigurationError(f"{path} : champion « {found} » introuvable ; nommez le dossier d'un modèle")
    return found


def read_champions(path: Path) -> Champions:
    """Read and check a `champion.yaml`; raises ConfigurationError that names each wrong key."""
    try:
        return Champions.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} n'est pas un fichier YAML en UTF-8 ; réenregistrez-le en UTF-8") from error
    except ValidationError as error:
        raise ConfigurationError("\n".join(f"{path} : {located(fault)}" for fault in error.errors())) from error


def crown(folder: Path, name: str, reign: Reign) -> Path:
    """Name the champion of a folder of models, and add it to the history; the file appears whole or not at all."""
    path = folder / NAME
    history = read_champions(path).history if path.is_file() else []
    content = Champions(champion=name, history=[*history, reign]).model_dump(mode="json")
    part = path.with_suffix(".part")
    part.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")
    part.replace(path)
    return path
