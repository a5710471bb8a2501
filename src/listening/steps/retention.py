"""What is older than its source keeps is erased, every night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from listening.errors import ListeningError
from listening.report.french import counted, unbroken
from listening.sources.base import Source
from listening.sources.keeping import kept_since
from listening.steps.forget import forget, found_places, resume
from listening.store.erasable import expired
from listening.store.erasure import begun
from listening.store.store import Store


def retain(sources: Iterable[Source], store: Store, *, key: bytes, at: datetime) -> list[str]:
    """Erase what sources do not keep any longer; give in sentences what was, and what could not be tonight.

    Erasures that were begun and cut short are ended first. Files that held it are taken away, not made again: the night
    publishes after that.
    """
    ended = list(_resume(store, key))
    return ended + [line for source in sources if source.keep for line in _retain(source, store, key, at)]


def _resume(store: Store, key: bytes) -> Iterator[str]:
    """End what was cut short before, so that the night does not show it."""
    if begun(store):
        try:
            resume(store, key=key)
        except ListeningError as error:
            yield unbroken(f"Effacement interrompu, à finir : {error}")
            return
        yield "Effacement interrompu, fini."


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
