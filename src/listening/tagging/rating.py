"""The rating that the author of a text would give: few stars, a middling number, many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def rating(
    weights: Sequence[Sequence[float]], stars: NDArray[np.floating[Any]], moods: NDArray[np.floating[Any]]
) -> NDArray[np.float64]:
    """Give what speaks for 1–2, 3 and 4–5 stars, (V, 3), summing to 1, by a multinomial logit.

    `weights` (3, 6) are those of `clues` and a constant; `stars` (V,) is a rating from -1 to 1, `moods` (V, 3) the
    probabilities of each sentiment.

    >>> import numpy as np
    >>> weights = [[-3, 0, 1, 0, 0, 0], [0, -3, 0, 1, 0, 1], [3, 0, 0, 0, 1, 0]]
    >>> moods = np.array([[0.9, 0.05, 0.05], [0.4, 0.3, 0.3], [0.05, 0.05, 0.9]])
    >>> rating(weights, np.array([-1.0, 0.0, 1.0]), moods).argmax(axis=1).tolist()
    [0, 1, 2]
    """
    import numpy as np
    from scipy.special import softmax

    table = np.asarray(weights, dtype=np.float64)
    found: NDArray[np.float64] = softmax(clues(stars, moods) @ table[:, :-1].T + table[:, -1], axis=1)
    return found


def clues(stars: NDArray[np.floating[Any]], moods: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Give what a rating is told from, (V, 5): stars, their square, and the log of each sentiment, centred."""
    import numpy as np

    logs = np.log(np.clip(moods, 1e-6, 1))
    return np.column_stack([stars, np.square(stars), logs - logs.mean(axis=1, keepdims=True)])
