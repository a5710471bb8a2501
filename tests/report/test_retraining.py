from datetime import UTC, datetime

from rich.console import Console

from listening.report.retraining import print_retraining, ruling_lines
from listening.training.bootstrap import Measure
from listening.training.promote import FIRST, OTHERS, Condition, Contest, Gain, Rule, Ruling, decide
from listening.training.verdicts import Lessons

WON = Gain(0.6, 0.7, Measure(0.1, 0.05, 0.15))
LOST = Gain(0.6, 0.5, Measure(-0.1, -0.15, -0.05))


def test_retraining_prints_figures_bases_and_each_condition() -> None:
    recent = Contest(base=120, gains=dict.fromkeys((FIRST, *OTHERS), WON))
    gold = Contest(base=500, gains={FIRST: LOST})
    lessons = Lessons(
        learnt=(), judged=(), turn=datetime(2026, 3, 1, 12, tzinfo=UTC), left_out={"autres": 3, "rien": 0}
    )
    console = Console(record=True, width=120)
    print_retraining(lessons, {"recent": recent, "gold": gold}, decide(gold, recent, Rule()), Rule(), console)
    said = console.export_text().replace("\xa0", " ")
    assert "Verdicts récents : 120 verbatims" in said
    assert "+10,0" in said
    assert "[+5,0 ; +15,0]" in said
    assert "✓ verdicts récents, Thèmes, F1 micro : meilleur" in said
    assert "✗ jeu de référence, Thèmes, F1 micro : pas moins bon de 2,0 points" in said
    assert "écartés – autres : 3" in said
    assert "rien" not in said.split("Verdicts récents :")[0]


def test_retraining_says_whether_added_codes_could_be_fitted() -> None:
    (line,) = ruling_lines(Ruling(conditions=(Condition("codes", "", held=False),)), Rule())
    assert line.replace("\xa0", " ") == "✗ codes ajoutés au plan : tous recalés sur le challenger"
