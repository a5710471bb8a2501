"""What became of a report made again, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from listening.report.french import counted, unbroken


def rebuilt_lines(
    files: Mapping[str, bool], *, folder: Path, missing: Sequence[str], changed: Sequence[str]
) -> Iterator[str]:
    """Give, for each file, whether it has the bytes of then, and what explains those that have not.

    >>> for line in rebuilt_lines({"themes.csv": True}, folder=Path("refait"), missing=[], changed=[]):
    ...     print(line.replace(chr(160), " "))
    themes.csv : identique, octet pour octet
    1 fichier dans refait
    """
    if missing:
        yield "Ce rapport ne peut être refait à l'identique ; rien n'est écrit. Il manque :"
        yield from (unbroken(f"- {one}") for one in missing)
        return
    for name, same in files.items():
        yield unbroken(f"{name} : {'identique, octet pour octet' if same else 'différent'}")
    yield f"{counted(len(files), 'fichier')} dans {folder}"
    if not all(files.values()):
        yield unbroken(
            "Ce qui a changé depuis :" if changed else "Logiciel inchangé : la base a été modifiée à la main."
        )
        yield from (unbroken(f"- {one}") for one in changed)
