import re

import numpy as np
import pytest

from listening.tagging.encoding import Window
from listening.tagging.evidence import shown, widened

TEXT = "Accueil parfait, mais attente interminable au guichet."
PLACES = [(0, 0), (0, 7), (8, 15), (17, 21), (22, 29), (30, 38), (38, 42), (43, 45), (46, 53), (0, 0)]
WINDOW = Window(0, 0, list(range(10)), [-1, 0, 0, 1, 1, 1, 1, 1, 1, -1], PLACES)


@pytest.mark.parametrize(
    ("attention", "words"),
    [
        ([0, 0.9, 0.1, 0, 0, 0, 0, 0, 0, 0], "Accueil parfait"),
        ([0, 0, 0, 0, 0.4, 0.5, 0, 0, 0, 0], "mais attente interminable au guichet"),
    ],
)
def test_evidence_is_words_of_the_segment_that_carries_most(attention: list[float], words: str) -> None:
    start, stop = shown(TEXT, WINDOW, np.array(attention, dtype=np.float32))
    assert TEXT[start:stop] == words


def test_evidence_padding_does_not_count() -> None:
    padded = np.array([0, 0.9, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0], dtype=np.float32)
    assert shown(TEXT, WINDOW, padded) == (0, 15)


def test_evidence_of_a_long_segment_is_not_the_whole_of_it() -> None:
    text = "un deux trois quatre cinq six sept huit neuf dix onze douze"
    places = [match.span() for match in re.finditer(r"\w+", text)]
    window = Window(0, 0, [0] * 12, [0] * 12, places)
    start, stop = shown(text, window, np.eye(12, dtype=np.float32)[6])
    assert text[start:stop] == "quatre cinq six sept huit neuf"


@pytest.mark.parametrize(("start", "stop", "words"), [(30, 33, "trois"), (1, 2, "x"), (0, 60, "tous")])
def test_evidence_widened_keeps_what_it_was_given(start: int, stop: int, words: str) -> None:
    spans = [(rank * 5, rank * 5 + 4) for rank in range(12)]
    first, last = widened(spans, start, stop)
    assert first <= start
    assert last >= stop
    assert sum(first <= one < last for one, _ in spans) >= 6, words


def test_evidence_without_a_word_stays_as_it_is() -> None:
    assert widened([], 3, 5) == (3, 5)
