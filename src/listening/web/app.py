"""The application: its pages, what guards them, and how a refusal is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from listening.codebook import Codebook
from listening.errors import ListeningError
from listening.store.store import Store
from listening.web import adjudication, agreement, browsing, coding, door, home, themes
from listening.web.access import NotEntered, Refused
from listening.web.headers import SecurityHeaders
from listening.web.render import page
from listening.web.site import Site

PAGES = (door.router, home.router, coding.router, adjudication.router, agreement.router, browsing.router, themes.router)
STATIC = Path(__file__).parent / "static"
SHEETS = ("summary.css", "evaluation.css")  # of the report
LOCAL = ["127.0.0.1", "localhost", "[::1]"]


def now() -> datetime:
    """Give the present moment, in UTC."""
    return datetime.now(UTC)


def make_app(
    store: Store,
    codebook: Codebook,
    *,
    key: bytes,
    clock: Callable[[], datetime] = now,
    secure: bool = False,
    hosts: list[str] | None = None,
) -> ASGIApp:
    """Give the application that serves a store, alone or beside others with the same `key`, which hashes addresses.

    `hosts` are the names that it answers to, by default this machine's.
    """
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # what people wrote goes nowhere, whatever the environment says
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.state.site = Site(store=store, codebook=codebook, key=key, clock=clock, secure=secure)
    for router in PAGES:
        app.include_router(router)
    for name in SHEETS:
        app.add_api_route(f"/static/{name}", partial(_sheet, name))
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_exception_handler(NotEntered, _outside)
    for kind in (Refused, RequestValidationError, HTTPException, ListeningError, Exception):
        app.add_exception_handler(kind, _refusal)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts or LOCAL, www_redirect=False)
    return SecurityHeaders(app, secure=secure)  # around all, so that even a fault has them


def _sheet(name: str) -> Response:
    """Serve a sheet of the report's pages: all look like one."""
    return FileResponse(str(files("listening.report").joinpath("templates", name)), media_type="text/css")


def _outside(request: Request, _: Exception) -> Response:
    if request.method in ("GET", "HEAD"):
        return RedirectResponse("/connexion", 303)
    return page(
        "refusal", None, status=401, title="Votre session est close", remedy="Connectez-vous, puis recommencez."
    )


def _refusal(_: Request, error: Exception) -> Response:
    status, title, remedy = _said(error)
    return page("refusal", None, status=status, title=title, remedy=remedy)


def _said(error: Exception) -> tuple[int, str, str]:
    match error:
        case Refused():
            return error.status, error.title, error.remedy
        case RequestValidationError():
            return 400, "Cette adresse a un paramètre refusé", "Revenez en arrière, ou repartez de l’accueil."
        case HTTPException(status_code=404):
            return 404, "Cette page n’existe pas", "Repartez de l’accueil."
        case HTTPException():
            return error.status_code, "Cette demande n’est pas acceptée", "Repartez de l’accueil."
        case ListeningError():
            return (
                503,
                "La base ne répond pas",
                "Réessayez dans une minute ; rien de ce qui est enregistré n’est perdu.",
            )
    return 500, "Quelque chose n’a pas marché", "Réessayez ; si cela dure, dites-le à qui tient le serveur."
