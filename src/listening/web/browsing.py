"""Verbatims by filters, and one verbatim with all that is known of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from listening.records import Run, content_id
from listening.store.browse import COUNTED, Stored, find, readings_of, said_before
from listening.store.queue import QueueItem, add_items, items_of
from listening.store.verdicts import verdicts
from listening.tagging.engine import strongest
from listening.web.access import AsCoder, AsReader, Refused, Sent, Visitor
from listening.web.asking import AsAsked
from listening.web.blind import revealed
from listening.web.coding import Version, wanted
from listening.web.evidence import pieces
from listening.web.render import page
from listening.web.site import Here

router = APIRouter()
SIZE = 25  # verbatims of a page


@router.get("/verbatims")
def show_found(
    here: Here, visitor: AsReader, asked: AsAsked, rang: Annotated[int, Query(ge=0, lt=COUNTED)] = 0
) -> Response:
    """Show the verbatims that match, the newest first; those with a flag are shown to coders only."""
    origin = here.origin()
    filters = asked.filters(here.codebook, unflagged=not visitor.may("coder"))
    found = find(here.store, filters, origin, first=rang, limit=SIZE)
    read = readings_of(here.store, [one.version for one in found.page], origin)
    hidden = read.keys() - revealed(here, visitor, read.keys())
    rows = []
    for one in found.page:
        reading = None if one.version in hidden else read.get(one.version)
        rows.append((one, reading, pieces(one.text, reading.tags if reading else ()), one.version in hidden))
    withheld = len(hidden) if asked.reveals else 0  # a filter by theme tells what a tag would
    return page(
        "found",
        visitor,
        rows=[row for row in rows if not (withheld and row[0].version in hidden)],
        withheld=withheld,
        total=found.total,
        most=COUNTED,
        first=rang,
        size=SIZE,
        asked=asked,
        choices=here.figures.choices(here.store, origin),
        codebook=here.codebook,
        strongest=strongest,
    )


@router.get("/verbatims/{version}")
def show_verbatim(here: Here, visitor: AsReader, version: Version, fait: bool = False) -> Response:
    """Show a verbatim, what it answers, what the engine read and, to admins, what people said of it."""
    verbatim = _readable(wanted(here, version), visitor)
    origin = here.origin()
    read = readings_of(here.store, [version], origin).get(version)
    given = verdicts(here.store, verbatim=verbatim.id) if visitor.may("admin") else ()
    said = [one for one in given if one.version == version]
    hidden = bool(read or said) and version not in revealed(here, visitor, [version])
    read = None if hidden else read
    return page(
        "verbatim",
        visitor,
        verbatim=verbatim,
        before=[one for one in said_before(here.store, verbatim) if visitor.may("coder") or not one.flags],
        pieces=pieces(verbatim.text, read.tags if read else ()),
        read=read,
        hidden=hidden,
        model=origin.model,
        codebook=here.codebook,
        said=said,
        waits=any(one.closed_at is None for one in items_of(here.store, [version]).get(version, [])),
        asked=fait,
        url=verbatim.url if verbatim.url and verbatim.url.startswith(("https://", "http://")) else None,
    )


@router.post("/verbatims/{version}/relire")
def ask(here: Here, visitor: AsCoder, version: Version, _: Sent) -> Response:
    """Put a verbatim before all others in the queue."""
    verbatim, now = wanted(here, version), here.clock()
    run = here.store.start_run(Run(id=content_id("ask", now.isoformat()), step="ask", started_at=now))
    item = QueueItem(
        verbatim=verbatim.id,
        version=version,
        reason="asked",
        source=verbatim.source,
        rank=-1.0,
        asked_by=visitor.name,
    )
    added = add_items(here.store, [item], run)
    here.store.end_run(replace(run, status="completed", counts={"added": added}), here.clock())
    return RedirectResponse(f"/verbatims/{version}?fait=1", 303)


def _readable(verbatim: Stored, visitor: Visitor) -> Stored:
    if verbatim.flags and not visitor.may("coder"):
        raise Refused(403, "Ce verbatim est à regarder avant d’être montré", "Demandez-le à une personne qui code.")
    return verbatim
