"""What the results of a run depend on: the code, the packages, the machine, the codebook, the files that were read."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from hashlib import file_digest, sha256
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, TypeVar

from listening.codebook import Codebook
from listening.errors import ListeningError, StoreError
from listening.sources.base import FileSource, Source
from listening.store.lineage import Export, Kind, add_exports, announce, forget_unwritten, keep_codebook
from listening.store.store import Store

Result = TypeVar("Result")
TRIES = 3  # times that files are written, where something that they hold is erased meanwhile
CODE = Path(__file__).parents[1]
SECRETS = re.compile(r"(?<=://)[^/@\s]*(?=@)|(?<=\?)\S+")  # of an address: who asks, and what a private feed asks with


@cache
def surroundings() -> dict[str, Any]:
    """Give what runs here: the `code`, `python`, the `packages` that the code asks for, the `machine`."""
    return {
        "code": {"version": version("listening"), "hash": code_hash(CODE), "commit": commit(CODE)},
        "python": platform.python_version(),
        "packages": dict(packages()),
        "machine": {"name": platform.node(), "system": platform.platform(), "processors": os.cpu_count()},
    }


def code_hash(folder: Path) -> str:
    """Give the sha256 of the files of a package, by their names, compiled ones left out; 16 digits of it."""
    digest = sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def commit(folder: Path) -> str | None:
    """Give the Git commit that a package was taken from; None outside a checkout."""
    tracked = ["git", "-C", str(folder), "rev-parse", "--verify", "HEAD:./__init__.py"]
    told = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    with suppress(OSError, subprocess.SubprocessError):  # no git: the hash tells the code all the same
        subprocess.run(tracked, check=True, capture_output=True, timeout=10)
        return subprocess.run(told, check=True, capture_output=True, timeout=10, text=True).stdout.strip()
    return None


def packages() -> Iterator[tuple[str, str]]:
    """Give the packages that this one works with, in order, with their versions."""
    asked = {needed.partition(";") for needed in requires("listening") or []}
    for name in sorted({re.split(r"[^\w.-]", one, maxsplit=1)[0] for one, _, when in asked if "dev" not in when}):
        with suppress(PackageNotFoundError):  # of an extra that nobody asked for
            yield name, version(name)


def decisions(store: Store, codebook: Codebook, thresholds: Mapping[str, float]) -> dict[str, Any]:
    """Give what decides which tags hold, for the lineage of a run; the codebook itself is kept in the store."""
    known = {"reference": codebook.reference, "hash": keep_codebook(store, codebook)}
    return {"codebook": known, "thresholds": dict(thresholds)}


def ancestry(store: Store, codebook: Codebook) -> dict[str, str]:
    """Give the hash of each version before a codebook, by its reference; the store keeps them."""
    return {one.reference: keep_codebook(store, one) for one in codebook.ancestors()}


def configured(source: Source) -> dict[str, Any]:
    """Give the configuration of a source, where it is not the default: its name as `source`, addresses without secrets.

    >>> from listening.sources.table import Table
    >>> configured(Table(name="avis", path="avis.csv", text="Q1"))
    {'source': 'avis', 'kind': 'table', 'path': 'avis.csv', 'text': 'Q1'}
    """
    fields = source.model_dump(mode="json", exclude_defaults=True, exclude={"name", "kind"})
    shown = {name: SECRETS.sub("…", value) if isinstance(value, str) else value for name, value in fields.items()}
    return {"source": source.name, "kind": source.kind} | shown


def inputs(source: Source) -> dict[str, str]:
    """Give the sha256 of each file that a source is about to read, by path; those that cannot be read are left out."""
    with suppress(ListeningError):  # the reading will say it
        files = source.files() if isinstance(source, FileSource) else _named(source)
        return {str(path): digest for path in files if (digest := file_hash(path))}
    return {}


def write_out(
    store: Store,
    paths: Iterable[Path],
    write: Callable[[], tuple[Result, Sequence[Export]]],
    *,
    kind: Kind,
    at: datetime,
    run: str | None = None,
) -> Result:
    """Write files with words, known to the store before they are begun; anew where what they hold was erased meanwhile.

    `write` gives its result and the files. Raises StoreError when something of them is erased again and again.
    """
    places = [str(path.absolute()) for path in paths]
    announce(store, places, kind=kind, at=at, run=run)
    for _ in range(TRIES):
        result, exports = write()
        held = add_exports(store, exports)
        if not held:
            return result
        for one in held:
            Path(one.path).unlink(missing_ok=True)
    forget_unwritten(store, [Export(kind=kind, path=place, sha256="", versions=(), at=at, run=run) for place in places])
    raise StoreError(
        f"{store.place} : des textes qui y sont écrits s'effacent ; finissez l'effacement (« listening forget "
        "--resume »), puis relancez"
    )


def exported(kind: Kind, path: Path, *, at: datetime, run: str | None = None, versions: Iterable[str] = ()) -> Export:
    """Give what is recorded of a file that was written, and of the versions whose words it holds."""
    place, digest = str(path.absolute()), file_hash(path) or ""
    return Export(kind=kind, path=place, sha256=digest, versions=tuple(versions), at=at, run=run)


def write_page(page: Path, html: str) -> None:
    """Write a page whole or not at all."""
    part = page.with_suffix(".part")
    part.write_text(html, encoding="utf-8")
    part.replace(page)


def _named(source: Source) -> list[Path]:
    return [value for _, value in source if isinstance(value, Path) and value.is_file()]


def file_hash(path: Path) -> str | None:
    """Give the sha256 of a file, read block by block; None when it cannot be read."""
    with suppress(OSError), path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
    return None
