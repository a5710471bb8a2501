"""What takes a while to read from the store, made once and kept until a run changes it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from listening.codebook import Codebook
from listening.insight.summary import Summary, summarize
from listening.store.browse import choices, moment_of
from listening.store.frames import frames, left_out
from listening.store.store import Store

if TYPE_CHECKING:
    from listening.web.site import Engine

Made = TypeVar("Made")
QUOTES = 8  # for each code


class Figures:
    """The summary that the theme pages show and the choices of the verbatims' page, in memory."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[str, tuple[str, Any]] = {}

    def summary(self, store: Store, codebook: Codebook, engine: Engine) -> Summary:
        """Give the figures of what an engine read."""

        def made() -> Summary:
            tagged = frames(store, model=engine.model, codebook=codebook.reference, thresholds=engine.thresholds)
            return summarize(*tagged, codebook, quotes=QUOTES, left_out=left_out(store))

        return self._once("summary", store, made)

    def choices(self, store: Store) -> dict[str, list[str]]:
        """Give the values that a filter may ask for."""
        return self._once("choices", store, lambda: choices(store))

    def _once(self, name: str, store: Store, make: Callable[[], Made]) -> Made:
        """Make something unless it was since the last run began or ended; whoever asks meanwhile waits for it."""
        with self._lock:
            moment = moment_of(store)
            if name not in self._kept or self._kept[name][0] != moment:
                self._kept[name] = moment, make()
            made: Made = self._kept[name][1]
            return made
