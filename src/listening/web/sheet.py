"""The sheet that a person fills in for a verbatim: what it proposes, and what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from listening.codebook import Codebook
from listening.records import POLARITIES, CodeVerdict, Polarity, Tag
from listening.web.access import Refused

NOTE = 2_000  # characters
SPAN = re.compile(r"(\d{1,9})-(\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A code on the sheet: `chosen` where it is proposed, `doubted` where a person is asked about it."""

    code: str
    label: str
    net: str
    definition: str
    not_this: str
    chosen: bool
    polarity: Polarity | None
    evidence: str
    probability: float | None = None
    doubted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a person gave: a sentiment, codes with their polarity and evidence, a note."""

    sentiment: Polarity
    codes: tuple[CodeVerdict, ...]
    note: str


def lines(
    codebook: Codebook,
    proposed: Iterable[Tag | CodeVerdict],
    *,
    chosen: Iterable[str],
    doubted: Iterable[str] = (),
) -> list[Line]:
    """Give a line for each code of the codebook: first those proposed, in their order, then the others in its own."""
    known = {one.code: one for one in proposed if one.code in codebook.codes}
    held, asked = set(chosen), set(doubted) & set(codebook.codes)
    order = dict.fromkeys([*known, *sorted(asked), *codebook.codes])
    return [_line(codebook, code, known.get(code), code in held, code in asked) for code in order]


def given(form: FormData, codebook: Codebook, text: str) -> Given:
    """Give what a form says. Raises Refused when it names no sentiment, or a code that is not there or not whole."""
    sentiment = _polarity(form, "sentiment", "Il manque le sentiment d’ensemble")
    codes = []
    for code in dict.fromkeys(str(one) for one in form.getlist("code")):
        if code not in codebook.codes:
            raise Refused(400, "Un code n’est pas dans le plan de codage", "Rechargez la page, puis recommencez.")
        label = codebook.codes[code].label
        polarity = _polarity(form, f"polarity.{code}", f"Il manque la polarité de « {label} »")
        start, stop = _span(str(form.get(f"evidence.{code}", "")), text)
        codes.append(CodeVerdict(code=code, polarity=polarity, start=start, stop=stop))
    note = str(form.get("note", "")).strip()
    if len(note) > NOTE or "\0" in note:
        raise Refused(400, "La note est trop longue", f"Gardez-en {NOTE} caractères au plus.")
    return Given(sentiment=sentiment, codes=tuple(codes), note=note)


def _line(codebook: Codebook, code: str, found: Tag | CodeVerdict | None, chosen: bool, doubted: bool) -> Line:
    entry = codebook.codes[code]
    marked = found is not None and found.start is not None
    return Line(
        code=code,
        label=entry.label,
        net=codebook.nets[codebook.net(code)].label,
        definition=entry.definition,
        not_this=entry.not_this,
        chosen=chosen,
        polarity=found.polarity if found else None,
        evidence=f"{found.start}-{found.stop}" if found and marked else "",
        probability=found.probability if isinstance(found, Tag) else None,
        doubted=doubted,
    )


def _polarity(form: Mapping[str, object], name: str, missing: str) -> Polarity:
    for polarity in POLARITIES:
        if form.get(name) == polarity:
            return polarity
    raise Refused(400, missing, "Revenez en arrière et choisissez négatif, neutre ou positif.")


def _span(value: str, text: str) -> tuple[int, int] | tuple[None, None]:
    found = SPAN.fullmatch(value)
    start, stop = (int(found[1]), int(found[2])) if found else (0, 0)
    return (start, stop) if start < stop <= len(text) else (None, None)
