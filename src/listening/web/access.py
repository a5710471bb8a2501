"""Who may do what: a session, a role and, for what changes something, the token of the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from listening.store.coders import ROLES, Coder, Role
from listening.store.sessions import whose_session
from listening.web.sessions import form_token, holds, secret_of
from listening.web.site import Here

COOKIE = "listening"
LONGEST = 64 * 1024  # bytes of a form
FIELDS = 2_000
FORM = "application/x-www-form-urlencoded"


class Refused(Exception):
    """A request that is refused, with its HTTP status and what the page says."""

    def __init__(self, status: int, title: str, remedy: str) -> None:
        super().__init__(title)
        self.status, self.title, self.remedy = status, title, remedy


class NotEntered(Exception):
    """A request that needs a session, and has none that is open."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who came in, and the secret of their session."""

    coder: Coder
    secret: str

    @property
    def name(self) -> str:
        """The name of the account."""
        return self.coder.name

    @property
    def token(self) -> str:
        """The token of the forms that a page may send."""
        return form_token(self.secret)

    def may(self, role: Role) -> bool:
        """Tell whether the account has this role or a higher one."""
        return ROLES.index(self.coder.role) >= ROLES.index(role)


def secret_sent(request: Request) -> str | None:
    """Give the secret that a request's cookie holds, of a session that is open or not."""
    return secret_of(request.cookies.get(COOKIE))


def entered(request: Request, here: Here) -> Visitor:
    """Give who sent a request; raise NotEntered without a session of an account that is open."""
    secret = secret_sent(request)
    coder = whose_session(here.store, secret, at=here.clock()) if secret else None
    if secret is None or coder is None:
        raise NotEntered
    return Visitor(coder, secret)


def at_least(role: Role) -> Callable[[Visitor], Visitor]:
    """Give the dependency that lets this role in, and those above it."""

    def admitted(visitor: Annotated[Visitor, Depends(entered)]) -> Visitor:
        if not visitor.may(role):
            raise Refused(403, "Cette page n’est pas ouverte à votre compte", "Demandez ce rôle à qui tient la base.")
        return visitor

    return admitted


async def sent(request: Request) -> FormData:
    """Give the fields of a form that one of our pages sent; refuse any other, and those that are too long."""
    if request.headers.get("content-type", "").split(";")[0] != FORM:
        raise Refused(415, "Cet envoi n’est pas un formulaire", "Revenez à la page et recommencez.")
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LONGEST:
        raise Refused(413, "Cet envoi est trop long", "Raccourcissez la note et recommencez.")
    form = await request.form(max_files=0, max_fields=FIELDS)
    secret = secret_sent(request)
    if secret is None or not holds(secret, str(form.get("token", ""))):
        raise Refused(403, "Ce formulaire n’est plus valable", "Rechargez la page, puis recommencez.")
    return form


AsReader = Annotated[Visitor, Depends(at_least("reader"))]
AsCoder = Annotated[Visitor, Depends(at_least("coder"))]
AsAdmin = Annotated[Visitor, Depends(at_least("admin"))]
Sent = Annotated[FormData, Depends(sent)]
