import numpy as np
import pytest

from listening.tagging.encoding import Window
from listening.tagging.evidence import shown, whole_words

TEXT = "Accueil parfait, mais attente interminable au guichet."
PLACES = [(0, 0), (0, 7), (8, 15), (17, 21), (22, 29), (30, 38), (38, 42), (43, 45), (46, 53), (0, 0)]
WINDOW = Window(0, 0, list(range(10)), [-1, 0, 0, 1, 1, 1, 1, 1, 1, -1], PLACES)


@pytest.mark.parametrize(
    ("attention", "words"),
    [
        ([0, 0.9, 0.1, 0, 0, 0, 0, 0, 0, 0], "Accueil"),
        ([0, 0, 0, 0, 0.4, 0.5, 0, 0, 0.05, 0], "attente interminable"),
        ([0, 0.3, 0, 0, 0.2, 0.2, 0, 0, 0.2, 0], "attente interminable au guichet"),
    ],
)
def test_evidence_is_the_attended_words_of_the_segment_that_carries_most(attention: list[float], words: str) -> None:
    start, stop = shown(TEXT, WINDOW, np.array(attention, dtype=np.float32))
    assert TEXT[start:stop] == words


def test_evidence_padding_does_not_count() -> None:
    padded = np.array([0, 0.9, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0], dtype=np.float32)
    assert shown(TEXT, WINDOW, padded) == (0, 7)


@pytest.mark.parametrize(
    ("start", "stop", "words"),
    [(19, 25, "mais attente"), (15, 21, ", mais"), (33, 36, "interminable"), (0, 8, "Accueil")],
)
def test_evidence_whole_words(start: int, stop: int, words: str) -> None:
    first, last = whole_words(TEXT, start, stop)
    assert TEXT[first:last] == words
