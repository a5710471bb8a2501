"""The history of a verbatim, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from listening.records import Verdict
from listening.report.french import ABSENT, POLARITIES, REASONS, SCORES, day_and_hour, decimal, listing, unbroken
from listening.store.audit import AuditLine
from listening.store.lineage import Export
from listening.store.queue import QueueItem
from listening.store.traces import State, Trace, TracedReading

FACTS = SCORES | {"weight": "poids", "wave": "vague", "brand": "marque"}
USUAL = {"weight": 1.0}  # not worth a word
ORIGINS = {"web": "page", "xlsx": "classeur", "adjudication": "arbitrage", "carried": "repris du plan précédent"}
ACTIONS = {name: f"décision, {how}" for name, how in ORIGINS.items()} | {"forget": "effacement", "access": "accès"}


def print_trace(trace: Trace, console: Console) -> None:
    """Print what was written, read, decided, and where it went, in order of time; nothing is cut."""
    texts = {one.version: one.text for one in trace.states}
    console.print(Text(f"Verbatim {trace.id}", style="bold"))
    if not trace.states:
        console.print("Ses mots ne sont plus dans la base.")
    parts: tuple[tuple[str, Iterable[str]], ...] = (
        ("Ce qui a été écrit", (line for one in trace.states for line in _state(one))),
        ("Ce que les modèles ont lu", (line for one in trace.readings for line in _reading(one, texts[one.version]))),
        ("Ce qui a été demandé à des personnes", map(_item, trace.asked)),
        ("Ce que des personnes ont décidé", map(_verdict, trace.verdicts)),
        ("Fichiers qui montrent ses mots", map(_export, trace.exports)),
        ("Journal", map(_line, trace.lines)),
    )
    for title, lines in parts:
        console.print(Text(f"\n{title}", style="bold"))
        for line in list(lines) or ["rien"]:
            console.print(unbroken(line), markup=False, soft_wrap=True)


def _state(one: State) -> Iterator[str]:
    until = f", jusqu'au {_moment(one.until)} ({one.ended_by})" if one.ended_by else ""
    yield f"depuis le {_moment(one.since)} ({one.run}){until} : version {one.version}"
    yield f"  {one.source}, {one.external_id} : « {one.text} »"
    closed = {name: value for name, value in one.facts.items() if name != "meta" and USUAL.get(name) != value}
    if facts := closed | dict(one.facts.get("meta", {})):
        yield "  " + ", ".join(f"{FACTS.get(name, name)} {_fact(value)}" for name, value in facts.items())
    if one.deleted_at:
        yield f"  retiré par sa source le {_moment(one.deleted_at)}"


def _reading(one: TracedReading, text: str) -> Iterator[str]:
    scores = ", ".join(f"{POLARITIES[name]} {decimal(value, digits=2)}" for name, value in one.sentiment.items())
    yield f"le {_moment(one.at)} ({one.run}), {one.model}, plan {one.codebook}, version {one.version} : {scores}"
    for tag in one.tags:
        below = "" if tag.code in one.held else ", sous le seuil"
        shown = f"{POLARITIES[tag.polarity]} : « {text[tag.start : tag.stop].strip()} »"
        yield f"  {tag.code} {decimal(tag.probability, digits=2)}{below}, {shown}"


def _item(one: QueueItem) -> str:
    code = f", {one.code}" if one.code else ""
    closed = f", répondu le {_moment(one.closed_at)}" if one.closed_at else ", en attente"
    return f"{REASONS[one.reason]}{code}{f', par {one.asked_by}' if one.asked_by else ''}{closed}"


def _verdict(one: Verdict) -> str:
    how = f"{one.coder}, {ORIGINS[one.origin]}{', à l’aveugle' if one.blind else ''}, plan {one.codebook}"
    if one.state == "undone":
        return f"le {_moment(one.at)}, {how} : reprend {one.undoes}"
    if one.state == "skipped":
        return f"le {_moment(one.at)}, {how} : passé"
    codes = listing(f"{code.code} ({POLARITIES[code.polarity]})" for code in one.codes) if one.codes else "aucun code"
    tone = f"{POLARITIES[one.sentiment]}, " if one.sentiment else ""
    return f"le {_moment(one.at)}, {how} : {tone}{codes}{f' ; « {one.note} »' if one.note else ''} ({one.id})"


def _export(one: Export) -> str:
    return f"le {_moment(one.at)}{f' ({one.run})' if one.run else ''} : {one.path}, sha256 {one.sha256}"


def _line(one: AuditLine) -> str:
    return f"le {_moment(one.at)}, {one.actor} : {ACTIONS.get(one.action, one.action)}"


def _moment(moment: datetime | None) -> str:
    return day_and_hour(moment) if moment else ABSENT


def _fact(value: Any) -> str:
    return decimal(value, digits=0 if value == int(value) else 2) if isinstance(value, int | float) else str(value)
