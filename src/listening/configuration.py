"""The configuration of a night: `pipelines/nightly.yaml`, checked key by key, errors with their line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from listening import plugins
from listening.errors import ConfigurationError
from listening.faults import Strict, message, place
from listening.review.queue import Quotas
from listening.sources.base import KINDS, Source
from listening.store.arrivals import Windows


class _PlainLoader(yaml.SafeLoader):
    """Leaves dates as they are written, so that a wrong one is refused with its line."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Night(Strict):
    """What a night reads, with what it tags, where it stores and publishes; paths count from the file's folder."""

    title: str = "Ce que disent les clients"
    store: str = "data/listening.sqlite"
    reports: Path = Path("data/reports")
    model: Path | None = None
    codebook: Path | None = None
    since: date | None = None
    chunk: int = Field(default=256, ge=1)
    quotes: int = Field(default=4, ge=3, le=5)
    review: Quotas = Quotas()
    drift: Windows = Windows()
    sources: list[Any] = Field(min_length=1)


def read_night(path: Path) -> Night:
    """Read a night's configuration, its sources checked and its paths made absolute.

    Raises ConfigurationError that names the file, the line and the key of each fault, and the remedy.
    """
    if not path.is_file():
        raise ConfigurationError(f"{path} : fichier de configuration introuvable ; voyez pipelines/nightly.yaml")
    try:
        content = path.read_text(encoding="utf-8")
        node = yaml.compose(content)
        raw = yaml.load(content, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{path}, ligne {line} : YAML illisible ({error.problem})") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path} n'est pas un fichier YAML en UTF-8 ; réenregistrez-le en UTF-8") from error
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{path} est vide ou n'a pas de clés ; il faut au moins « sources »")
    faults: list[_Fault] = []
    night = _validated(Night, raw, (), faults)
    given = raw.get("sources")
    sources = list(_sources(given if isinstance(given, list) else [], faults))
    names = [source.name for source in sources]
    faults += [
        _Fault(("sources", rank, "name"), f"deux sources s'appellent « {name} » ; leurs verbatims se mêleraient")
        for rank, name in enumerate(names)
        if name in names[:rank]
    ]
    if faults or night is None:
        raise ConfigurationError("\n".join(f"{path}, {_place(node, one.keys)} : {one.message}" for one in faults))
    return _absolute(night, sources, path.resolve().parent)


@dataclass(frozen=True, slots=True)
class _Fault:
    keys: tuple[str | int, ...]
    message: str


def _sources(raw: Sequence[Any], faults: list[_Fault]) -> Iterator[Source]:
    kinds = plugins.find(KINDS)
    for rank, entry in enumerate(raw):
        at = ("sources", rank)
        kind = entry.get("kind") if isinstance(entry, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            found = f"source inconnue « {kind} »" if kind else "il manque « kind », la sorte de source"
            faults.append(_Fault((*at, "kind"), f"{found} ; possibles : {', '.join(sorted(kinds))}"))
        elif source := _validated(kinds[kind], entry, at, faults):
            yield source


def _validated(model: type[Any], raw: Any, at: tuple[str | int, ...], faults: list[_Fault]) -> Any:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        known = sorted(model.model_fields)
        for fault in error.errors():
            faults.append(_Fault((*at, *fault["loc"]), _message(fault, known)))
    return None


def _message(fault: Any, known: Sequence[str]) -> str:
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(str(fault["loc"][-1]), known, n=1)
        return "clé inconnue" + (f" ; vouliez-vous « {near[0]} » ?" if near else f" ; possibles : {', '.join(known)}")
    return message(fault)


def _place(node: yaml.Node | None, keys: Sequence[str | int]) -> str:
    """Give « ligne 12, sources[2].kind »: the line of the deepest key that is there."""
    line, name = 1, place(keys)
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == key), None)
            node, line = (pair[1], pair[0].start_mark.line + 1) if pair else (None, line)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        else:
            node = None
    return f"ligne {line}, {name}" if name else f"ligne {line}"


def _absolute(night: Night, sources: Sequence[Source], folder: Path) -> Night:
    def absolute(path: Path) -> Path:
        return Path(os.path.normpath(folder / path))

    return night.model_copy(
        update={
            "store": night.store if "://" in night.store else str(absolute(Path(night.store))),
            "reports": absolute(night.reports),
            "model": absolute(night.model) if night.model else None,
            "codebook": absolute(night.codebook) if night.codebook else None,
            "sources": [source.within(folder) for source in sources],
        }
    )
