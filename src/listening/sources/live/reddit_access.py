"""The doors of Reddit's Data API: its tokens, its listings, and the places that it keeps closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field

from listening.errors import SourceError
from listening.sources.live.service import Answer, Service

PAGE = 100  # things a page, the most that Reddit gives
CLOSED = (403, 404)
WHY = {"private": "privée", "banned": "fermée par Reddit", "quarantined": "mise à l'écart par Reddit"}


class Things(BaseModel):
    """The things of a listing, and the mark of the page after it."""

    children: list[Any]
    after: str | None = None


class Listing(BaseModel):
    """A page of a listing."""

    data: Things


class Granted(BaseModel):
    """A token that Reddit gives to an application, for an hour or a day."""

    access_token: str = Field(repr=False)


class Closed(BaseModel):
    """Why a community cannot be read."""

    reason: str | None = None


@dataclass
class Access:
    """Reddit's interface, with a token that is asked for at first, and anew when it has run out."""

    service: Service
    grant: Callable[[], str] = field(repr=False)
    token: str = field(default="", repr=False)

    def get(self, path: str, **asked: Any) -> Answer:
        """Give the answer, with its status where the place asked is closed."""
        if self.token:
            answer = self._ask(path, (401, *CLOSED), asked)
            if answer.status != 401:
                return answer
        self.token = self.grant()
        return self._ask(path, CLOSED, asked)

    def _ask(self, path: str, borne: tuple[int, ...], asked: dict[str, Any]) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.service.ask(path, asked | {"raw_json": 1}, headers=headers, borne=borne)


def why_closed(answer: Answer) -> str:
    """Give why a community is closed; raises `SourceError` when it is the application that may not read."""
    reason = answer.read_as(Closed).reason
    if reason is None and answer.status == 403:
        raise SourceError(f"{answer.place} refuse l'accès (403) : vérifiez que Reddit a approuvé votre application")
    return WHY.get(reason or "", "introuvable ou réservée à ses membres")
