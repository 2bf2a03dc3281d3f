"""Which passages are read where a question is searched in other wordings, too.

The question's own ranking is dominant: its best two thirds are read whatever the others say. The
last third is dealt out by the reciprocal ranks of all wordings (Cormack, Clarke and Büttcher 2009):
what stands at rank r of one gets 1 / (_RANK_CONSTANT + r). Their constant of 60 favours what all of
them find; what is sought here is what one alone finds, so it is 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_RANK_CONSTANT = 0  # the constant of the formula
_OWN_SHARE = 2 / 3  # of the passages that are read, the question's own best


def fused(own: np.ndarray, others: Sequence[np.ndarray], most: int) -> np.ndarray:
    """The passages that are read: as many as without the others, in the question's own order.

    Args:
        own: all passages as the question ranks them, best first.
        others: the best of them as other wordings rank them, best first.
        most: how many are read.
    """
    leading = own[: round(most * _OWN_SHARE)]
    worth: dict[int, float] = dict.fromkeys(own[:most].tolist(), 0.0)
    for ranking in (own[:most], *others):
        for rank, passage in enumerate(ranking.tolist(), 1):
            worth[passage] = worth.get(passage, 0.0) + 1 / (_RANK_CONSTANT + rank)
    for passage in leading.tolist():
        del worth[passage]
    dealt = sorted(worth, key=lambda passage: -worth[passage])[: most - len(leading)]
    return own[np.isin(own, [*leading.tolist(), *dealt])]
