"""One service on the network: its own address only, in time, within limits; no message tells a token."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from types import TracebackType
from typing import Any, BinaryIO, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from listening.errors import FormatError, ServiceError, SourceError
from listening.faults import located
from listening.sources.json_items import storable
from listening.sources.live.limits import pause_after
from listening.sources.rows import spaced

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LARGEST = 64 * 2**20  # bytes of an answer kept in memory
PATIENCE = 120.0  # seconds that a service may make us wait in all, each time
ATTEMPTS = 5  # answers "too many requests" in a row
REDIRECTS = 3
MOST_PAGES = 10_000
LOCAL = ("127.0.0.1", "localhost", "::1")

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, whole."""

    place: str  # its address, without what was asked
    headers: Mapping[str, str]
    content: bytes
    status: int = 200

    def json(self) -> Any:
        """Give the answer's JSON, without the characters that no database takes; raises `FormatError` for a page."""
        if self.content.lstrip()[:1] == b"<" or "html" in self.headers.get("content-type", ""):
            raise FormatError(f"{self.place} répond par une page et non par du JSON : vérifiez l'adresse et l'accès")
        try:
            return storable(json.loads(self.content))
        except (ValueError, RecursionError) as error:
            raise FormatError(f"{self.place} répond par du JSON illisible : réessayez, puis signalez-le") from error

    def read_as(self, shape: type[Shape]) -> Shape:
        """Give the answer's JSON in the shape that the service documents; raises `FormatError` if it has changed."""
        content = self.json()
        try:
            return TypeAdapter(shape).validate_python(content)
        except ValidationError as error:
            fault = located(error.errors(include_input=False, include_url=False)[0] | {"input": "…"})
            raise FormatError(
                f"{self.place} répond sous une forme inattendue ({fault}) : l'interface a dû changer, mettez listening "
                "à jour"
            ) from None  # what was expected may quote what somebody wrote


