"""What codes added to a codebook are worth, on the terminal: measures, verdict, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from listening.codebook import NEVER
from listening.report.french import FIXED, counted, hundredths, interval, listing, percent, unbroken
from listening.tagging.heads import Figure, Head, Heads, Quality
from listening.training.held_out import FOLDS, REPEATS

GOOD, WIDE, MANY = 0.6, 0.4, 30
NOTE = (
    f"Mesuré sur des textes non vus (validation croisée, {FOLDS} plis, {REPEATS} fois). [ ] : intervalle à 95 %. "
    f"Fragile : F1 sous {percent(GOOD, digits=0)}, ou intervalle de F1 de plus de {100 * WIDE:.0f} points. "
    "La précision vaut pour cette base ; là où le code est plus rare, elle est moindre. "
    "Les autres textes viennent souvent d'ailleurs que les exemples : seuls des contre-exemples de même provenance "
    "disent ce qu'elle vaut chez vous."
)
HOPELESS = (
    "ses exemples ne se distinguent pas des autres textes ; il n'est donné à aucun verbatim. "
    "Donnez des exemples plus nets ou plus nombreux, ou revoyez sa définition."
)


def print_heads(heads: Heads, console: Console) -> None:
    """Print a line of measures by code, then what to do for each; examples are named by their rank, never shown."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Code", overflow="fold", min_width=24)
    for name in ("Base", "Précision", "Rappel", "F1", "Préc. moyenne", "Verdict"):
        table.add_column(name, justify="right")
    for code, head in heads.heads.items():
        found = head.quality
        figures = (found.precision, found.recall, found.f1, found.average_precision)
        cells = (code, _base(found), *map(_figure, figures), verdict(head))
        table.add_row(*map(Text, cells), style="grey58" if fragile(found) else "")
    console.print(table)
    for code, head in heads.heads.items():
        for line in [HOPELESS] if hopeless(head) else advice(head.quality):
            console.print(unbroken(f"{code} : {line}"), markup=False)
    console.print(Text(unbroken(NOTE), style="grey58"))


def verdict(head: Head) -> str:
    """Give in a word what a code is worth."""
    return "jamais donné" if hopeless(head) else "fragile" if fragile(head.quality) else "utilisable"


def hopeless(head: Head) -> bool:
    """Tell whether a code could not be told from other texts at all: its head lets nothing pass."""
    return head.threshold >= NEVER


def fragile(found: Quality) -> bool:
    """Tell whether a code is recognised too badly, or on too little, to be counted on."""
    value, low, high = found.f1.value, found.f1.low, found.f1.high
    return value is None or low is None or high is None or value < GOOD or high - low > WIDE


def advice(found: Quality) -> Iterator[str]:
    """Give what the team can do for a code, in sentences."""
    precision, recall = found.precision.value or 0.0, found.recall.value or 0.0
    if fragile(found) and found.examples < MANY:
        yield f"donnez plus d'exemples, variés ({found.examples} aujourd'hui, {MANY} valent mieux)."
    if not found.counterexamples or (fragile(found) and precision < recall):
        yield "donnez des contre-exemples : des textes voisins qui ne portent pas ce code."
    if found.missed:
        missed = counted(len(found.missed), "exemple mal reconnu", "exemples mal reconnus")
        yield (
            f"{missed}, du plus difficile au moins : "
            f"{listing(map(str, found.missed))} (rang dans le plan) ; vérifiez-les ou donnez-en de semblables."
        )
    if found.polarities:
        told = counted(found.agreed, "exemple")
        yield f"polarité, lue dans le sentiment du texte : juste dans {told} sur {found.polarities}."


def _base(found: Quality) -> str:
    return f"{found.examples}{FIXED}/{FIXED}{found.examples + found.counterexamples + found.others}"


def _figure(one: Figure) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "–"
    return f"{percent(one.value, digits=0)} {interval(one.low, one.high, lambda share: hundredths(share, digits=0))}"
