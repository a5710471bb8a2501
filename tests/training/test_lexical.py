from dataclasses import replace
from pathlib import Path

import pytest
import torch

from listening.codebook import load_codebook
from listening.training.corpus import Example, GoldTag
from listening.training.lexical import fit_lexical
from listening.training.train import new_model

CODE = "offre.prix"
CARRIER = Example(id="1", text="Trop cher", tags=(GoldTag(CODE, "negatif", 0, 9),))
OTHER = Example(id="2", text="Accueil parfait", tags=())


@pytest.mark.parametrize(("unsure", "learnt"), [((), True), ((CODE,), False)])
def test_lexical_learns_a_code_from_the_texts_that_say_whether_they_carry_it(
    tiny_model: Path, unsure: tuple[str, ...], learnt: bool
) -> None:
    codes = list(load_codebook().codes)
    model, tokenizer = new_model(str(tiny_model), codes, seed=0)
    before = model.lexical.weight[:, codes.index(CODE)].clone()
    with torch.no_grad():
        fit_lexical(model, tokenizer, [CARRIER, replace(OTHER, unsure=unsure)])
    assert bool((model.lexical.weight[:, codes.index(CODE)] != before).any()) is learnt
