"""How far coders agree, code by code, beyond chance."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from listening.report.agreement import agreement_grids
from listening.store.verdicts import verdicts
from listening.training.coders import coders_agree
from listening.web.access import AsAdmin
from listening.web.render import page
from listening.web.site import Here

router = APIRouter()


@router.get("/accord")
def show_agreement(here: Here, visitor: AsAdmin, qui: Literal["aveugle", "tous"] = "aveugle") -> Response:
    """Show the agreement of each two coders, on what both coded blind, or on all that both coded."""
    given = verdicts(here.store, codebook=here.codebook.reference)
    codes = list(here.codebook.codes)
    pairs = coders_agree(given, codes, codebook=here.codebook.reference, blind=qui == "aveugle")
    return page("agreement", visitor, grids=list(agreement_grids(pairs, here.codebook)), who=qui)
