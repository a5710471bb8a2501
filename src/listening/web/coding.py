"""The page on which people code, one verbatim after the other, with the engine's tags or without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from listening.records import CodeVerdict, Polarity, Tag, Verdict
from listening.report.french import PARIS
from listening.review.verdicts import undo
from listening.store.browse import Stored, readings_of, said_before, stored
from listening.store.coded import coded_once, count_coded, last_verdict
from listening.store.queue import QueueItem, items_of, open_items, settle
from listening.store.shown import note_shown, shown_to
from listening.store.verdicts import add_verdicts, verdicts
from listening.tagging.engine import strongest
from listening.web.access import AsCoder, Refused, Sent, Visitor
from listening.web.evidence import passages, pieces
from listening.web.keeping import coded, keep_once, verdict_id
from listening.web.render import page
from listening.web.sheet import lines
from listening.web.site import Here, Site

router = APIRouter()
Mode = Literal["assiste", "aveugle"]
Did = Literal["code", "passe", "annule", "rien"]
Version = Annotated[str, Path(pattern=r"^[0-9a-f]{20}$")]
TAKEN = 500  # open items looked at to count what waits
SAID: dict[Did, str] = {
    "code": "Verdict enregistré.",
    "passe": "Passé : ce verbatim ne vous sera plus proposé.",
    "annule": "Dernier verdict annulé ; corrigez-le ici.",
    "rien": "Rien à annuler.",
}


@dataclass(frozen=True, slots=True)
class Task:
    """The items that ask for a version; `blind` where its coder saw nothing of what others and the engine said."""

    items: Sequence[QueueItem]
    blind: bool

    @property
    def item(self) -> QueueItem | None:
        """The item that a verdict answers: that of an audit if it is blind, else the first other that is open."""
        audit = next((one for one in self.items if one.reason == "audit"), None)
        others = (one for one in self.items if one.reason != "audit" and one.closed_at is None)
        return (audit if self.blind else None) or next(others, None)


@dataclass(frozen=True, slots=True)
class Start:
    """What a sheet begins with: codes with their polarity, those of them that are chosen, a sentiment, a note."""

    proposed: Sequence[Tag | CodeVerdict] = ()
    chosen: frozenset[str] = frozenset()
    sentiment: Polarity | None = None
    note: str = ""


@router.get("/coder")
def code_next(here: Here, visitor: AsCoder, mode: Mode = "assiste", fait: Did | None = None) -> Response:
    """Show the next verbatim to code, or that there is none."""
    waiting = waiting_for(here, visitor, mode)
    if waiting:
        return _sheet(here, visitor, waiting[0], mode, fait, waiting=len(waiting))
    return page("coded", visitor, mode=mode, said=SAID[fait] if fait else "", done=coded_today(here, visitor))


@router.get("/coder/{version}")
def code_this(
    here: Here, visitor: AsCoder, version: Version, mode: Mode = "assiste", fait: Did | None = None
) -> Response:
    """Show a verbatim to code, or to code again."""
    return _sheet(here, visitor, version, mode, fait, waiting=len(waiting_for(here, visitor, mode)))


@router.post("/coder/annuler")
def take_back(here: Here, visitor: AsCoder, form: Sent) -> Response:
    """Take back the coder's last verdict, and show its verbatim again."""
    mode = _mode(form)
    last = last_verdict(here.store, visitor.name, codebook=here.codebook.reference)
    if last is None:
        return RedirectResponse(f"/coder?mode={mode}&fait=rien", 303)
    add_verdicts(here.store, [undo(last, id=uuid4().hex, at=here.clock())])
    settle(here.store, [last.version], codebook=here.codebook.reference, at=here.clock())
    return RedirectResponse(f"/coder/{last.version}?mode={mode}&fait=annule", 303)


@router.post("/coder/{version}")
def keep(here: Here, visitor: AsCoder, version: Version, form: Sent) -> Response:
    """Keep a verdict, once however often the form is sent, and go on."""
    mode, verbatim = _mode(form), wanted(here, version)
    task = _task(here, visitor, verbatim, mode)
    tagging = None if task.blind else here.tagging()
    skipped = form.get("action") == "passer"
    verdict = Verdict(
        id=verdict_id(form),
        verbatim=verbatim.id,
        version=version,
        coder=visitor.name,
        at=here.clock(),
        codebook=here.codebook.reference,
        state="skipped" if skipped else "coded",
        blind=task.blind,
        queue=task.item.id if task.item else None,
        probability=task.item.probability if task.item else 1.0,
        model=tagging.model if tagging else None,
    )
    keep_once(here, verdict if skipped else coded(verdict, form, here, verbatim.text))
    return RedirectResponse(f"/coder?mode={mode}&fait={'passe' if skipped else 'code'}", 303)


