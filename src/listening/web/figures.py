"""What takes a while to read from the store, made once and kept until a run changes it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from listening.codebook import Codebook
from listening.insight.cells import themes_of
from listening.insight.summary import Themes
from listening.store.browse import choices, moment_of
from listening.store.cards import Origin, cells, prepare
from listening.store.frames import left_out
from listening.store.store import Store

Made = TypeVar("Made")


class Figures:
    """The figures that the theme pages show and the choices of the verbatims' page, in memory."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[str, tuple[str, Any]] = {}

    def themes(self, store: Store, codebook: Codebook, origin: Origin) -> Themes:
        """Give the figures of what an engine read."""

        def made() -> Themes:
            prepare(store, origin)
            return themes_of(cells(store), origin, codebook, left_out=left_out(store))

        return self._once("themes", store, made)

    def choices(self, store: Store, origin: Origin) -> dict[str, list[str]]:
        """Give the values that a filter may ask for."""
        return self._once("choices", store, lambda: choices(store, origin))

    def _once(self, name: str, store: Store, make: Callable[[], Made]) -> Made:
        """Make something unless it was since the last run began or ended; whoever asks meanwhile waits for it."""
        with self._lock:
            moment = moment_of(store)
            if name not in self._kept or self._kept[name][0] != moment:
                self._kept[name] = moment, make()
            made: Made = self._kept[name][1]
            return made
