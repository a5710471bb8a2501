"""A small HTTP server that a test scripts: it answers as the test tells, and keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest


@dataclass
class Request:
    """What was asked: `path` without its query, `query` with one value a name, `values` with all."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    values: dict[str, list[str]]


@dataclass
class Reply:
    """What to answer: JSON of `content` unless it is bytes; `cut` breaks the connection in mid-answer."""

    content: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Server:
    """A running server: its address, what it answers, what it was asked; `reply` makes an answer."""

    reply: ClassVar[type[Reply]] = Reply

    url: str
    answer: Callable[[Request], Reply]
    requests: list[Request] = field(default_factory=list)

    def script(self, *replies: Reply) -> None:
        """Give these replies in order, the last one again and again."""
        left = list(replies)
        self.answer = lambda request: left.pop(0) if len(left) > 1 else left[0]


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on this machine that answers 404 until the test tells it what to answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            values = parse_qs(target.query, keep_blank_values=True)
            query = {name: given[-1] for name, given in values.items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, target.path, query, headers, body, values)
            running.requests.append(request)
            self._send(running.answer(request))

        do_POST = do_GET

        def _send(self, reply: Reply) -> None:
            content = reply.content if isinstance(reply.content, bytes) else json.dumps(reply.content).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + 100 * reply.cut))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Server(f"http://127.0.0.1:{httpd.server_port}", lambda request: Reply({}, status=404))
    thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    httpd.shutdown()
    thread.join()
    httpd.server_close()
