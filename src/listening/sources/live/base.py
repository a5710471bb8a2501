"""`LiveSource`: a source that asks a service; its token comes from the environment and is told to nobody."""

from __future__ import annotations

import os
from abc import ABC
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from listening.errors import ConfigurationError
from listening.sources.base import Source
from listening.sources.live.service import PATIENCE, Service

AGENT = "listening/0.1 (analyse de verbatims)"


class LiveSource(Source, ABC):
    """A source read over the network, at `url`.

    `token_from` names the environment variable that holds the token. A rate limit is waited for, for at most `patience`
    seconds each time.
    """

    url: str
    token_from: str | None = None
    patience: float = Field(default=PATIENCE, ge=0)

    def token(self) -> str:
        """Give the token; raises `ConfigurationError` when the environment has none."""
        if self.token_from is None:
            raise ConfigurationError(f"{self.name} : ajoutez « token_from », le nom de la variable qui a le jeton")
        return self.secret(self.token_from, "le jeton d'accès")

    def secret(self, variable: str, what: str) -> str:
        """Give what an environment variable holds; raises `ConfigurationError`, which says `what`, when it is empty."""
        if found := os.environ.get(variable, "").strip():
            return found
        raise ConfigurationError(f"{self.name} : la variable {variable} est vide : donnez-lui {what}")

    def variables(self) -> list[str]:
        """Give the environment variables that hold its tokens: what its fields that end in `_from` name."""
        return [value for field, value in self if field.endswith("_from") and value]

    def bearer(self) -> dict[str, str]:
        """Give the header that carries the token, none where no token is named."""
        return {"Authorization": f"Bearer {self.token()}"} if self.token_from else {}

    @property
    def host(self) -> str:
        """The name of its machine, by which messages call it."""
        return str(urlsplit(self.url).hostname)

    def service(self, url: str | None = None, **headers: Any) -> Service:
        """Open the service, or another one that it needs."""
        return Service(url or self.url, {"User-Agent": AGENT} | headers, patience=self.patience)
