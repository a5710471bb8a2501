"""A form becomes a verdict: kept once, its note without personal data, its queue items closed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from starlette.datastructures import FormData

from listening.errors import StoreError
from listening.records import Verdict
from listening.store.queue import settle
from listening.store.verdicts import add_verdicts, verdicts
from listening.text.privacy import scrub
from listening.web.access import Refused
from listening.web.sheet import given
from listening.web.site import Site


def verdict_id(form: FormData) -> str:
    """Give the id that a page gave its verdict: the same form sent twice is one verdict."""
    try:
        return UUID(hex=str(form.get("verdict", ""))).hex
    except ValueError:
        raise Refused(400, "Ce formulaire n’est pas entier", "Rechargez la page, puis recommencez.") from None


def coded(verdict: Verdict, form: FormData, here: Site, text: str) -> Verdict:
    """Give a verdict with what a form says of a text."""
    found = given(form, here.codebook, text)
    note = scrub(found.note).text if found.note else ""
    return replace(verdict, sentiment=found.sentiment, codes=found.codes, note=note)


def keep_once(here: Site, verdict: Verdict) -> None:
    """Keep a verdict, unless it is kept already, and close what asked for it."""
    if not _kept(here, verdict):
        try:
            add_verdicts(here.store, [verdict])
        except StoreError:  # as where the same form, sent twice at once, was kept meanwhile
            if not _kept(here, verdict):
                raise
        settle(here.store, [verdict.version], codebook=here.codebook.reference, at=here.clock())


def _kept(here: Site, verdict: Verdict) -> bool:
    mine = verdicts(here.store, verbatim=verdict.verbatim, coder=verdict.coder)
    return verdict.id in {one.id for one in mine}
