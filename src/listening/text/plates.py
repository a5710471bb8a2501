"""French number plates: since 2009 "AB-123-CD", before then "1234 AB 56"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from listening.text.masks import Rule
from listening.text.patterns import load_patterns
from listening.text.tokens import either

PAIR = "[A-HJ-NP-TV-Z]{2}"  # I, O and U look too much like figures
DEPARTMENT = r"(?:0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-6])"
GERMAN = r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} \d{1,4}"
END = r"(?![\w-]|[.,]\d|\s?[€%])"


def plate_rules() -> Iterator[Rule]:
    """Give the rules for plates that stand alone, then for those that only a word makes one."""
    words = {name: either(listed) for name, listed in load_patterns("plates").items()}
    no_word = rf"(?!(?i:{words['words']})\b)"
    gap = r"[^\d.;!?\n\]]{0,30}?(?<!\w)"
    new = rf"(?:{PAIR}\d{{3}}{PAIR}|{no_word}{PAIR}[ .-]\d{{3}}[ .-]{no_word}{PAIR})"
    old = rf"\d{{1,4}}[ .-]?{no_word}[A-Z]{{1,3}}[ .-]?{DEPARTMENT}"
    for pattern in (
        rf"(?i)(?<![\w-]){PAIR}-\d{{3}}-{PAIR}{END}",
        rf"(?<![\w-]){new}{END}",
        rf"(?i)(?<![\w-]){no_word}{PAIR}[ .]\d{{3}}[ .]{no_word}{PAIR}{END}",
        rf"(?<![\w.,-])\d{{2,4}}[ -]{no_word}[A-HJ-NP-TV-Z]{{2,3}}[ -]{DEPARTMENT}{END}",
        rf"(?i)(?<!\w)(?:{words['vehicles']}|{words['plates']})(?!\w){gap}(?P<code>{new}){END}",
        rf"(?i)(?<!\w)(?:{words['plates']})(?!\w){gap}(?P<code>{old}){END}",
        rf"(?<!\w)(?i:{words['vehicles']}|{words['plates']})(?!\w){gap}(?P<code>{GERMAN}){END}",
        rf"(?<!\w)(?i:{words['foreign']})(?!\w)(?i:{gap})(?P<code>(?=[A-Z -]{{0,6}}\d)(?=[\d -]{{0,6}}[A-Z])"
        rf"[A-Z\d]{{1,4}}(?:[ -][A-Z\d]{{1,5}}){{1,3}}){END}",
    ):
        yield Rule("PLAQUE", re.compile(pattern), figures=2)
