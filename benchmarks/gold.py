"""How right sensitive mentions and languages are told, beside what was written on the invented texts of `data/gold/`.

`python benchmarks/gold.py` prints, with bases and 95 % intervals (Wilson), recall and precision by flag, then the right
languages: on the lines that the patterns were tuned on (odd), and apart on the others (even). Sensitive mentions are
also measured on the texts of a second author, never read when tuning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from listening.insight.intervals import wilson
from listening.report.french import hundredths, integer, interval, percent
from listening.text.language import WORDS, detect
from listening.text.sensitive import FLAGS, flags

GOLD = Path(__file__).parents[1] / "data" / "gold"
LONG = 5  # words
HALVES = {
    "lignes impaires, mise au point": slice(0, None, 2),
    "lignes paires, mesure": slice(1, None, 2),
}

Row = dict[str, Any]
Flagged = tuple[set[str], set[str]]  # written, found


def rows(name: str) -> list[Row]:
    """Give the lines of a file of `data/gold/`."""
    return [json.loads(line) for line in (GOLD / name).read_text(encoding="utf-8").splitlines()]


def sensitive_table(read: Sequence[Row], title: str) -> Table:
    """Give recall and precision by flag, and the texts without any that are left alone."""
    pairs: list[Flagged] = [(set(row["flags"]), set(flags(row["text"]))) for row in read]
    table = _table(title, "Mention", "Base", "Rappel", "[ ]", "Signalées", "Précision", "[ ]")
    for flag in FLAGS:
        table.add_row(flag, *_flag_cells(pairs, {flag}))
    table.add_row("Toutes", *_flag_cells(pairs, set(FLAGS)), style="bold")
    traps = [not found for written, found in pairs if not written]
    base, _, *share = _cells(sum(traps), len(traps))
    table.add_row("Pièges intacts", base, *share)
    return table


def language_table(read: Sequence[Row], title: str) -> Table:
    """Give the part of right languages, by length, for mixed texts, and by language."""
    table = _table(title, "Textes", "Base", "Justes", "Part", "[ ]")
    parts: dict[str, Callable[[Row], bool]] = {
        "Tous": lambda row: True,
        f"{LONG} mots ou plus": _is_long,
        f"{LONG} mots ou plus, une seule langue": lambda row: _is_long(row) and not _is_mixed(row),
        f"moins de {LONG} mots": lambda row: not _is_long(row),
        "en deux langues (l'une des deux)": _is_mixed,
    }
    for name, chosen in parts.items():
        table.add_row(name, *_right_cells(row for row in read if chosen(row)), style="bold" if name == "Tous" else None)
    table.add_section()
    for language in sorted({row["language"] for row in read if not _is_mixed(row)}):
        table.add_row(language, *_right_cells(row for row in read if row["language"] == language))
    return table


def _flag_cells(pairs: Iterable[Flagged], chosen: set[str]) -> list[str | Text]:
    counts = [(len(written & found & chosen), len(written & chosen), len(found & chosen)) for written, found in pairs]
    right, written, found = (sum(column) for column in zip(*counts, strict=True))
    return [cell for base in (written, found) for at, cell in enumerate(_cells(right, base)) if at != 1]


def _right_cells(read: Iterable[Row]) -> list[str | Text]:
    right = [detect(row["text"]) in _languages(row) for row in read]
    return _cells(sum(right), len(right))


def _languages(row: Row) -> set[str]:
    return {language.partition("-")[0] for language in row.get("languages", [row["language"]])}


def _is_long(row: Row) -> bool:
    return len(WORDS.findall(row["text"])) >= LONG


def _is_mixed(row: Row) -> bool:
    return bool(row["language"] == "mixed")


def _cells(right: int, base: int) -> list[str | Text]:
    share = np.array(right / base if base else np.nan)
    low, high = wilson(share, np.array(float(base)))
    bounds = Text(interval(float(low), float(high), hundredths))
    return [integer(base), integer(right), percent(float(share)), bounds]


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, min_width=16)
    for name in columns:
        table.add_column(Text(name), justify="right", no_wrap=True)
    return table


def main() -> None:
    """Print both, half by half."""
    console = Console()
    for half, lines in HALVES.items():
        console.print(sensitive_table(rows("sensitive.jsonl")[lines], f"Mentions sensibles, {half}"))
    console.print(
        sensitive_table(rows("sensitive_second.jsonl"), "Mentions sensibles, second auteur, jamais lu en réglant")
    )
    for half, lines in {"toutes les lignes": slice(None), **HALVES}.items():
        console.print(language_table(rows("language.jsonl")[lines], f"Langues, {half}"))


if __name__ == "__main__":
    main()
