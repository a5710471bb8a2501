"""What is older than its source keeps is erased, every night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from listening.errors import ListeningError
from listening.report.french import counted, unbroken
from listening.sources.base import Source
from listening.sources.keeping import kept_since
from listening.steps.forget import forget, found_places
from listening.store.erasable import expired
from listening.store.store import Store


def retain(sources: Iterable[Source], store: Store, *, key: bytes, at: datetime) -> list[str]:
    """Erase what sources do not keep any longer; give in sentences what was, and what could not be tonight.

    Files that held it are taken away, not made again: the night publishes after that.
    """
    return [line for source in sources if source.keep for line in _retain(source, store, key, at)]


def _retain(source: Source, store: Store, key: bytes, at: datetime) -> Iterator[str]:
    places, refused = expired(store, source.name, kept_since(source.keep or "", at))
    if not places and not refused:
        return
    try:
        done = forget(
            store, found_places(store, places, refused, why="conservation"), key=key, actor="keep", remaking=False
        )
    except ListeningError as error:
        yield unbroken(f"Conservation de {source.name} : {error}")
        return
    what = f"{counted(len(places), 'verbatim')} et {counted(len(refused), 'ligne')} en quarantaine"
    yield unbroken(f"Conservation de {source.name}, {source.keep} : {what}, effacés.")
    yield from (unbroken(f"Fichier effacé : {path}") for path in done.removed)
