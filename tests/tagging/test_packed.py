from pathlib import Path

import pytest
import torch

from listening.tagging.modeling import ListeningModel
from listening.tagging.packed import packed


@pytest.mark.parametrize("lengths", [[6, 4, 4, 1], [2, 6, 2], [5]])
def test_packed_gives_the_states_of_the_encoder(tiny_model: Path, lengths: list[int]) -> None:
    encoder = ListeningModel.from_pretrained(tiny_model).encoder.eval()
    torch.manual_seed(1)
    ids = torch.randint(4, 12, (len(lengths), 6))
    mask = torch.arange(6) < torch.tensor(lengths)[:, None]
    with torch.inference_mode():
        known = encoder(input_ids=ids.where(mask, 1), attention_mask=mask.long(), output_hidden_states=True)
        last, first = packed(encoder, ids, mask.long(), layer=1)
    assert torch.allclose(last[mask], known.last_hidden_state[mask], atol=1e-5)
    assert torch.allclose(first[mask], known.hidden_states[1][mask], atol=1e-5)
    assert not last[~mask].any()
