import torch

from listening.tagging.encoding import Window
from listening.training.adapt import Words, hidden_words
from listening.training.objective import UNKNOWN


def window(tokens: list[int]) -> Window:
    return Window(0, 0, tokens, [-1, *[0] * (len(tokens) - 2), -1], [(0, 0)] * len(tokens))


def test_hidden_words_are_the_tokens_that_were_there() -> None:
    found = hidden_words([window([0, 4, 6, 2]), window([0, 5, 2])], [[0, 7, 6, 2], [0, 5, 2]])
    assert found.shape == (2, 16)
    assert found[0, :4].tolist() == [UNKNOWN, 7, UNKNOWN, UNKNOWN]
    assert set(found[1].tolist()) == {UNKNOWN}


def test_words_learn_to_guess_what_is_hidden() -> None:
    torch.manual_seed(0)
    table, states = torch.randn(9, 8), torch.randn(1, 3, 8)
    words, hidden = Words(8, 9), torch.tensor([[UNKNOWN, 7, UNKNOWN]])
    optimizer = torch.optim.Adam(words.parameters(), lr=0.05)
    first = words.loss(states, hidden, table).item()
    for _ in range(60):
        optimizer.zero_grad()
        loss = words.loss(states, hidden, table)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1 < first
    assert words(states[0], table).argmax(dim=1)[1] == 7


def test_words_nothing_hidden_costs_nothing() -> None:
    nothing = torch.full((1, 3), UNKNOWN)
    assert Words(8, 9).loss(torch.randn(1, 3, 8), nothing, torch.randn(9, 8)).item() == 0
