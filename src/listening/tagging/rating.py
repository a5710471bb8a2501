"""From what the network says of a rating to the probability of few, middling and many stars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def rating(ordered: Sequence[float], stars: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Give the probabilities of 1–2, 3 and 4–5 stars, (V, 3), of ratings from -1 to 1, (V,).

    `ordered` is slope, low and high of an ordered logit: P(3 or more) = σ(slope · stars - low), P(4 or more) likewise.

    >>> import numpy as np
    >>> rating([4.0, -1.0, 1.0], np.array([-1.0, 0.0, 1.0])).round(2).tolist()
    [[0.95, 0.04, 0.01], [0.27, 0.46, 0.27], [0.01, 0.04, 0.95]]
    """
    import numpy as np
    from scipy.special import expit

    slope, low, high = ordered
    middling, many = expit(slope * stars - low), expit(slope * stars - high)
    found: NDArray[np.float64] = np.stack([1 - middling, middling - many, many], axis=1)
    return found
