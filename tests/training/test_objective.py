import torch

from listening.records import Segment
from listening.tagging.modeling import TaggerOutput, noisy_or
from listening.training.corpus import Example, GoldTag
from listening.training.objective import UNKNOWN, loss, targets

PIECES = [Segment(0, 5, "Cher,"), Segment(6, 10, "lent")]
CODED = Example(id="a", text="Cher, lent", tags=(GoldTag("x", "negatif", 0, 4),), sentiment="negatif", stars=-1.0)
RATED = Example(id="b", text="Cher, lent", sentiment=None, stars=0.5)


def test_objective_evidence_makes_its_segment_positive_and_leaves_the_others_open() -> None:
    found = targets([CODED], [PIECES], ["x", "y"])
    assert found["presence"].tolist() == [[1.0, 0.0]]
    assert found["segments"].tolist() == [[[1.0, 0.0], [-1.0, 0.0]]]
    assert found["polarity"].tolist() == [[0, UNKNOWN]]


def test_objective_nothing_is_known_of_the_codes_of_a_rated_text() -> None:
    found = targets([RATED], [PIECES], ["x", "y"])
    assert found["presence"].tolist() == [[-1.0, -1.0]]
    assert found["sentiment"].tolist() == [UNKNOWN]


def output(presence: torch.Tensor) -> TaggerOutput:
    size = presence.shape[0]
    return TaggerOutput(
        presence,
        noisy_or(presence),
        torch.zeros(size, 2),
        torch.zeros(size, 2, 3),
        torch.zeros(size, 3),
        torch.zeros(size),
    )


def test_objective_right_answer_costs_less_than_a_wrong_one() -> None:
    known = targets([CODED], [PIECES], ["x", "y"])
    right = torch.tensor([[[6.0, -6.0], [-6.0, -6.0]]])
    assert loss(output(right), known, smoothing=0.0) < loss(output(-right), known, smoothing=0.0)


def test_objective_unknown_answers_have_no_gradient() -> None:
    presence = torch.zeros(1, 2, 2, requires_grad=True)
    loss(output(presence), targets([RATED], [PIECES], ["x", "y"]), smoothing=0.0).backward()
    assert presence.grad is not None
    assert presence.grad.abs().sum() == 0
