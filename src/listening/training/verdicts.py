"""What people decided, as examples: earlier decisions to learn from, later ones of the audit to be judged by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from listening.records import Verdict
from listening.review.verdicts import decisions
from listening.store.decided import Place
from listening.training.corpus import Example, GoldTag, folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as an example: when it was taken, the probability of its audit's draw, whether its coder was blind.

    `group` names the verbatims that repeat one text.
    """

    example: Example
    at: datetime
    group: str
    drawn: float | None
    blind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Decisions parted at a moment: those before it to learn from, those of the audit after it to be judged by.

    `left_out` counts the others, by reason in French.
    """

    learnt: tuple[Example, ...]
    judged: tuple[Decided, ...]
    turn: datetime | None
    left_out: Mapping[str, int]


def decided(verdicts: Iterable[Verdict], places: Mapping[str, Place], codes: Collection[str]) -> list[Decided]:
    """Give the decisions that stand on verbatims that are there, in order of time; other codes are left out.

    Where coders differ and nobody decided between them, there is none. An example is `natural` when an audit drew it:
    what was asked for because the model doubts is harder than what comes.
    """
    stand = [one for one in decisions(verdicts).values() if one.version in places]
    found = [_decided(one, places[one.version], codes) for one in stand]
    return sorted(found, key=lambda one: (one.at, one.example.id))


def part(found: Sequence[Decided], gold: Sequence[Example], *, share: float) -> Lessons:
    """Part decisions in time, so that the last `share` of those that an audit drew is judged by and not learnt from.

    Judged by are audits only: what is read because a model doubted shows that model at its worst, and any other would
    look better. Nothing with the words of a gold text is kept at all, and nothing is learnt that repeats a judged text.
    """
    known = {folded(one.text) for one in gold}
    kept = [one for one in found if folded(one.example.text) not in known]
    audited = [one for one in kept if one.drawn is not None]
    number = round(share * len(audited))
    turn = audited[-number].at if number else None
    judged = [one for one in audited if turn and one.at >= turn]
    groups, words = {one.group for one in judged}, {folded(one.example.text) for one in judged}
    before = [one for one in kept if turn is None or one.at < turn]
    learnt = [one for one in before if one.group not in groups and folded(one.example.text) not in words]
    return Lessons(
        learnt=tuple(one.example for one in learnt),
        judged=tuple(judged),
        turn=turn,
        left_out={
            "verbatims du jeu de référence": len(found) - len(kept),
            "reprises de textes jugés": len(before) - len(learnt),
            "décisions récentes hors contrôle au hasard": len(kept) - len(before) - len(judged),
        },
    )


def _decided(verdict: Verdict, place: Place, codes: Collection[str]) -> Decided:
    tags = tuple(
        GoldTag(one.code, one.polarity, one.start or 0, one.stop or 0) for one in verdict.codes if one.code in codes
    )
    example = Example(
        id=place.version,
        text=place.text,
        question=place.question,
        tags=tags,
        sentiment=verdict.sentiment,
        stars=None if place.stars is None else (place.stars - 3) / 2,
        natural=place.drawn is not None,
        domain=place.source,
        channel=place.channel,
    )
    return Decided(example=example, at=verdict.at, group=place.group, drawn=place.drawn, blind=verdict.blind)
