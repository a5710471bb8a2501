"""The page that opens on what there is to do."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from listening.web.access import AsReader
from listening.web.adjudication import disputed
from listening.web.coding import TAKEN, coded_today, waiting_for
from listening.web.render import page
from listening.web.site import Here

router = APIRouter()


@router.get("/")
def home(here: Here, visitor: AsReader) -> Response:
    """Show what waits for this account."""
    codes, decides = visitor.may("coder"), visitor.may("admin")
    return page(
        "home",
        visitor,
        tagging=here.tagging(),
        codebook=here.codebook,
        done=coded_today(here, visitor) if codes else 0,
        waiting=len(waiting_for(here, visitor, "assiste")) if codes else 0,
        again=len(waiting_for(here, visitor, "aveugle")) if codes else 0,
        disputes=len(disputed(here)) if decides else 0,
        most=TAKEN,
    )
