from pathlib import Path

import numpy as np
import pytest

from listening.tagging.embedded import EmbeddedTagger
from listening.tagging.states import Pool

TEXTS = ["Accueil parfait, mais attente très longue.", "", "Personne ne répond au téléphone", "attente longue. " * 900]


@pytest.fixture(scope="module")
def tagger(tiny_model: Path) -> EmbeddedTagger:
    return EmbeddedTagger(tiny_model)


def test_states_do_not_depend_on_how_texts_are_batched(tagger: EmbeddedTagger, tiny_model: Path) -> None:
    small = EmbeddedTagger(tiny_model, budget=64).states(TEXTS)
    assert small == pytest.approx(tagger.states(TEXTS), abs=0.01)
    assert (small**2).sum(axis=1) == pytest.approx([1, 0, 1, 1], abs=1e-5)


def test_states_of_segments_average_to_the_text(tagger: EmbeddedTagger) -> None:
    pool = Pool(tagger.width)
    tagger.tag(TEXTS, look=pool.add)
    ranks, states = pool.segments(0)
    assert ranks == [0, 1]
    assert (states**2).sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    between = states[0] @ states[1]
    assert min(states @ pool.verbatims(4)[0]) > between
    assert len(pool.segments(3)[0]) == 900


def test_states_are_the_same_while_tagging(tagger: EmbeddedTagger) -> None:
    pool = Pool(tagger.width)
    tagger.tag(TEXTS, look=pool.add)
    assert np.array_equal(pool.verbatims(len(TEXTS)), tagger.states(TEXTS))
    assert sorted(pool.owners) == [0, 2, 3]
