"""Every engine by its name: `embedded`, `baseline`, a model folder, or the YAML file of a `hub` engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml
from pydantic import ValidationError

from listening.codebook import Codebook
from listening.errors import ConfigurationError
from listening.faults import located
from listening.tagging.engine import Tagger, load_tagger
from listening.tagging.hub import HubEngine, HubTagger


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A model of the hub that is known to work here."""

    id: str
    purpose: Literal["sentiment", "themes"]
    licence: str
    note: str


def known_models() -> list[KnownModel]:
    """Give the models of the hub that are known to work here.

    >>> {one.purpose for one in known_models()} == {"sentiment", "themes"}
    True
    """
    content = files("listening.tagging").joinpath("engines.yaml").read_text(encoding="utf-8")
    return [KnownModel(**entry) for entry in yaml.safe_load(content)]


def load_engine(name: str, codebook: Codebook, *, baseline: Callable[[], Tagger] | None = None) -> Tagger:
    """Give the engine that a name, a model folder or a YAML file says.

    `baseline` fits the engine of that name, which has no file of its own; only who holds coded verbatims can give it.
    Raises ConfigurationError for an unknown name or a wrong file, ModelError for a model that cannot serve.
    """
    if name == "embedded":
        return load_tagger()
    if name == "baseline":
        if baseline is None:
            raise ConfigurationError(
                "le moteur « baseline » se cale sur des verbatims codés : « listening evaluate --train CODES.jsonl »"
            )
        return baseline()
    path = Path(name)
    if path.is_dir():
        return load_tagger(path)
    if path.suffix in {".yaml", ".yml"}:
        return load_hub(path, codebook)
    raise ConfigurationError(
        f"moteur inconnu « {name} » ; possibles : embedded, baseline, le dossier d'un modèle, "
        "ou le fichier YAML d'un moteur du hub (« listening models list »)"
    )


def load_hub(path: Path, codebook: Codebook) -> HubTagger:
    """Give the `hub` engine of a YAML file; folders it names count from the file's own."""
    return read_hub(path).tagger(codebook, base=path.resolve().parent)


def read_hub(path: Path) -> HubEngine:
    """Read and check the file of a `hub` engine. Raises ConfigurationError that names each wrong key."""
    if not path.is_file():
        raise ConfigurationError(f"{path} : introuvable ; un moteur du hub s'écrit en YAML, clés sentiment et themes")
    try:
        return HubEngine.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} n'est pas un fichier YAML en UTF-8 ; réenregistrez-le en UTF-8") from error
    except ValidationError as error:
        raise ConfigurationError("\n".join(f"{path} : {located(fault)}" for fault in error.errors())) from error
