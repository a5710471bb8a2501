"""Opening a file, or saying in one French sentence why it cannot be opened and what to do."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from glob import glob
from itertools import count
from pathlib import Path
from typing import TextIO

from listening.errors import ConfigurationError, FormatError, SourceError

UNTOLD = "utf-8-sig"  # the encoding of a source whose configuration names none: it is then found
HEAD = 4096  # bytes that tell what a file is
SAMPLE = 2**18  # bytes that tell an encoding
CEILING = 2**24  # characters of a line or of a cell; beyond, memory is at stake
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
        first = next((f", comme {file}" for file in sorted(path.rglob("*")) if file.is_file()), "")
        raise SourceError(f"{path} est un dossier : donnez le chemin d'un fichier{first}")
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
    """Give the encoding that a text file shows: by its mark, its NULs, or the French letters first met.

    A file most of which is UTF-8 is damaged UTF-8, nothing else.
    """
    check_file(path)
    with path.open("rb") as file:
        if wide := _wide(file.read(HEAD)):
            return wide
        file.seek(0)
        sample = next((block for block in iter(partial(file.read, SAMPLE), b"") if not block.isascii()), b"")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) < SAMPLE)
    except UnicodeDecodeError:
        accented = [line for line in sample.splitlines() if not line.isascii()]
        if 2 * sum(map(_is_utf_8, accented)) <= len(accented):
            return _likely(b"\n".join(accented), "utf-8")
    return UNTOLD


@contextmanager
def open_text(path: Path, encoding: str, *, newline: str | None = None) -> Iterator[TextIO]:
    """Open a text file for reading; a byte that does not decode, now or later, is a `FormatError` with its line.

    ``utf-8-sig``, which sources have unless they are told another, stands for the encoding that the file shows;
    ``utf-8`` holds to UTF-8.
    """
    check_file(path)
    codec = _codec(encoding)
    try:
        codec = _codec(find_encoding(path)) if encoding == UNTOLD else codec
        _check_head(path, codec)
        with path.open(encoding="utf-8-sig" if codec == "utf-8" else codec, newline=newline) as file:
            yield file
    except UnicodeError as error:
        raise FormatError(_undecodable(path, codec)) from error
    except OSError as error:
        raise SourceError(f"{path} : lecture impossible ({error.strerror}) : vérifiez les droits") from error


def lines(file: TextIO, path: Path) -> Iterator[str]:
    """Give the lines of a file opened; raises `FormatError` for one above `CEILING` characters, before it is whole."""
    for number in count(1):
        line = file.readline(CEILING)
        if len(line) == CEILING and line[-1] not in "\r\n":
            raise FormatError(
                f"{path.name}, ligne {number} : ligne de plus de {CEILING // 2**20} millions de caractères : ce "
                "fichier n'a sans doute pas de retours à la ligne, exportez-le à nouveau"
            )
        if not line:
            return
        yield line


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
    accented, line = False, 1
    decoder = codecs.getincrementaldecoder(codec)()
    with path.open("rb") as file:
        for raw in iter(partial(file.readline, SAMPLE), b""):
            try:
                decoder.decode(raw, final=len(raw) < SAMPLE)
            except UnicodeError:
                return line, raw, accented
            accented = accented or not raw.isascii()
            line += raw.endswith(b"\n")
    return line, b"", accented


def _is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _likely(raw: bytes, codec: str) -> str:
    """Guess an encoding from a line: the one that finds the most French letters in it."""
    if _is_utf_8(raw):
        return "utf-8"
    others = [guess for guess in GUESSES if guess != codec]
    return max(others, key=lambda guess: sum(letter in ACCENTS for letter in raw.decode(guess, errors="replace")))
