"""What every page of one server needs: its store, its codebook, who is in, and what the last engine was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from listening.codebook import Codebook
from listening.errors import StoreError
from listening.records import Run
from listening.store.cards import Origin
from listening.store.frames import last_origin, last_tagging
from listening.store.store import Store
from listening.web.figures import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One server: `key` hashes addresses, `secure` says that it is reached by TLS only, its own or that of a proxy."""

    store: Store
    codebook: Codebook
    key: bytes
    clock: Callable[[], datetime]
    secure: bool = False
    figures: Figures = field(default_factory=Figures)

    def tagging(self) -> Run | None:
        """Give the run whose tags the pages show, None where nothing was tagged yet."""
        try:
            return last_tagging(self.store)
        except StoreError:
            return None

    def origin(self) -> Origin:
        """Give whose tags the pages show; before any tagging, nobody's."""
        return last_origin(self.store, self.codebook)


def site(request: Request) -> Site:
    """Give the site that a request came to."""
    found: Site = request.app.state.site
    return found


Here = Annotated[Site, Depends(site)]
