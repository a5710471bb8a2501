"""The files of a ZIP, unpacked into a private folder that does not outlive their reading."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from listening.errors import FormatError, SourceError
from listening.sources.opening import check_file
from listening.sources.rows import spaced

SUFFIX = ".zip"
LISTED = 12  # files that a message lists
MEMBERS = 10_000
UNPACKED = 4 * 2**30  # bytes of all files together
RATIO = 200  # times the size of the ZIP, from which it is a bomb: exports shrink 5 to 50 times
SMALL = 2**20  # bytes below which no ratio matters
CHUNK = 2**20  # bytes unpacked at a time
ENCRYPTED = 0x1
UTF_8 = 0x800
OUTSIDE = re.compile(r"^/|^[A-Za-z]:|(?:^|/)\.\.(?:/|$)|\x00")
HIDDEN = re.compile(r"(?:^|/)(?:\.|__MACOSX(?:/|$))")
WORKBOOKS = {"[Content_Types].xml": ".xlsx", "content.xml": ".ods"}


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give where a path is to be read: itself or, for a ZIP or a file in one (``export.zip/avis.csv``), unpacked.

    A ZIP is its only file, or the folder of its files; a folder that holds all others does not count. Raises
    `SourceError` for a file that is not in it, `FormatError` for a ZIP that is refused.
    """
    archive = archive_of(path)
    if archive is None:
        yield path
        return
    with TemporaryDirectory(prefix="listening-") as folder:
        _unpack(archive, Path(folder))
        top = _top(Path(folder))
        try:
            yield _meant(path, archive, top)
        except SourceError as error:
            raise type(error)(renamed(str(error), top, archive)) from error


def archive_of(path: Path) -> Path | None:
    """Give the ZIP that a path is, or is in, if any."""
    return next((one for one in (path, *path.parents) if one.suffix.lower() == SUFFIX and one.is_file()), None)


def renamed(message: str, real: Path, told: Path) -> str:
    """Say a message of the path that the user told, not of where its files were unpacked."""
    return message.replace(str(real), str(told))


def _meant(path: Path, archive: Path, top: Path) -> Path:
    """Give the file or folder that a path names in an archive unpacked."""
    files = sorted(file for file in top.rglob("*") if file.is_file())
    if path == archive:
        return files[0] if len(files) == 1 else top
    within = path.relative_to(archive)
    if not (top / within).exists():
        names = ", ".join(str(file.relative_to(top)) for file in files[:LISTED])
        raise SourceError(f"{archive} ne contient pas « {within} » : choisissez parmi {names}")
    return top / within


def _top(folder: Path) -> Path:
    """Give the folder that holds more than one other."""
    inside = [*folder.iterdir()]
    return _top(inside[0]) if len(inside) == 1 and inside[0].is_dir() else folder


def _unpack(archive: Path, folder: Path) -> None:
    check_file(archive)
    try:
        with ZipFile(archive) as packed:
            room = _Room(archive)
            for name, member in _members(packed, archive).items():
                _extract(packed, member, folder / name, room)
    except (BadZipFile, ZlibError, LZMAError, EOFError, NotImplementedError, RuntimeError) as error:
        raise FormatError(
            f"{archive.name} : ce ZIP est illisible ({error}) : refaites-le ou décompressez-le"
        ) from error
    except OSError as error:
        raise SourceError(
            f"{archive.name} : décompression impossible ({error.strerror or error}) : faites de la place dans le "
            "dossier temporaire, ou décompressez ce fichier ailleurs"
        ) from error


def _members(packed: ZipFile, archive: Path) -> dict[str, ZipInfo]:
    """Give the files to unpack by name, hidden ones left out; raises `FormatError` for one that may not be unpacked."""
    for name, suffix in WORKBOOKS.items():
        if name in packed.namelist():
            raise FormatError(f"{archive.name} : ce ZIP est en fait un classeur : renommez-le en {suffix}")
    found: dict[str, ZipInfo] = {}
    for member in packed.infolist():
        name = _name(member)
        if reason := _fault(name, member, twice=name in found):
            raise FormatError(f"{archive.name} : « {name} » {reason}")
        if not member.is_dir() and not HIDDEN.search(name):
            found[name] = member
    if not found:
        raise FormatError(f"{archive.name} : ce ZIP ne contient aucun fichier : refaites-le")
    if len(found) > MEMBERS:
        raise FormatError(
            f"{archive.name} : ce ZIP contient {spaced(len(found))} fichiers, au plus {spaced(MEMBERS)} : partagez-le"
        )
    return found


def _fault(name: str, member: ZipInfo, *, twice: bool) -> str | None:
    """Say why a member may not be unpacked, and the remedy; None if it may."""
    if OUTSIDE.search(name) or stat.S_ISLNK(member.external_attr >> 16):
        return "mène hors du ZIP : ne vous fiez pas à ce fichier, ou refaites-le avec des noms ordinaires"
    if HIDDEN.search(name):
        return None
    if member.flag_bits & ENCRYPTED:
        return "est protégé par un mot de passe : décompressez ce ZIP vous-même, et donnez le dossier"
    if PurePosixPath(name).suffix.lower() == SUFFIX:
        return "est un ZIP dans un ZIP : décompressez le premier, et donnez le second"
    return "y est deux fois : refaites ce ZIP" if twice else None


def _name(member: ZipInfo) -> str:
    """Give the name of a member as who made the ZIP saw it: UTF-8, even unsaid, or what Windows writes in France."""
    name = member.filename
    if not member.flag_bits & UTF_8:
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp850")
    return name.replace("\\", "/")


class _Room:
    """What may still be unpacked of an archive, counted as it comes: sizes announced in a ZIP are only said."""

    def __init__(self, archive: Path) -> None:
        self.archive, self.taken = archive, 0
        self.bomb = max(SMALL, RATIO * archive.stat().st_size)

    def take(self, size: int) -> None:
        """Count some bytes more; raises `FormatError` when it is too many."""
        self.taken += size
        if self.taken > self.bomb:
            raise FormatError(
                f"{self.archive.name} : ce ZIP se décompresse en plus de {RATIO} fois sa taille, ce qu'aucun export ne "
                "fait : ne vous fiez pas à ce fichier, ou décompressez-le vous-même"
            )
        if self.taken > UNPACKED:
            raise FormatError(
                f"{self.archive.name} : ce ZIP dépasse {UNPACKED // 2**30} Go une fois décompressé : décompressez-le "
                "vous-même, et donnez ses fichiers"
            )


def _extract(packed: ZipFile, member: ZipInfo, target: Path, room: _Room) -> None:
    """Write a file and its date, from which « il y a 3 jours » may be counted."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(member) as content, target.open("xb") as file:
        while chunk := content.read(CHUNK):
            room.take(len(chunk))
            file.write(chunk)
    with suppress(ValueError, OverflowError):  # a month 0
        modified = datetime(*member.date_time).timestamp()
        os.utime(target, (modified, modified))
