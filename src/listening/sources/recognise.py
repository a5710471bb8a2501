"""Which kind of source reads a file, told by its content; its configuration is found, nobody has to write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from listening import plugins
from listening.errors import ConfigurationError, FormatError, SourceError
from listening.faults import located
from listening.sources.archives import renamed, unpacked
from listening.sources.base import KINDS, FileSource
from listening.sources.columns import LISTED
from listening.sources.files import OBJECTS
from listening.sources.opening import UNTOLD
from listening.sources.seen import Seen

__all__ = ["Found", "Seen", "recognise", "recognise_all"]


@dataclass(frozen=True, slots=True)
class Found:
    """The sources recognised, and of the files of a folder those left out, each with the reason."""

    sources: list[FileSource]
    left: dict[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Claim:
    path: Path
    kind: type[FileSource]
    fields: dict[str, Any]

    def source(self, name: str | None) -> FileSource:
        """Build the source; raises `FormatError` if what it cannot do without was not found."""
        kind = self.kind.model_fields["kind"].default
        named = {"kind": kind, "name": name or self.path.stem or self.path.name, "path": self.path}
        try:
            return self.kind.model_validate(named | self.fields)
        except ValidationError as error:
            raise FormatError(_unfinished(self.path, kind, error)) from error


def recognise(path: Path, kind: str | None = None, *, name: str | None = None) -> FileSource:
    """Give the source that reads a file, of the most specific kind that claims it, or of `kind`.

    Raises `SourceError` for a file that is missing, `FormatError` for one that no kind claims, that several claim, or
    where something is missing that its kind must be told; `ConfigurationError` for an unknown kind.
    """
    with unpacked(path) as real:
        return replace(_claim(real, kind), path=path).source(name)


def recognise_all(paths: Sequence[Path], kind: str | None = None, *, name: str | None = None) -> Found:
    """Give the sources that read some files and folders, a folder as one source where its kind reads folders.

    A ZIP is a folder of all its files, those of its folders too.

    Raises as `recognise`, `FormatError` for a folder of several kinds, and `ConfigurationError` for one name for all.
    """
    claims: list[_Claim] = []
    left: dict[Path, str] = {}
    for path in paths:
        with unpacked(path) as real:
            found, others = _in_folder(real, kind, deep=real != path) if real.is_dir() else ([_claim(real, kind)], {})
            claims += [replace(claim, path=path / claim.path.relative_to(real)) for claim in found]
            left |= {path / one.relative_to(real): renamed(why, real, path) for one, why in others.items()}
    if name and len(claims) > 1:
        raise ConfigurationError(
            f"--name {name} ne peut nommer {len(claims)} sources : donnez un seul fichier à la fois"
        )
    sources = [claim.source(name) for claim in claims]
    for called, times in Counter(source.name for source in sources).items():
        if times > 1:
            raise ConfigurationError(f"{times} fichiers s'appellent « {called} » : donnez-les un à un, avec --name")
    return Found(sources, left)


def _claim(path: Path, kind: str | None) -> _Claim:
    seen, kinds = Seen(path), _kinds(kind)
    if seen.suffix not in OBJECTS and not seen.suffix.startswith(".js") and seen.text.startswith(('{"', "[{")):
        raise FormatError(f"{path.name} : ce fichier contient du JSON : renommez-le en .json, ou .jsonl si c'en est")
    told = {} if seen.encoding == UNTOLD or seen.root else {"encoding": seen.encoding}
    if kind is not None:
        return _Claim(path, kinds[kind], told | (kinds[kind].recognise(seen) or {}))
    for specificity in sorted({one.specificity for one in kinds.values()}, reverse=True):
        rivals = {name: one for name, one in kinds.items() if one.specificity == specificity}
        claims = {name: fields for name, one in rivals.items() if (fields := one.recognise(seen)) is not None}
        if len(claims) > 1:
            raise FormatError(f"{path.name} : ce fichier peut être {' ou '.join(claims)} : choisissez par --as")
        for name, fields in claims.items():
            return _Claim(path, kinds[name], told | fields)
    raise FormatError(
        f"{path.name} : ce fichier ne ressemble à rien de connu : donnez sa sorte par --as ({', '.join(kinds)}), ou "
        "décrivez-le dans une configuration comme pipelines/nightly.yaml"
    )


def _in_folder(folder: Path, kind: str | None, *, deep: bool) -> tuple[list[_Claim], dict[Path, str]]:
    """Give the claim on a folder, or those on its files, `deep` ones too, and why other files are left out."""
    claims: list[_Claim] = []
    left: dict[Path, str] = {}
    near = folder.rglob("*") if deep else folder.iterdir()
    files = sorted(path for path in near if path.is_file() and not path.name.startswith("."))
    for path in files:
        try:
            claims.append(_claim(path, kind))
        except SourceError as error:
            left[path] = str(error)
    tools = [claim for claim in claims if claim.kind.specificity]
    if tools:  # among the exports of a tool, a table that may be anything goes with them
        left |= {one.path: f"{one.path.name} : tableau d'aucun outil connu" for one in claims if one not in tools}
        claims = tools
    kinds = Counter(claim.kind.model_fields["kind"].default for claim in claims)
    if len(kinds) > 1:
        mixed = ", ".join(f"{name} ({count})" for name, count in kinds.most_common())
        raise FormatError(f"{folder} : ce dossier mêle plusieurs sortes de fichiers, {mixed} : donnez-les séparément")
    if not claims:
        reasons = "\n".join(list(left.values())[:LISTED])
        raise FormatError(reasons or f"{folder} : ce dossier est vide : vérifiez le chemin, lu depuis {Path.cwd()}")
    first = claims[0]
    read_together = [path for path in files if path.suffix.lower() in first.kind.in_folders]
    alike = all(claim.fields == first.fields and claim.path.parent == folder for claim in claims)
    if alike and read_together == [claim.path for claim in claims]:
        return [_Claim(folder, first.kind, first.fields)], left
    return claims, left


def _kinds(wanted: str | None) -> dict[str, type[FileSource]]:
    kinds = {name: one for name, one in plugins.find(KINDS).items() if issubclass(one, FileSource)}
    if wanted is not None and wanted not in kinds:
        raise ConfigurationError(f"sorte inconnue « {wanted} » ; possibles : {', '.join(kinds)}")
    return kinds


def _unfinished(path: Path, kind: str, error: ValidationError) -> str:
    """Say what could not be found in a file whose kind is known."""
    columns: Iterable[str] = Seen(path).columns if path.is_file() else ()
    listed = ", ".join(f"« {column} »" for column in list(columns)[:LISTED])
    missing = ", ".join(located(fault) for fault in error.errors())
    return (
        f"{path.name} : lu comme « {kind} », mais tout n'y est pas reconnu ({missing}) : décrivez-le dans une "
        f"configuration comme pipelines/nightly.yaml" + (f" ; colonnes : {listed}" if listed else "")
    )
