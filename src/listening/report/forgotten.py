"""What is to be erased, then what became of the files, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from listening.report.french import counted, unbroken


def to_forget_lines(
    by_source: Mapping[str, int],
    *,
    refused: int,
    files: Sequence[str],
    repeated: Sequence[str],
    read: Sequence[Path],
    taught: Sequence[str],
    cited: Sequence[str],
) -> Iterator[str]:
    """Give what is to be erased, and what is not, for its remedy.

    >>> for line in to_forget_lines({"avis": 2}, refused=1, files=[], repeated=[], read=[], taught=[], cited=[]):
    ...     print(line.replace(chr(160), " "))
    À effacer : 2 verbatims de avis
    À effacer : 1 ligne en quarantaine
    """
    if not by_source and not refused:
        yield "Rien de tel dans la base."
    for name, number in by_source.items():
        yield unbroken(f"À effacer : {counted(number, 'verbatim')} de {name}")
    if refused:
        yield unbroken(f"À effacer : {counted(refused, 'ligne')} en quarantaine")
    yield from (unbroken(f"À effacer, et à refaire si possible : {path}") for path in dict.fromkeys(files))
    if repeated:
        yield unbroken(f"Restent, car d'autres reprennent ces mots : {', '.join(repeated)} (--verbatim ID les efface)")
    yield from (unbroken(f"Reste, car il n'est pas à nous : {path}, d'où ces textes ont été lus") for path in read)
    yield from (unbroken(f"Reste, car il a pu en apprendre : {name}, à réentraîner (retrain)") for name in taught)
    yield from (unbroken(f"À corriger : le plan {name} cite ces mots dans ses exemples") for name in cited)


def forgotten_lines(
    *,
    removed: Sequence[Path],
    missing: Sequence[Path],
    made_again: Sequence[Path],
    failures: Sequence[str],
    nothing: bool = False,
) -> Iterator[str]:
    """Give what became of the files that held what was erased; `nothing` was, of an author who is kept out from now on.

    >>> for line in forgotten_lines(removed=[Path("a.csv")], missing=[], made_again=[], failures=[]):
    ...     print(line.replace(chr(160), " "))
    Effacé de la base, de sa quarantaine et de ses fichiers ; une empreinte en garde la trace, sans un mot.
    Fichier effacé : a.csv
    """
    yield unbroken(
        "Rien n'a été effacé ; une empreinte laisse dehors ce que cet auteur avait écrit jusqu'ici."
        if nothing
        else "Effacé de la base, de sa quarantaine et de ses fichiers ; une empreinte en garde la trace, sans un mot."
    )
    yield from (unbroken(f"Fichier effacé : {path}") for path in removed)
    yield from (unbroken(f"Fichier déplacé ou déjà effacé, à chercher ailleurs : {path}") for path in missing)
    yield from (unbroken(f"Refait sans ces textes : {folder}") for folder in made_again)
    yield from (unbroken(f"Non refait : {failure}") for failure in failures)
