import pytest
import torch

from listening.tagging.modeling import ListeningModel, noisy_or


@pytest.mark.parametrize("logits", [[-3.0, -2.0], [0.0, 4.0], [9.0, 9.0], [-12.0, -12.0], [30.0, -30.0]])
def test_modeling_noisy_or_is_one_minus_the_product(logits: list[float]) -> None:
    presence = torch.tensor(logits, dtype=torch.float64).reshape(1, -1, 1)
    expected = 1 - torch.prod(1 - presence.sigmoid())
    assert noisy_or(presence).sigmoid().item() == pytest.approx(expected.item(), abs=2e-6)


def test_modeling_noisy_or_has_finite_gradients_everywhere() -> None:
    presence = torch.tensor([[[-40.0], [0.0]], [[40.0], [40.0]], [[-40.0], [-40.0]]], requires_grad=True)
    noisy_or(presence).sum().backward()
    assert presence.grad is not None
    assert bool(presence.grad.isfinite().all())


def test_modeling_padding_changes_nothing(tiny_model) -> None:
    model = ListeningModel.from_pretrained(tiny_model).eval()
    ids, segments = torch.tensor([[0, 7, 8, 2]]), torch.tensor([[-1, 0, 1, -1]])
    alone = model(ids, torch.ones_like(ids), segments)
    padded = model(
        torch.tensor([[0, 7, 8, 2, 1, 1], [0, 7, 8, 9, 10, 2]]),
        torch.tensor([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]]),
        torch.tensor([[-1, 0, 1, -1, -1, -1], [-1, 0, 1, 2, 3, -1]]),
    )
    assert torch.allclose(alone.verbatim[0], padded.verbatim[0], atol=1e-5)
    assert torch.allclose(alone.sentiment[0], padded.sentiment[0], atol=1e-5)
    assert torch.allclose(alone.polarity[0], padded.polarity[0], atol=1e-5)


def test_modeling_lexical_reads_the_words_of_the_text_only(tiny_model) -> None:
    lexical = ListeningModel.from_pretrained(tiny_model).lexical
    torch.nn.init.normal_(lexical.weight)
    torch.nn.init.ones_(lexical.rarity)
    own = torch.tensor([[False, True, True, False]])
    bare = lexical(torch.tensor([[0, 7, 8, 2]]), own)
    assert torch.allclose(lexical(torch.tensor([[9, 7, 8, 9]]), own), bare)
    assert not torch.allclose(lexical(torch.tensor([[0, 8, 7, 2]]), own), bare)