def waiting_for(here: Site, visitor: Visitor, mode: Mode) -> list[str]:
    """Give the versions that wait for a coder: open items, after what one other person coded if it is to be blind."""
    codebook = here.codebook.reference
    blind = mode == "aveugle"
    again = coded_once(here.store, without=visitor.name, codebook=codebook, limit=TAKEN) if blind else []
    items = open_items(here.store, coder=visitor.name, codebook=codebook, blind=blind, limit=TAKEN)
    return list(dict.fromkeys([*again, *(one.version for one in items)]))[:TAKEN]


def coded_today(here: Site, visitor: Visitor) -> int:
    """Give how many verbatims somebody coded since midnight in Paris."""
    midnight = here.clock().astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
    return count_coded(here.store, visitor.name, codebook=here.codebook.reference, since=midnight)


def wanted(here: Site, version: str) -> Stored:
    """Give a version. Raises Refused where there is none."""
    found = stored(here.store, version)
    if found is None:
        raise Refused(404, "Ce verbatim n’est pas dans la base", "Repartez de l’accueil.")
    return found


def _mode(form: FormData) -> Mode:
    return "aveugle" if form.get("mode") == "aveugle" else "assiste"


def _task(here: Site, visitor: Visitor, verbatim: Stored, mode: Mode) -> Task:
    """Give what is asked of a coder; whoever was shown what was said of a version does not code it blind any more."""
    items = items_of(here.store, [verbatim.version]).get(verbatim.version, [])
    asked = mode == "aveugle" or any(one.reason == "audit" for one in items)
    return Task(items, asked and not shown_to(here.store, visitor.name, [verbatim.version]))


def _mine(here: Site, visitor: Visitor, verbatim: Stored) -> list[Verdict]:
    """Give all that a coder said on these pages of a version, taken back or not."""
    given = verdicts(here.store, verbatim=verbatim.id, coder=visitor.name, codebook=here.codebook.reference)
    return [one for one in given if one.version == verbatim.version and one.origin == "web"]


def _sheet(here: Site, visitor: Visitor, version: str, mode: Mode, fait: Did | None, *, waiting: int) -> Response:
    verbatim = wanted(here, version)
    task = _task(here, visitor, verbatim, mode)
    if not task.blind:
        note_shown(here.store, visitor.name, [version], at=here.clock())
    doubted = [] if task.blind else [one.code for one in task.items if one.code and one.closed_at is None]
    start = _said_last(here, visitor, verbatim) or (Start() if task.blind else _read(here, version, doubted))
    return page(
        "sheet",
        visitor,
        verbatim=verbatim,
        before=said_before(here.store, verbatim),
        pieces=pieces(verbatim.text, [one for one in start.proposed if one.code in start.chosen]),
        choices=passages(verbatim.text, start.proposed),
        lines=lines(here.codebook, start.proposed, chosen=start.chosen, doubted=doubted),
        start=start,
        offered=[*(one.code for one in start.proposed), *doubted],
        blind=task.blind,
        mode=mode,
        verdict=uuid4().hex,
        said=SAID[fait] if fait else "",
        done=coded_today(here, visitor),
        waiting=waiting,
        most=TAKEN,
    )


def _said_last(here: Site, visitor: Visitor, verbatim: Stored) -> Start | None:
    """Give what this coder last said of this version, taken back or not."""
    said = [one for one in _mine(here, visitor, verbatim) if one.state == "coded"]
    if not said:
        return None
    last = said[-1]
    return Start(last.codes, frozenset(one.code for one in last.codes), last.sentiment, last.note)


def _read(here: Site, version: str, doubted: Sequence[str]) -> Start:
    """Give what the engine proposes: the tags that hold, and those in doubt, which are not chosen."""
    origin = here.origin()
    kept = replace(origin, thresholds=dict.fromkeys(origin.thresholds, 0.0))
    read = readings_of(here.store, [version], kept).get(version)
    if read is None:
        return Start()
    held = frozenset(tag.code for tag in read.tags if origin.holds(tag.code, tag.probability))
    proposed = [tag for tag in read.tags if tag.code in held or tag.code in doubted]
    return Start(proposed, held, strongest(read.sentiment))
