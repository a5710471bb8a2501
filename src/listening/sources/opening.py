"""Opening a file, or saying in one French sentence why it cannot be opened and what to do."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import TextIO

from listening.errors import ConfigurationError, FormatError, SourceError

HEAD = 4096  # bytes that tell what a file is
SAMPLE = 2**20  # bytes that tell an encoding
ACCENTS = frozenset("éèêëàâçîïôùûœ«»")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
GUESSES = ("cp1252", "mac_roman", "cp850")  # Windows, old Mac, DOS: the most likely first
KINDS = {
    b"PK\x03\x04": "un classeur Excel (ou un zip) : renommez-le en .xlsx",
    b"PAR1": "du Parquet : renommez-le en .parquet",
}


def check_file(path: Path) -> None:
    """Raise `SourceError` for a file that is missing or is a folder, `FormatError` for an empty one."""
    if path.is_dir():
        raise SourceError(f"{path} est un dossier : donnez le chemin d'un fichier")
    if not path.is_file():
        raise SourceError(f"{path} : ce fichier n'existe pas : vérifiez le chemin, lu depuis {Path.cwd()}")
    if path.stat().st_size == 0:
        raise FormatError(f"{path} : ce fichier est vide : exportez-le à nouveau")


def files_at(path: Path, *suffixes: str) -> list[Path]:
    """Give the files that a path means: itself, those of a folder, or those of a glob (``forum/2026-*.json``).

    Raises `SourceError` when there is none with one of the suffixes.
    """
    if path.is_file():
        return [path]
    if not path.is_dir() and not set("*?[") & set(str(path)):
        check_file(path)
    near = path.iterdir() if path.is_dir() else map(Path, glob(str(path), recursive=True))
    found = sorted(file for file in near if file.suffix.lower() in suffixes and file.is_file())
    if not found:
        raise SourceError(f"{path} : aucun fichier {', '.join(suffixes)} : vérifiez le chemin, lu depuis {Path.cwd()}")
    return found


def find_encoding(path: Path) -> str:
    """Give the encoding that the beginning of a text file shows: by its mark, its NULs, or its French letters."""
    check_file(path)
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if wide := _wide(sample[:HEAD]):
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return _likely(b"\n".join(line for line in sample.splitlines() if not line.isascii()), "utf-8")
    return "utf-8-sig"


def marked_encoding(path: Path, otherwise: str) -> str:
    """Give UTF-16 for a file that begins with its mark, `otherwise` for others."""
    try:
        with path.open("rb") as file:
            return "utf-16" if file.read(2) in UTF_16 else otherwise
    except OSError:  # the reason is said, with the remedy, where the file is read
        return otherwise


@contextmanager
def open_text(path: Path, encoding: str, *, newline: str | None = None) -> Iterator[TextIO]:
    """Open a text file for reading; a byte that does not decode, now or later, is a `FormatError` with its line."""
    check_file(path)
    codec = _codec(encoding)
    try:
        _check_head(path, codec)
        with path.open(encoding="utf-8-sig" if codec == "utf-8" else codec, newline=newline) as file:
            yield file
    except UnicodeError as error:
        raise FormatError(_undecodable(path, codec)) from error
    except OSError as error:
        raise SourceError(f"{path} : lecture impossible ({error.strerror}) : vérifiez les droits") from error


def _codec(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise ConfigurationError(
            f"encodage inconnu « {encoding} » : essayez utf-8, cp1252 (Windows), mac_roman ou utf-16"
        ) from error


def _check_head(path: Path, codec: str) -> None:
    """Recognise at once what would decode into nonsense."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for magic, kind in KINDS.items():
        if head.startswith(magic):
            raise FormatError(f"{path.name} : ce fichier n'est pas du texte mais {kind}")
    wide = _wide(head)
    if wide and not codec.startswith(("utf-16", "utf-32")):
        raise FormatError(f"{path.name} : ce fichier est en {wide.upper()} : {_remedy(wide)}")
    if head.startswith(codecs.BOM_UTF8) and not codec.startswith("utf-8"):
        raise FormatError(f"{path.name} : ce fichier est en UTF-8, pas en {codec} : retirez « encoding » de la source")


def _wide(head: bytes) -> str | None:
    """Name the encoding of two or four bytes a letter, if it is one: by its mark, or by the NUL of each letter."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith(UTF_16):
        return "utf-16"
    if head.count(0) * 4 > len(head):
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    return None


def _undecodable(path: Path, codec: str) -> str:
    expected = "UTF-8" if codec.startswith("utf-8") else codec
    if codec.startswith(("utf-16", "utf-32")):
        return f"{path.name} : ce fichier n'est pas en {expected} : retirez « encoding » de la source ou corrigez-le"
    line, raw, accented = _bad_line(path, codec)
    place = f"{path.name}, ligne {line}"
    if accented and codec.startswith("utf-8"):
        return f"{place} : octets illisibles, alors que le début est en UTF-8 : exportez à nouveau ce fichier abîmé"
    likely = _likely(raw, codec)
    return f"{place} : ce fichier n'est pas en {expected} ; il semble être en {likely} : {_remedy(likely)}"


def _remedy(encoding: str) -> str:
    return f"ajoutez « encoding: {encoding} » à la source ou réenregistrez-le en UTF-8"


def _bad_line(path: Path, codec: str) -> tuple[int, bytes, bool]:
    """Give the first line that does not decode, and whether a line before it held accents that do."""
    accented = False
    with path.open("rb") as file:
        for line, raw in enumerate(file, 1):
            try:
                raw.decode(codec)
            except UnicodeError:
                return line, raw, accented
            accented = accented or not raw.isascii()
    return 1, b"", accented


def _likely(raw: bytes, codec: str) -> str:
    """Guess an encoding from a line: the one that finds the most French letters in it."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        others = [guess for guess in GUESSES if guess != codec]
        return max(others, key=lambda guess: sum(letter in ACCENTS for letter in raw.decode(guess, errors="replace")))
    return "utf-8"
