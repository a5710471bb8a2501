"""How much a code looks like that of a person's business, by its shape and by the words around it."""

from __future__ import annotations

import re
from functools import cache

from listening.text.numbers import is_example
from listening.text.patterns import load_patterns
from listening.text.tokens import either

ENOUGH = 4  # of the weights below
NEAR = 70  # characters around a code in which words tell what it is
APART, FAR = 3, 8  # words between a code and the one that tells what it is; more for one of many figures

WIDE = r"""(?x)
    (?<![\w@./+-]) (?!(?<=\#)[^\W\d]) (?P<code> (?=[^\s\d]{0,14}\d) [^\W_]{1,30} (?:[-/._+]{1,2}[^\W_]{1,30}){0,6}
      (?: (?:[ ]\d{2,}(?!\w|[.,]\d)){1,6} (?:[ ]\d(?!\w|[.,]\d))? )? (?:[ ][A-Z]{1,2}(?=[,.;:)!?]|$))? )
    (?![\w/+-]|[.,]\d)"""
MEASURE = re.compile(
    r"(?:\d{1,4}[^\W\d]{1,4}|\d{1,2})(?:[-/.+](?:\d{0,4}[^\W\d]{1,4}|\d{1,2}))*"
    r"|[^\W\d]+\d{0,2}(?:[-/.+](?:[^\W\d]{1,4}|\d{1,2}))*"
)
AMOUNT = re.compile(r"[1-9]\d{0,2}[ .]\d{3}")
APART_GROUPS = re.compile(r"[-/._+ ]+")
CLAUSE_END = re.compile(r"[!?;\n]|\.\s+(?=[^\W\d])")


def is_owned(match: re.Match[str]) -> bool:
    """Whether the code found by `WIDE` is somebody's: its shape and the words near it weigh enough.

    >>> [is_owned(re.search(WIDE, text)) for text in ("colis dpd 2500 5623 0620 21", "tondeuse HRX4762K")]
    [True, False]
    """
    shape = _shape(match["code"])
    if not shape:
        return False
    before = CLAUSE_END.split(match.string[max(0, match.start() - NEAR) : match.start()])[-1]
    after = CLAUSE_END.split(match.string[match.end() : match.end() + NEAR])[0]
    if _common().search(before) or _common().match(after) or is_example(match):
        return False
    return shape + max(_said_before(before, FAR if shape > 2 else APART), _said_after(after)) >= ENOUGH


def is_common(match: re.Match[str]) -> bool:
    """Whether the words beside a code say that all have the same: "lot 4471X88", "la référence 996510 du catalogue"."""
    start, stop = match.span("code")
    beside = re.search(r"\w+\W{0,3}$", match.string[max(0, start - NEAR) : start])
    return bool(
        _common().match(match["code"]) or _common().match(match.string, stop) or (beside and _common().match(beside[0]))
    )


def _shape(code: str) -> int:
    """Give 0 to 4: figures and letters together say more than figures, and amounts and measures say nothing."""
    digits = sum(character.isdigit() for character in code)
    size = sum(character.isalnum() for character in code)
    groups = APART_GROUPS.split(code)
    if MEASURE.fullmatch(code):
        return 0
    if digits == size:
        dotted = len(groups) > 2 and digits > 9 and "." in code and min(map(len, groups)) > 2
        if AMOUNT.fullmatch(code):
            return int(digits > 4)
        return 4 if dotted else (digits > 4) + (digits > 5) + (digits > 6)
    if len(groups) > 2 and digits > 5:
        return 4
    unsaid = digits > 0 and size > 5 and not re.search(r"^\d|[aeiouy].*[aeiouy]|\d\d$", code)
    if size < 5 or not (digits > 2 or (code.isupper() and size > 5) or unsaid):
        return 0
    return 3 if len(groups) > 3 or (size > 7 and (digits > 3 or code.isupper())) else 2


def _said_before(text: str, apart: int) -> int:
    """Give the weight of the words before a code: that of each kind, once."""
    near = [
        str(cue.lastgroup)
        for cue in _cues().finditer(text)
        if len(re.findall(r"[^\W\d_]+", text[cue.end() :])) <= apart and not re.search(r"\d", text[cue.end() :])
    ]
    return _weight(near)


def _said_after(text: str) -> int:
    """Give the weight of what a code is said to be: "48213377, c'est le n° du dossier"."""
    near: list[str] = []
    at = 0
    while found := _said().match(text, at) or _cues().match(text, at):
        at = found.end()
        near += [found.lastgroup] if found.lastgroup else []
    return _weight(near) if "mark" in near else 0


def _weight(cues: list[str]) -> int:
    return sum({"noun": 2, "mark": 2, "owner": 1}[cue] for cue in set(cues))


@cache
def _cues() -> re.Pattern[str]:
    """Give the pattern of the words that tell what a code is, by kind."""
    words = load_patterns("references")
    owners = either([*words["owners"], *words["marked_references"], *words["weak_marks"]])
    return re.compile(
        rf"(?i)(?<!\w)(?:(?P<mark>{either([*words['marks'], *words['codes']])}|n(?=\s*$))|(?P<owner>{owners})"
        rf"|(?P<noun>{either(words['references'])}))s?(?!\w)"
    )


@cache
def _said() -> re.Pattern[str]:
    return re.compile(rf"(?i)[\s,(:=-]+|(?:{either(load_patterns('references')['said'])})(?:(?<=')|(?!\w))")


@cache
def _common() -> re.Pattern[str]:
    words = load_patterns("references")
    return re.compile(
        rf"(?i)[\s(]*(?<!\w)(?:du |de |au |en |l'|de l')?(?:{either([*words['goods'], *words['laws']])})(?!\w)"
    )
