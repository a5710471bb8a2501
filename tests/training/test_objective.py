from dataclasses import replace

import torch

from listening.records import Segment
from listening.tagging.encoding import Window
from listening.tagging.modeling import TaggerOutput
from listening.training.corpus import Example, GoldTag
from listening.training.objective import UNKNOWN, loss, targets

PIECES = [Segment(0, 5, "Cher,"), Segment(6, 10, "lent")]
CODED = Example(id="a", text="Cher, lent", tags=(GoldTag("x", "negatif", 0, 4),), sentiment="negatif", stars=-1.0)
WINDOW = Window(0, 0, [0, 5, 6, 2], [-1, 0, 1, -1], [(0, 0), (0, 5), (6, 10), (0, 0)])
RATED = Example(id="b", text="Cher, lent", sentiment=None, stars=0.5)


def test_objective_evidence_makes_its_segment_positive_and_leaves_the_others_open() -> None:
    found = targets([CODED], [PIECES], [WINDOW], ["x", "y"])
    assert found["presence"].tolist() == [[1.0, 0.0]]
    assert found["segments"].tolist() == [[[1.0, 0.0], [-1.0, 0.0]]]
    assert found["polarity"].tolist() == [[0, UNKNOWN]]


def test_objective_nothing_is_known_of_the_codes_of_a_rated_text() -> None:
    found = targets([RATED], [PIECES], [WINDOW], ["x", "y"])
    assert found["presence"].tolist() == [[-1.0, -1.0]]
    assert found["sentiment"].tolist() == [UNKNOWN]


def test_objective_code_of_which_the_coder_says_nothing_is_left_open() -> None:
    found = targets([replace(CODED, unsure=("y",))], [PIECES], [WINDOW], ["x", "y"])
    assert found["presence"].tolist() == [[1.0, -1.0]]
    assert found["segments"].tolist() == [[[1.0, -1.0], [-1.0, -1.0]]]


def test_objective_evidence_is_the_tokens_that_the_coder_showed() -> None:
    evidence = targets([CODED], [PIECES], [WINDOW], ["x", "y"])["evidence"]
    assert evidence[0, :, 0].tolist() == [False, True, False, False]
    assert not evidence[0, :, 1].any()


def test_objective_code_shown_beyond_the_window_is_left_open() -> None:
    far = replace(CODED, tags=(GoldTag("x", "negatif", 40, 44),))
    found = targets([far], [PIECES], [WINDOW], ["x", "y"])
    assert found["presence"].tolist() == [[-1.0, 0.0]]


def output(presence: torch.Tensor, attention: torch.Tensor | None = None) -> TaggerOutput:
    size = presence.shape[0]
    return TaggerOutput(
        states=torch.zeros(size, 4, 2),
        middle=None,
        attention=torch.full((size, 4, 2), 0.25) if attention is None else attention,
        presence=presence,
        verbatim=presence.amax(dim=1),
        lexical=torch.zeros(size, 2),
        polarity=torch.zeros(size, 2, 3),
        sentiment=torch.zeros(size, 3),
        stars=torch.zeros(size),
    )


def test_objective_right_answer_costs_less_than_a_wrong_one() -> None:
    known = targets([CODED], [PIECES], [WINDOW], ["x", "y"])
    right = torch.tensor([[[6.0, -6.0], [-6.0, -6.0]]])
    assert loss(output(right), known, smoothing=0.0) < loss(output(-right), known, smoothing=0.0)


def test_objective_attention_on_the_words_shown_costs_less() -> None:
    known = targets([CODED], [PIECES], [WINDOW], ["x", "y"])
    presence, there = torch.zeros(1, 2, 2), torch.zeros(1, 4, 2)
    there[0, 1] = 1.0
    away = there.roll(1, dims=1)
    assert loss(output(presence, there), known, smoothing=0.0) < loss(output(presence, away), known, smoothing=0.0)


def test_objective_unknown_answers_have_no_gradient() -> None:
    presence = torch.zeros(1, 2, 2, requires_grad=True)
    loss(output(presence), targets([RATED], [PIECES], [WINDOW], ["x", "y"]), smoothing=0.0).backward()
    assert presence.grad is not None
    assert presence.grad.abs().sum() == 0
