"""What people decided, as examples: earlier decisions to learn from, later ones of the audit to be judged by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from listening.records import Verdict
from listening.review.verdicts import decisions
from listening.store.decided import Place
from listening.training.apart import repeating
from listening.training.corpus import Example, GoldTag
from listening.training.translate import Translation


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as an example: when it was taken, the probability of its audit's draw, whether its coder was blind.

    The example is in the codes of the plan; `group` names the verbatims that repeat one text.
    """

    example: Example
    at: datetime
    group: str
    drawn: float | None
    blind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Decisions parted at a moment: those before it to learn from, those of the audit after it to be judged by.

    What is learnt is in the engine's codes, what is judged by in those of the plan. `left_out` counts the others, by
    reason in French.
    """

    learnt: tuple[Example, ...]
    judged: tuple[Decided, ...]
    turn: datetime | None
    left_out: Mapping[str, int]


def decided(verdicts: Iterable[Verdict], places: Mapping[str, Place], codes: Collection[str]) -> list[Decided]:
    """Give the decisions that stand on verbatims that are there, in order of time, with these codes of the plan.

    Where coders differ and nobody decided between them, there is none. An example is `natural` when an audit drew it:
    what was asked for because the model doubts is harder than what comes.
    """
    stand = [one for one in decisions(verdicts).values() if one.version in places]
    found = [_decided(one, places[one.version], codes) for one in stand]
    return sorted(found, key=lambda one: (one.at, one.example.id))


def part(found: Sequence[Decided], gold: Sequence[Example], *, translation: Translation, share: float) -> Lessons:
    """Part decisions in time, so that the last `share` of those that an audit drew is judged by and not learnt from.

    Judged by are audits only: what is read because a model doubted shows that model at its worst, and any other would
    look better. Those of a workbook came at one moment: they are parted by their ids, which say nothing. Nothing that
    repeats a gold text is kept at all, and nothing is learnt that repeats a judged one.
    """
    kept = _free(found, [one.text for one in gold])
    audited = [one for one in kept if one.drawn is not None]
    number = round(share * len(audited))
    judged = audited[-number:] if number else []
    turn = _turn(judged[0]) if judged else None
    before = [one for one in kept if turn is None or _turn(one) < turn]
    groups = {one.group for one in judged}
    free = _free([one for one in before if one.group not in groups], [one.example.text for one in judged])
    return Lessons(
        learnt=tuple(translation.tell(one.example) for one in free),
        judged=tuple(judged),
        turn=judged[0].at if judged else None,
        left_out={
            "verbatims du jeu de référence": len(found) - len(kept),
            "reprises de textes jugés": len(before) - len(free),
            "décisions récentes hors contrôle au hasard": len(kept) - len(before) - len(judged),
            **_untold(free, translation),
        },
    )


def _free(found: Sequence[Decided], judged: Collection[str]) -> list[Decided]:
    """Give the decisions on texts that repeat none of those that are judged by."""
    again = repeating((one.example.text for one in found), judged)
    return [one for one, known in zip(found, again, strict=True) if not known]


def _turn(one: Decided) -> tuple[datetime, str]:
    return one.at, one.example.id


def _untold(learnt: Sequence[Decided], translation: Translation) -> dict[str, int]:
    """Count the codes given that are not learnt, by reason; the remedy is in it, where there is one."""
    given = Counter(tag.code for one in learnt for tag in one.example.tags or ())
    joined = sorted(given.keys() & set(translation.joined))
    others = sorted(given.keys() - set(translation.joined) - set(translation.names))
    reasons = {
        "codes réunis, dont un verdict ne dit pas lequel est là": joined,
        "codes que ce modèle n'apprend pas, mais « listening codebook fit »": others,
    }
    return {
        f"{reason} : {', '.join(codes)}": sum(given[code] for code in codes)
        for reason, codes in reasons.items()
        if codes
    }


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
    return Decided(
        example=example,
        at=verdict.at,
        group=place.group,
        drawn=place.drawn,
        blind=verdict.blind,
    )
