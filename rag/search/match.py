"""How much a cosine between two words is worth as a match."""

from __future__ import annotations

import numpy as np

# A cosine up to the first is chance, from the second on a full match. Words of one language are the
# same or inflected forms; translations never come as near, and chance pairs of two languages stay
# lower too. Read off the development sets: the cosines of words to their counterparts in right and
# wrong passages.
SAME_SCRIPT_COSINES = (0.30, 0.70)
CROSS_SCRIPT_COSINES = (0.20, 0.50)


def graded(cosine: np.ndarray, cross: np.ndarray | bool) -> np.ndarray:
    """Cosines as matches: float32 from 0 for chance to 1 for the same word or a sure translation.

    Args:
        cosine: any shape.
        cross: bool of a shape that broadcasts to it: whether the two words are of different
            scripts.
    """
    low = np.where(cross, CROSS_SCRIPT_COSINES[0], SAME_SCRIPT_COSINES[0]).astype(np.float32)
    high = np.where(cross, CROSS_SCRIPT_COSINES[1], SAME_SCRIPT_COSINES[1]).astype(np.float32)
    return np.clip((cosine - low) / (high - low), 0, 1).astype(np.float32)
