"""The door: signing in and out, and the page that opens on what there is to do."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from listening.store.attempts import attempt, forget_failures, wait_or_count
from listening.store.coders import coder_named, note_entrance
from listening.store.sessions import LASTING, begin_session, end_session, whose_session
from listening.web.access import COOKIE, AsReader, Sent, secret_sent
from listening.web.passwords import matches
from listening.web.render import page
from listening.web.sessions import form_token, new_secret
from listening.web.site import Here, Site

router = APIRouter()
LONGEST = 80  # characters of a name that are looked at


@router.get("/connexion")
def door(request: Request, here: Here) -> Response:
    """Show the form to sign in, under a secret by which nobody has entered yet."""
    secret = secret_sent(request)
    if secret and whose_session(here.store, secret, at=here.clock()):
        return RedirectResponse("/", 303)
    secret = secret or new_secret()
    return _with_cookie(_door(secret), here, secret)


@router.post("/connexion")
def enter(request: Request, here: Here, form: Sent) -> Response:
    """Let in who gives the right password; after too many wrong ones, ask to wait."""
    name, password = str(form.get("name", "")).strip()[:LONGEST], str(form.get("password", ""))
    address, now = request.client.host if request.client else "", here.clock()
    outside, tried = secret_sent(request) or new_secret(), attempt(here.key, name, address)
    if wait := wait_or_count(here.store, tried, at=now):
        minutes = -(-int(wait.total_seconds()) // 60)
        answer = _door(outside, status=429, name=name, minutes=minutes)
        answer.headers["Retry-After"] = str(60 * minutes)
        return answer
    coder = coder_named(here.store, name)
    known, secret = coder if coder and not coder.disabled else None, new_secret()
    right = matches(password, known.password if known else None)
    if known is None or not right or not begin_session(here.store, known, secret, at=now):
        if coder:
            note_entrance(here.store, coder.name, at=now, admitted=False)
        return _door(outside, status=401, name=name, wrong=True)
    forget_failures(here.store, tried)
    note_entrance(here.store, known.name, at=now, admitted=True)
    return _with_cookie(RedirectResponse("/", 303), here, secret)


@router.post("/deconnexion")
def leave(here: Here, visitor: AsReader, _: Sent) -> Response:
    """End the session."""
    end_session(here.store, visitor.secret)
    answer = RedirectResponse("/connexion", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=here.secure)
    return answer


def _door(secret: str, *, status: int = 200, name: str = "", wrong: bool = False, minutes: int = 0) -> HTMLResponse:
    token = form_token(secret)
    return page("door", None, status=status, token=token, name=name, wrong=wrong, minutes=minutes)


def _with_cookie(answer: Response, here: Site, secret: str) -> Response:
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(LASTING.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=here.secure,
    )
    return answer
