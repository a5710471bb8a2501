from pathlib import Path

import torch

from listening.tagging.modeling import ListeningModel


def test_modeling_text_is_read_from_its_segments_by_their_attention(tiny_model: Path) -> None:
    model = ListeningModel.from_pretrained(tiny_model).eval()
    ids, segments = torch.tensor([[0, 7, 8, 9, 2]]), torch.tensor([[-1, 0, 0, 1, -1]])
    output = model(ids, torch.ones_like(ids), segments)
    carried = torch.stack([output.attention[0, 1:3].sum(dim=0), output.attention[0, 3]])
    assert torch.allclose((carried * output.presence[0]).sum(dim=0), output.verbatim[0], atol=1e-4)
    assert torch.allclose(carried.sum(dim=0), torch.ones(len(carried[0])), atol=1e-5)


def test_modeling_question_and_padding_own_nothing(tiny_model: Path) -> None:
    model = ListeningModel.from_pretrained(tiny_model).eval()
    ids, segments = torch.tensor([[0, 7, 2, 2, 8, 2, 1]]), torch.tensor([[-1, -1, -1, -1, 0, -1, -1]])
    attention = model(ids, (ids != 1).long(), segments).attention[0]
    assert bool((attention[segments[0] < 0] == 0).all())
    assert torch.allclose(attention[4], torch.ones(attention.shape[1]))


def test_modeling_padding_changes_nothing(tiny_model: Path) -> None:
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


def test_modeling_lexical_reads_the_words_of_the_text_only(tiny_model: Path) -> None:
    lexical = ListeningModel.from_pretrained(tiny_model).lexical
    torch.nn.init.normal_(lexical.weight)
    torch.nn.init.ones_(lexical.rarity)
    own = torch.tensor([[False, True, True, False]])
    bare = lexical(torch.tensor([[0, 7, 8, 2]]), own)
    assert torch.allclose(lexical(torch.tensor([[9, 7, 8, 9]]), own), bare)
    assert not torch.allclose(lexical(torch.tensor([[0, 8, 7, 2]]), own), bare)