@dataclass
class Service:
    """A connection to a service, `with` closes it; `headers` may carry a token.

    Raises `SourceError` for what will not mend by itself, `ServiceError` for what may: time-outs, cuts, 5xx, and rate
    limits that ask for more than `patience` seconds. Shorter ones are waited for.
    """

    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    patience: float = PATIENCE
    largest: int = LARGEST
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        try:
            base = httpx.URL(self.address)
        except httpx.InvalidURL as error:
            raise SourceError(f"adresse illisible « {self.address} » : écrivez https://…") from error
        if (base.scheme != "https" and base.host not in LOCAL) or not base.host:
            raise SourceError(f"« {self.address} » : écrivez une adresse qui commence par https://")
        self._base = base
        self._client = httpx.Client(headers=dict(self.headers), timeout=TIMEOUT, follow_redirects=False)
        self._free_at = 0.0

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, **asked: Any) -> Answer:
        """Give the answer to a GET of a path below the service's address; what is None is not asked."""
        return self.ask(path, asked)

    def ask(
        self,
        path: str,
        asked: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        borne: Collection[int] = (),
    ) -> Answer:
        """Give the answer to a GET with further headers; a status that is `borne`, such as 304 or 404, is an answer.

        The path may have its own query, if nothing else is asked.
        """
        params = {name: value for name, value in (asked or {}).items() if value is not None}
        return self._whole("GET", path, borne=borne, params=params or None, headers=headers)

    def post(self, path: str, **sent: Any) -> Answer:
        """Give the answer to a POST; `sent` is what httpx takes: `json=`, `data=`, `auth=`."""
        return self._whole("POST", path, **sent)

    def download(self, path: str, into: BinaryIO, *, largest: int) -> None:
        """Write the answer to a GET into a file, as it comes; raises `SourceError` beyond `largest` bytes."""
        with self._answered("GET", path) as response:
            for part in self._parts(response, largest):
                into.write(part)

    def pages(
        self, ask: Callable[[str | None], Answer], following: Callable[[Answer], str | None], start: str | None = None
    ) -> Iterator[Answer]:
        """Give page after page, from that of the mark `start` on, until `following` gives no mark.

        Raises `SourceError` when a page comes again, or beyond `MOST_PAGES`.
        """
        mark, seen = start, set[str]()
        for _ in range(MOST_PAGES):
            answer = ask(mark)
            mark = following(answer)
            if mark is None:
                yield answer
                return
            marks = {f"mark {mark}", blake2b(answer.content).hexdigest()}
            if marks & seen:
                break
            seen |= marks
            yield answer
        raise SourceError(f"{self._base.host} redonne sans fin les mêmes pages : réessayez, puis signalez-le")

    def _whole(self, method: str, path: str, borne: Collection[int] = (), **sent: Any) -> Answer:
        with self._answered(method, path, borne, **sent) as response:
            content = b"".join(self._parts(response, self.largest))
            return Answer(_place(response.url), response.headers, content, response.status_code)

    @contextmanager
    def _answered(self, method: str, path: str, borne: Collection[int] = (), **sent: Any) -> Iterator[httpx.Response]:
        """Give the answer, not read yet, once the service is free and redirects within it are followed."""
        url = self._base.copy_with(raw_path=b"/").join(f"{self._base.path.rstrip('/')}/{path.lstrip('/')}")
        attempts, redirects = 0, 0
        while True:
            self._wait(url)
            with self._sent(method, url, **sent) as response:
                self._free_at = self.clock() + pause_after(response, self.clock())
                if response.has_redirect_location:
                    redirects, url = redirects + 1, self._within(response, redirects)
                    sent.pop("params", None)
                elif response.status_code != 429 or attempts == ATTEMPTS:
                    if response.status_code not in borne:
                        _check(response)
                    yield response
                    return
                else:
                    attempts += 1

    @contextmanager
    def _sent(self, method: str, url: httpx.URL, **sent: Any) -> Iterator[httpx.Response]:
        try:
            with self._client.stream(method, url, **sent) as response:
                yield response
        except httpx.TimeoutException as error:
            raise ServiceError(f"{_place(url)} ne répond pas à temps : réessayez plus tard") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            problem = type(error).__name__
            raise ServiceError(f"{_place(url)} : connexion impossible ou coupée ({problem}) : réessayez") from error

    def _wait(self, url: httpx.URL) -> None:
        pause = self._free_at - self.clock()
        if pause > self.patience:
            raise ServiceError(
                f"{_place(url)} n'accepte plus de demandes avant {spaced(round(pause))} secondes : réessayez ensuite"
            )
        if pause > 0:
            self.sleep(pause)

    def _within(self, response: httpx.Response, redirects: int) -> httpx.URL:
        """Give where a redirect leads, if it stays within the service."""
        target = response.url.join(response.headers["location"])
        if (target.scheme, target.host, target.port) != (self._base.scheme, self._base.host, self._base.port):
            raise SourceError(
                f"{_place(response.url)} renvoie vers {target.host} : ce n'est pas le service nommé, vérifiez « url »"
            )
        if redirects > REDIRECTS:
            raise SourceError(f"{_place(response.url)} renvoie d'adresse en adresse : vérifiez « url »")
        return target

    def _parts(self, response: httpx.Response, largest: int) -> Iterator[bytes]:
        read = 0
        for part in response.iter_bytes():
            read += len(part)
            if read > largest:
                raise SourceError(
                    f"{_place(response.url)} répond par plus de {spaced(largest // 2**20)} Mo : lisez moins à la fois"
                )
            yield part


def _check(response: httpx.Response) -> None:
    """Raise for an answer that is none; what the service says is left out: it may quote what was asked."""
    status, place = response.status_code, _place(response.url)
    if response.is_success:
        return
    if status in (401, 403):
        raise SourceError(f"{place} refuse l'accès ({status}) : vérifiez le jeton et ses droits")
    if status in (404, 410):
        raise SourceError(f"{place} n'existe pas ({status}) : vérifiez l'adresse et ce qui est demandé")
    if status in (408, 425, 429) or status >= 500:
        raise ServiceError(f"{place} ne peut répondre pour l'instant ({status}) : réessayez plus tard")
    raise SourceError(f"{place} refuse la demande ({status}) : vérifiez la configuration de la source")


def _place(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode().rpartition('@')[2]}{url.path}"
