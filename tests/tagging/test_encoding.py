import pytest
from transformers import AutoTokenizer

from listening.tagging.encoding import WINDOW, Window, batches, collate, windows
from listening.text.segment import segments


@pytest.fixture(scope="module")
def tokenizer(tiny_model):
    return AutoTokenizer.from_pretrained(tiny_model)


def encode(tokenizer, text: str, question: str | None = None) -> list[Window]:
    return windows(tokenizer, [text], [segments(text)], [question])


def test_encoding_numbers_the_segment_of_each_token(tokenizer) -> None:
    (window,) = encode(tokenizer, "Accueil parfait. Attente très longue.")
    assert window.segments == [-1, 0, 0, 0, 1, 1, 1, 1, -1]


def test_encoding_question_comes_first_and_owns_nothing(tokenizer) -> None:
    (window,) = encode(tokenizer, "le prix", "le site ?")
    assert window.segments == [-1, -1, -1, -1, -1, -1, 0, 0, -1]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_encoding_text_without_words_has_no_window(tokenizer, text: str) -> None:
    assert encode(tokenizer, text) == []


def test_encoding_long_text_is_windowed_and_nothing_is_lost(tokenizer) -> None:
    text = "Attente très longue. " * 400
    cut = encode(tokenizer, text, "le site en panne ?")
    assert len(cut) > 1
    assert sum(rank >= 0 for window in cut for rank in window.segments) == 400 * 4
    assert max(len(window.tokens) for window in cut) <= WINDOW + 4
    assert [window.first for window in cut] == sorted({window.first for window in cut})


def test_encoding_sentence_longer_than_a_window_is_cut(tokenizer) -> None:
    cut = encode(tokenizer, "merci " * 1200)
    assert [window.first for window in cut] == [0, 0, 0]
    assert sum(rank >= 0 for window in cut for rank in window.segments) == 1200


def test_encoding_batches_hold_each_window_once_within_budget() -> None:
    made = [
        Window(rank, 0, [0] * length, [0] * length, [(0, 0)] * length)
        for rank, length in enumerate([5, 40, 7, 6, 41, 3])
    ]
    found = list(batches(made, budget=82))
    assert sorted(rank for batch in found for rank in batch) == list(range(6))
    assert all(len(batch) * max(len(made[rank].tokens) for rank in batch) <= 82 for batch in found)


def test_encoding_window_above_the_budget_is_alone() -> None:
    assert list(batches([Window(0, 0, [0] * 9, [0] * 9, [(0, 0)] * 9)], budget=4)) == [[0]]


def test_encoding_collate_pads_to_the_next_round_length() -> None:
    long = Window(0, 0, [0, *[9] * 15, 2], [-1, *[0] * 15, -1], [(0, 0)] * 17)
    batch = collate([long, Window(1, 0, [0, 2], [-1, -1], [(0, 0)] * 2)])
    assert batch["input_ids"].shape == (2, 32)
    assert batch["input_ids"][1].tolist() == [0, 2, *[1] * 30]
    assert batch["attention_mask"].sum(dim=1).tolist() == [17, 2]
    assert batch["segments"][1].tolist() == [-1] * 32
