"""What changed between two versions of a codebook, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.text import Text

from listening.codebook_diff import SETTINGS, Change, CodebookDiff
from listening.crosswalk import Family, Kind
from listening.report.french import ABSENT, counted, decimal, integer, unbroken

KINDS: dict[Kind, str] = {
    "added": "Ajoutés",
    "removed": "Retirés",
    "merged": "Fusionnés",
    "split": "Scindés",
    "recast": "Refondus",
    "renamed": "Renommés",
}
FIELDS = {
    "label": "libellé",
    "definition": "définition",
    "not_this": "à ne pas confondre",
    "hypothesis": "hypothèse",
    "threshold": "seuil",
    "precision": "précision voulue",
    "examples": "exemples",
    "counterexamples": "contre-exemples",
}


def print_diff(found: CodebookDiff, console: Console) -> None:
    """Print what was added, removed, merged, split, renamed, reworded and set otherwise, then how many codes stay."""
    console.print(Text(f"{found.old.reference} → {found.new.reference}", style="bold"))
    if found.old.reference == found.new.reference and not found.same:
        console.print(
            Text(
                unbroken(
                    f"Deux plans différents portent la même référence, {found.new.reference} : changez « version » "
                    f"et écrivez « from: {found.old.reference} », sinon leurs étiquettes se mélangent."
                ),
                style="dark_orange3",
            )
        )
    for title, lines in _sections(found):
        console.print(Text(f"\n{title}", style="bold"))
        for line in lines:
            console.print(line)
    kept = sum(
        family.kind == "kept" and family.new[0] not in {**found.words, **found.settings}
        for family in found.crosswalk.families
    )
    console.print(f"\n{counted(kept, 'code inchangé', 'codes inchangés')}.")


def _sections(found: CodebookDiff) -> Iterator[tuple[str, list[Text]]]:
    for kind, title in KINDS.items():
        families = [family for family in found.crosswalk.families if family.kind == kind]
        if families:
            yield f"{title} ({integer(len(families))})", [Text(f"  {_family(found, family)}") for family in families]
    changed = {"Reformulés": found.words, "Réglés autrement": found.settings, "Nets": found.nets}
    for title, changes in changed.items():
        if changes:
            yield f"{title} ({integer(len(changes))})", list(_changes(changes))
    if found.likely:
        yield (
            "Renommés sans le dire ?",
            [
                Text(unbroken(f"  {old} et {new} se ressemblent : écrivez « replaces: [{old}] » sous {new}"))
                for old, new in found.likely
            ],
        )


def _family(found: CodebookDiff, family: Family) -> str:
    if not family.new:
        return _named(family.old[0], found.old.codes[family.old[0]].label)
    after = ", ".join(_named(code, found.new.codes[code].label) for code in family.new)
    return f"{', '.join(family.old)} → {after}" if family.old else after


def _named(code: str, label: str) -> str:
    return f"{code} ({label})"


def _changes(changes: Mapping[str, tuple[Change, ...]]) -> Iterator[Text]:
    for name, fields in changes.items():
        yield Text(f"  {name}")
        for one in fields:
            if one.field in SETTINGS:
                yield Text(unbroken(f"    {FIELDS[one.field]} : {_setting(one)}"))
            else:
                yield Text(unbroken(f"    {FIELDS[one.field]} :"))
                yield from _before_and_after(one)


def _before_and_after(one: Change) -> Iterator[Text]:
    for mark, words, style in (("−", one.before, "dark_orange3"), ("+", one.after, "dark_cyan")):
        if words:
            yield Text(f"      {mark} {words}", style=style)


def _setting(one: Change) -> str:
    if one.field.endswith("examples"):
        gone, come = len(_less(one.before, one.after)), len(_less(one.after, one.before))
        return f"{integer(len(one.before))} → {integer(len(one.after))} (+{come}, −{gone})"
    return " → ".join(ABSENT if number is None else decimal(number, digits=2) for number in (one.before, one.after))


def _less(some: Iterable[object], others: Iterable[object]) -> list[object]:
    known = list(others)
    return [one for one in some if one not in known]
