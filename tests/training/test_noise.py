import random

import pytest

from listening.training.noise import noisy

TEXT = "Réponse très rapide, bravo à l'équipe ! Œuvre d'été 👍"


@pytest.mark.parametrize("seed", range(20))
def test_noise_keeps_every_offset(seed: int) -> None:
    changed = noisy(TEXT, random.Random(seed))
    assert len(changed) == len(TEXT)
    assert [place for place, one in enumerate(changed) if one == " "] == [
        place for place, one in enumerate(TEXT) if one == " "
    ]


def test_noise_drops_accents_raises_capitals_lowers_and_swaps() -> None:
    seen = {noisy(TEXT, random.Random(seed)) for seed in range(60)}
    assert {TEXT.upper(), TEXT.lower(), "Reponse tres rapide, bravo a l'equipe ! Œuvre d'ete 👍"} <= seen
    assert any(sorted(one) == sorted(TEXT) and one != TEXT for one in seen)


def test_noise_leaves_a_text_that_capitals_would_lengthen() -> None:
    assert {len(noisy("straße", random.Random(seed))) for seed in range(20)} == {6}
