"""Pages from templates: whatever people wrote is escaped, figures and dates are written in French."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from listening.report import french
from listening.report.html import WRITERS
from listening.web.access import Visitor

MENU = (  # place, name, role that may open it, pages that it stands for
    ("/", "Accueil", "reader", ("home",)),
    ("/coder", "Coder", "coder", ("sheet", "coded")),
    ("/arbitrer", "Arbitrer", "admin", ("disputes", "dispute")),
    ("/accord", "Accord", "admin", ("agreement",)),
    ("/verbatims", "Verbatims", "reader", ("found", "verbatim")),
    ("/themes", "Thèmes", "reader", ("themes", "theme")),
)
TONES = {"negatif": "Négatif", "neutre": "Neutre", "positif": "Positif"}


def page(name: str, visitor: Visitor | None, /, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """Give a page as an answer."""
    content = templates().get_template(f"{name}.html").render(shown, visitor=visitor, page=name)
    return HTMLResponse(content, status)


@cache
def templates() -> Environment:
    """Give the templates of the pages."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("listening.web"), PackageLoader("listening.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {write.__name__: write for write in WRITERS}
    made.globals |= {"hundredth": partial(french.decimal, digits=2)}
    made.globals |= {
        "MENU": MENU,
        "TONES": TONES,
        "SCORES": french.SCORES,
        "CHANNELS": french.CHANNELS,
        "FLAGS": french.FLAGS,
    }
    return made
