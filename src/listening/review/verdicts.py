"""Which verdicts stand, which decide, and where coders must be reconciled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from listening.records import CodeVerdict, Verdict

Place = tuple[str, str, str]  # version, coder, codebook
Subject = tuple[str, str]  # version, codebook


def standing(verdicts: Iterable[Verdict]) -> dict[Place, Verdict]:
    """Give the verdict of each coder on each version under each codebook: the last that was not taken back.

    One that skips stands too. A coder takes back their own verdicts only, and none that takes back.

    >>> from datetime import UTC
    >>> monday, tuesday, friday = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 3, 6))
    >>> first = Verdict(id="1", verbatim="v", version="v1", coder="lea", at=monday, codebook="c@1")
    >>> second = replace(first, id="2", at=tuesday, sentiment="positif")
    >>> taken_back = undo(second, id="3", at=friday)
    >>> [one.id for one in standing([first, second, taken_back]).values()]
    ['1']
    """
    ordered = sorted(verdicts, key=lambda one: (one.at, one.id))
    undone = {(one.coder, one.undoes) for one in ordered if one.state == "undone"}
    stand = (one for one in ordered if one.state != "undone" and (one.coder, one.id) not in undone)
    return {(one.version, one.coder, one.codebook): one for one in stand}


def undo(verdict: Verdict, *, id: str, at: datetime) -> Verdict:
    """Give the verdict that takes one back. Raises ValueError for one that takes back: its coder codes again."""
    if verdict.state == "undone":
        raise ValueError(f"{verdict.id} takes back another verdict, and cannot be taken back itself")
    return replace(verdict, id=id, at=at, state="undone", sentiment=None, codes=(), note="", undoes=verdict.id)


def alike(one: Verdict, other: Verdict) -> bool:
    """Tell whether two verdicts say the same: sentiment, codes and their polarities; words and notes may differ."""
    return one.sentiment == other.sentiment and _said(one.codes) == _said(other.codes)


def codings(verdicts: Iterable[Verdict]) -> dict[Subject, list[Verdict]]:
    """Give what stands of those who coded each version under each codebook, by name of coder, reconciliations aside."""
    stand = standing(one for one in verdicts if one.origin != "adjudication")
    found: dict[Subject, list[Verdict]] = {}
    for one in sorted(stand.values(), key=lambda one: one.coder):
        if one.state == "coded":
            found.setdefault((one.version, one.codebook), []).append(one)
    return found


def decisions(verdicts: Iterable[Verdict]) -> dict[Subject, Verdict]:
    """Give the verdict that decides on each version under each codebook.

    It is the last adjudication, else what all of its coders say alike, by the first of them; where they differ and
    nobody decided between them, none.
    """
    given = list(verdicts)
    coded = codings(given)
    agreed = {subject: ones[0] for subject, ones in coded.items() if all(alike(ones[0], one) for one in ones)}
    return agreed | _adjudicated(given)


def opinions(verdicts: Iterable[Verdict], *, blind: bool = False) -> dict[Subject, list[Verdict]]:
    """Give what decides on each version, or what its coders said where they differ and nobody decided between them.

    `blind` keeps to what coders said who saw nobody's tags: a decision between coders counts where all of them were
    blind, else only what those said who were; versions without one are left out.
    """
    given = list(verdicts)
    coded = codings(given)
    said = coded | {subject: [one] for subject, one in decisions(given).items()}
    if not blind:
        return said
    unswayed = {subject: [one for one in ones if one.blind] for subject, ones in coded.items()}
    return {
        subject: said[subject] if len(ones) == len(coded[subject]) else ones
        for subject, ones in unswayed.items()
        if ones
    }


def disputes(verdicts: Iterable[Verdict]) -> Mapping[Subject, list[Verdict]]:
    """Give what coders said of the versions on which they differ and nobody decided between them yet."""
    given = list(verdicts)
    decided = decisions(given)
    return {subject: ones for subject, ones in codings(given).items() if subject not in decided}


def _adjudicated(verdicts: Iterable[Verdict]) -> dict[Subject, Verdict]:
    stand = standing(one for one in verdicts if one.origin == "adjudication")
    last = sorted(stand.values(), key=lambda one: (one.at, one.id))
    return {(one.version, one.codebook): one for one in last if one.state == "coded"}


def _said(codes: Iterable[CodeVerdict]) -> set[tuple[str, str]]:
    return {(one.code, one.polarity) for one in codes}
