"""What the encoder makes of a text and of each of its segments: the states that heads added later are fitted on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from listening.tagging.encoding import Window

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from listening.tagging.modeling import TaggerOutput


class Pool:
    """Means of token states by segment and by text, gathered from batches in any order; windows of a text are joined.

    States are those of two thirds of the encoder's depth: the last ones are bent to the codes trained on. The mean of a
    text's own tokens tells a code as well as maxima over its segments or tokens do, and better than the first token.
    """

    def __init__(self, width: int) -> None:
        """`width` is the length of a state."""
        self.width = width
        self._sums: dict[int, dict[int, NDArray[np.float32]]] = {}  # by text, then segment

    def add(self, inside: Sequence[Window], output: TaggerOutput) -> None:
        """Gather the states of a batch of windows."""
        import numpy as np

        assert output.middle is not None  # whoever gathers states asks for them
        for window, states in zip(inside, output.middle.float().cpu().numpy(), strict=True):
            ranks = np.asarray(window.segments)
            own = states[: len(ranks)][ranks >= 0]
            found, first = np.unique(ranks[ranks >= 0], return_index=True)
            kept = self._sums.setdefault(window.owner, {})
            for rank, total in zip((found + window.first).tolist(), np.add.reduceat(own, first), strict=True):
                kept[rank] = kept.get(rank, 0) + total

    @property
    def owners(self) -> Iterable[int]:
        """Ranks of the texts that hold words."""
        return self._sums

    def verbatims(self, texts: int) -> NDArray[np.float32]:
        """Give the mean state of each of `texts` texts, (texts, width), of unit length; 0 for one without a word."""
        import numpy as np

        found = np.zeros((texts, self.width), dtype=np.float32)
        for owner, kept in self._sums.items():
            found[owner] = unit(np.sum(list(kept.values()), axis=0))
        return found

    def segments(self, owner: int) -> tuple[list[int], NDArray[np.float32]]:
        """Give the ranks of the segments of a text that hold words, and their mean states, (N, width), unit length."""
        import numpy as np

        kept = self._sums[owner]
        return list(kept), unit(np.stack(list(kept.values())))


def unit(states: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give states of length 1, along the last axis."""
    import numpy as np

    scaled: NDArray[np.float32] = states / np.linalg.norm(states, axis=-1, keepdims=True)
    return scaled
