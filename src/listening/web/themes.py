"""A page for all themes, and one for each: how many speak of it, in which tone, where, and in their words."""

from __future__ import annotations

from itertools import chain
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from listening.insight.citations import citations
from listening.insight.quotes import Quote, choose_quotes
from listening.insight.summary import Themes
from listening.records import POLARITIES, CodeVerdict, Run
from listening.report import blocks
from listening.report.french import DIMENSIONS, value_name
from listening.store.cards import Origin
from listening.store.frames import origin_of
from listening.store.quotable import quotable
from listening.web.access import AsReader, Refused, Visitor
from listening.web.blind import revealed
from listening.web.evidence import Piece, pieces
from listening.web.render import page
from listening.web.site import Here, Site

router = APIRouter()
CUTS = ("channel", "source", "wave", "brand")
QUOTES = 8  # for each code


@router.get("/themes")
def show_themes(here: Here, visitor: AsReader) -> Response:
    """Show all themes: their share, and their tone."""
    tagging = _tagging(here)
    summary = here.figures.themes(here.store, here.codebook, origin_of(tagging, here.codebook))
    return page(
        "themes",
        visitor,
        summary=summary,
        groups=[[net, *net["codes"]] for net in blocks.nets(summary)],
        scale=blocks.scale(summary),
        uncited=blocks.uncited(summary),
        tagging=tagging,
        codebook=here.codebook,
    )


@router.get("/themes/{key}")
def show_theme(here: Here, visitor: AsReader, key: str) -> Response:
    """Show one theme: a net or a code."""
    tagging = _tagging(here)
    origin = origin_of(tagging, here.codebook)
    summary = here.figures.themes(here.store, here.codebook, origin)
    codes, nets = here.codebook.codes, here.codebook.nets
    if key not in codes and key not in nets:
        raise Refused(404, "Ce thème n’est pas dans le plan de codage", "Choisissez-en un dans la liste.")
    whole = _rows(summary, key, "ensemble")[0]
    cuts = {DIMENSIONS[name]: _rows(summary, key, name) for name in CUTS}
    inside = [_rows(summary, code, "ensemble")[0] for code in codes if key in nets and here.codebook.net(code) == key]
    return page(
        "theme",
        visitor,
        summary=summary,
        key=key,
        entry=codes.get(key) or nets[key],
        net=nets[here.codebook.net(key)] if key in codes else None,
        net_key=key.split(".", 1)[0],
        row=whole,
        reading=blocks.reading(whole),
        inside=inside,
        cuts={name: rows for name, rows in cuts.items() if len(rows) > 1},
        scale=blocks.right_end(row["high"] for row in [whole, *chain.from_iterable(cuts.values())]),
        quotes=_quotes(here, visitor, origin, [whole] if key in codes else inside),
        tagging=tagging,
        codebook=here.codebook,
    )


def _tagging(here: Site) -> Run:
    tagging = here.tagging()
    if tagging is None:
        raise Refused(404, "Rien n’est encore codé", "Lancez d’abord « listening run » : les thèmes en viennent.")
    return tagging


def _rows(summary: Themes, key: str, dimension: str) -> list[dict[Any, Any]]:
    table = summary.themes
    rows: list[dict[Any, Any]] = table[(table["key"] == key) & (table["dimension"] == dimension)].to_dict("records")
    return [row | {"name": value_name(dimension, row["value"])} for row in rows]


def _quotes(
    here: Site, visitor: Visitor, origin: Origin, rows: list[dict[Any, Any]]
) -> list[tuple[Quote, list[Piece], str]]:
    """Give what people wrote that shows some codes, from what is stored still and nobody need look at first."""
    codes = list(here.codebook.codes)
    verbatims, tags = quotable(here.store, origin, [row["key"] for row in rows])
    sizes = {(codes.index(row["key"]), rank): row[tone] for row in rows for rank, tone in enumerate(POLARITIES)}
    cited = citations(verbatims, tags, here.codebook)
    versions = dict(zip(verbatims["id"], verbatims["version"], strict=True))
    chosen = choose_quotes(verbatims, cited, here.codebook, per_code=QUOTES, sizes=sizes)
    free = revealed(here, visitor, {versions[quote.id] for quote in chosen})
    return [
        (quote, pieces(quote.text, [_evidence(quote)]), versions[quote.id])
        for quote in chosen
        if versions[quote.id] in free
    ]


def _evidence(quote: Quote) -> CodeVerdict:
    return CodeVerdict(code=quote.code, polarity=quote.polarity, start=quote.start, stop=quote.stop)
