"""Where coders differ: what each said, side by side, and the verdict of an admin."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from listening.records import CodeVerdict, Polarity, Verdict
from listening.review.verdicts import disputes
from listening.store.browse import Stored, said_before, stored_all
from listening.store.verdicts import verdicts
from listening.web.access import AsAdmin, Refused, Sent
from listening.web.blind import revealed
from listening.web.coding import Version, wanted
from listening.web.evidence import passages, pieces
from listening.web.keeping import coded, keep_once, verdict_id
from listening.web.render import page
from listening.web.sheet import lines
from listening.web.site import Here, Site

router = APIRouter()
SHOWN = 50  # disputes listed


def disputed(here: Site, *, verbatim: str | None = None) -> dict[str, list[Verdict]]:
    """Give what coders said of each version, or of those of a verbatim, on which they differ, nobody having decided."""
    found = disputes(verdicts(here.store, verbatim=verbatim, codebook=here.codebook.reference))
    return {version: said for (version, _), said in sorted(found.items())}


@router.get("/arbitrer")
def list_disputes(here: Here, visitor: AsAdmin, fait: bool = False) -> Response:
    """Show the versions on which coders differ."""
    found = disputed(here)
    shown = dict(list(found.items())[:SHOWN])
    texts = stored_all(here.store, list(revealed(here, visitor, shown)))
    rows = [(texts[version], said) for version, said in shown.items() if version in texts]
    return page("disputes", visitor, rows=rows, total=len(found), done=fait, codebook=here.codebook)


@router.get("/arbitrer/{version}")
def show_dispute(here: Here, visitor: AsAdmin, version: Version) -> Response:
    """Show what each coder said of a version; what they all said is chosen already."""
    verbatim = wanted(here, version)
    said = _said(here, verbatim)
    revealed(here, visitor, [version])
    proposed = _proposed(said)
    chosen = [code for code, tones in _tones(said).items() if None not in tones and len(set(tones)) == 1]
    return page(
        "dispute",
        visitor,
        verbatim=verbatim,
        before=said_before(here.store, verbatim),
        pieces=pieces(verbatim.text, proposed),
        choices=passages(verbatim.text, proposed),
        lines=lines(here.codebook, proposed, chosen=chosen, doubted=[]),
        said=said,
        cells={code: [_cell(one, code, verbatim.text) for one in said] for code in _tones(said)},
        sentiment=said[0].sentiment if len({one.sentiment for one in said}) == 1 else None,
        verdict=uuid4().hex,
    )


@router.post("/arbitrer/{version}")
def decide(here: Here, visitor: AsAdmin, version: Version, form: Sent) -> Response:
    """Keep the verdict that decides between coders."""
    verbatim = wanted(here, version)
    verdict = Verdict(
        id=verdict_id(form),
        verbatim=verbatim.id,
        version=version,
        coder=visitor.name,
        at=here.clock(),
        codebook=here.codebook.reference,
        origin="adjudication",
    )
    keep_once(here, coded(verdict, form, here, verbatim.text))
    return RedirectResponse("/arbitrer?fait=1", 303)


def _said(here: Site, verbatim: Stored) -> Sequence[Verdict]:
    said = disputed(here, verbatim=verbatim.id).get(verbatim.version)
    if said is None:
        raise Refused(404, "Ce verbatim n’est pas à arbitrer", "Il l’a peut-être été à l’instant : voyez la liste.")
    return said


def _proposed(said: Sequence[Verdict]) -> list[CodeVerdict]:
    """Give each code that somebody gave, as the first who gave it did."""
    found: dict[str, CodeVerdict] = {}
    for code in (code for one in said for code in one.codes):
        found.setdefault(code.code, code)
    return list(found.values())


def _tones(said: Sequence[Verdict]) -> dict[str, list[Polarity | None]]:
    """Give, by code, the polarity that each coder gave, None where they did not give it."""
    codes = dict.fromkeys(code.code for one in said for code in one.codes)
    given = [{code.code: code.polarity for code in one.codes} for one in said]
    return {code: [one.get(code) for one in given] for code in codes}


def _cell(said: Verdict, code: str, text: str) -> tuple[Polarity, str] | None:
    found = next((one for one in said.codes if one.code == code), None)
    return (found.polarity, text[found.start : found.stop] if found.start is not None else "") if found else None
