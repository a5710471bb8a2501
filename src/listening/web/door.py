"""The door: signing in and out, and the page that opens on what there is to do."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from listening.store.coders import coder_named, note_entrance
from listening.web.access import COOKIE, AsReader, Sent, open_session
from listening.web.passwords import matches, stamp
from listening.web.render import page
from listening.web.sessions import LASTING, Session
from listening.web.site import Here, Site

router = APIRouter()
LONGEST = 80  # characters of a name that are looked at, and kept in memory


@router.get("/connexion")
def door(request: Request, here: Here) -> Response:
    """Show the form to sign in, under a session that nobody has entered yet."""
    session = open_session(request, here)
    if session and session.coder:
        return RedirectResponse("/", 303)
    session = session or here.sessions.begin(at=here.clock())
    return _with_cookie(_door(here, session), here, session)


@router.post("/connexion")
def enter(request: Request, here: Here, form: Sent) -> Response:
    """Let in who gives the right password; after too many wrong ones, ask to wait."""
    name, password = str(form.get("name", "")).strip()[:LONGEST], str(form.get("password", ""))
    address, now = request.client.host if request.client else "", here.clock()
    outside = open_session(request, here) or here.sessions.begin(at=now)
    if wait := here.attempts.wait(name, address, at=now):
        minutes = -(-int(wait.total_seconds()) // 60)
        answer = _door(here, outside, status=429, name=name, minutes=minutes)
        answer.headers["Retry-After"] = str(60 * minutes)
        return answer
    coder = coder_named(here.store, name)
    known = coder if coder and not coder.disabled else None
    if not matches(password, known.password if known else None) or known is None:
        here.attempts.failed(name, address, at=now)
        if coder:
            note_entrance(here.store, coder.name, at=now, admitted=False)
        return _door(here, outside, status=401, name=name, wrong=True)
    here.attempts.forget(name, address)
    note_entrance(here.store, known.name, at=now, admitted=True)
    session = here.sessions.begin(at=now, coder=known.name, stamp=stamp(known.password))
    return _with_cookie(RedirectResponse("/", 303), here, session)


@router.post("/deconnexion")
def leave(here: Here, visitor: AsReader, _: Sent) -> Response:
    """End the session."""
    here.sessions.end(visitor.session, at=here.clock())
    answer = RedirectResponse("/connexion", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=here.secure)
    return answer


def _door(
    here: Site, session: Session, *, status: int = 200, name: str = "", wrong: bool = False, minutes: int = 0
) -> HTMLResponse:
    token = here.sessions.token(session)
    return page("door", None, status=status, token=token, name=name, wrong=wrong, minutes=minutes)


def _with_cookie(answer: Response, here: Site, session: Session) -> Response:
    answer.set_cookie(
        COOKIE,
        here.sessions.cookie(session),
        max_age=int(LASTING.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=here.secure,
    )
    return answer
