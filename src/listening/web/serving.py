"""Where the pages are served: to this machine, or further under TLS."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from listening.codebook import Codebook
from listening.errors import ConfigurationError
from listening.store.store import Store
from listening.text.privacy import scrub
from listening.web.app import LOCAL, make_app


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """An address to listen at, the names under which it is asked for, and what keeps it private on the way."""

    host: str = "127.0.0.1"
    port: int = 8600
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    private_key: Path | None = None
    behind_proxy: bool = False

    @property
    def secure(self) -> bool:
        """Whether the pages are reached by TLS only."""
        return self.certificate is not None or self.behind_proxy

    @property
    def address(self) -> str:
        """Where a browser finds the pages."""
        host = self.names[0] if self.names else f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}/"

    @property
    def hosts(self) -> list[str]:
        """The names that the application answers to."""
        closed = self.names or (self._local and not self.behind_proxy)
        return [*self.names, self.host, *LOCAL] if closed else ["*"]

    @property
    def _local(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def check(self) -> None:
        """Raise ConfigurationError for what would let passwords be read on the way."""
        if (self.certificate is None) != (self.private_key is None):
            raise ConfigurationError("--certificate et --private-key vont ensemble ; donnez les deux fichiers")
        for file in (self.certificate, self.private_key):
            if file is not None and not file.is_file():
                raise ConfigurationError(f"{file} : fichier introuvable ; donnez un fichier PEM")
        if not self._local and not self.secure:
            raise ConfigurationError(
                f"{self.host} n'est pas cette seule machine : les mots de passe y passeraient en clair ; donnez "
                "--certificate et --private-key, ou mettez un mandataire TLS devant et donnez --behind-proxy"
            )


def check_free(asked: Serving) -> None:
    """Raise ConfigurationError where another program listens there already."""
    family = socket.AF_INET6 if ":" in asked.host else socket.AF_INET
    try:
        socket.create_server((asked.host, asked.port), family=family).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise ConfigurationError(f"{asked.host} : écoute impossible ({error.strerror}) ; changez --host") from None
        problem = f"le port {asked.port} de {asked.host} est déjà pris, peut-être par ces pages mêmes"
        raise ConfigurationError(f"{problem} ; arrêtez ce qui y écoute, ou donnez un autre --port") from None


def serve(store: Store, codebook: Codebook, asked: Serving, *, key: bytes) -> None:
    """Serve the pages until interrupted; behind a proxy, who asks is what that proxy says (`FORWARDED_ALLOW_IPS`)."""
    import uvicorn

    Thread(target=scrub, args=("Bonjour",), daemon=True).start()  # the first note need not wait for the name model
    uvicorn.run(
        make_app(store, codebook, key=key, secure=asked.secure, hosts=asked.hosts),
        host=asked.host,
        port=asked.port,
        log_level="warning",
        server_header=False,
        proxy_headers=asked.behind_proxy,
        ssl_certfile=asked.certificate,
        ssl_keyfile=asked.private_key,
        limit_concurrency=100,
    )
