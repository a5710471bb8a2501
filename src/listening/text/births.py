"""Dates of birth, where birth is said: "né le 12/03/1965", never a date alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from listening.text.masks import Rule
from listening.text.patterns import load_patterns
from listening.text.tokens import either

DAY, MONTH, YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
NUMERIC = (
    rf"{DAY}\s?[/.-]\s?{MONTH}\s?[/.-]\s?(?:{YEAR}|\d\d)|{DAY} {MONTH} {YEAR}|{YEAR}[/.-]{MONTH}[/.-]{DAY}"
    rf"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2]){YEAR}"
)
OF = re.compile(r"(?i)\best\s+(?:bien\s+)?du\b")
AGED = re.compile(r"(?i)\bans\b|anniversaire")
GAP = r"[^\d.!?;\n]"  # a date of birth stands in the clause of what announces it


def birth_rules() -> Iterator[Rule]:
    """Give the rules for dates in figures or in words, by what announces them."""
    words = {name: either(listed) for name, listed in load_patterns("births").items()}
    number = f"(?:{either(load_patterns('numbers')['numbers'])})(?!\\w)"
    spelt = rf"{number}(?:[\s-]+(?:et[\s-]+)?{number}){{0,8}}"
    year = rf"(?:{YEAR}|'?\d\d(?!\d|\s?(?:h|ans|€|%|:))|{spelt})"
    worded = rf"(?:1er|premier|{DAY}|{spelt})\s+(?:{words['months']})\.?(?:\s+{year})?"
    date = rf"(?<![\d/.-])(?P<code>{NUMERIC}|{worded})(?!\w)"
    month = rf"en\s+(?P<code>(?:{words['months']})\s+{YEAR})(?!\d)"
    led = rf"(?:{GAP}{{0,40}}?(?:(?<!\w)(?:le|un)\s+|[:(,]\s*)|\s+)"
    kin = rf"{GAP}{{0,15}}(?<!\w)(?:{words['family']})(?!\w){GAP}{{0,15}}?"
    said = "|".join(words[name] for name in ("births", "beside", "after", "people", "celebrated"))
    announced = re.compile(rf"(?<!\w)(?:n[ée]e?s?|{said})(?!\w)|\[NAISSANCE\]", re.IGNORECASE)
    for pattern in (
        rf"(?<!\w)née?s?(?![\w-]){led}{date}",
        rf"(?<!\w)n[ée]e?s?\s+le\s+{date}",  # without its accent, "ne" is a negation unless a date comes at once
        rf"(?<!\w)née?s?\s+{month}",
        rf"(?<!\w)(?:{words['births']})(?!\w){GAP}{{0,30}}?{date}",
        rf"(?<!\w)(?:{words['beside']})\s+{date}",
        rf"{date}{GAP}{{0,15}}?(?<!\w)(?:{words['after']})(?!\w)",
        rf"(?<!\w)(?:{words['people']})\s+de\s+{YEAR}\W{{1,4}}{date}",
        rf"\[naissance\]\W{{1,3}}(?:{words['instead']})\s+{date}",
        rf"(?<!\w)(?:{words['celebrated']})\s+(?:(?:mes|ses)\s+)?(?:\d{{1,3}}|{spelt})\s+ans\s+(?:le\s+)?{date}",
        rf"\[naissance\]{kin}(?:(?<!\w)(?:du|le)\s+|[:(,]\s*){date}",
    ):
        yield Rule("NAISSANCE", re.compile(pattern, re.IGNORECASE), clue=announced)
    said_of = rf"(?<!\w)(?:{words['family']})(?!\w){GAP}{{0,25}}?(?<!\w)(?:il|elle)\s+est\s+(?:bien\s+)?du\s+{date}"
    yield Rule("NAISSANCE", re.compile(said_of, re.IGNORECASE), figures=1, clue=OF)
    aged = rf"(?<!\w)(?:\d{{1,3}}|{spelt})\s+ans\s*[,(:]?\s*(?:le\s+)?"
    for pattern in (rf"{aged}{date}", rf"(?<!\w)anniversaire(?!\w){GAP}{{0,20}}?{date}"):
        yield Rule("NAISSANCE", re.compile(pattern, re.IGNORECASE), _is_old, figures=2, clue=AGED)


def _is_old(match: re.Match[str]) -> bool:
    """Whether the date is of another century: beside an age or a birthday, a recent one is that of an event."""
    return bool(re.search(r"(?<!\d)19\d\d$", match["code"]))
