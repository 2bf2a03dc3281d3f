"""The best candidates read by a model that sees question and passage together.

Which passages it reads is decided by the fused scores, on one scale for both languages; its own are
taken as they are, since one model read passages of every language.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.embed import Reranker
from rag.errors import ModelError
from rag.index import Snapshot
from rag.question.query import Query
from rag.search.candidates import Candidates
from rag.search.located import passage_texts

RERANK_DEPTH = 30  # passages that are read; a question costs as many runs of the model


def rerank(
    snapshot: Snapshot, query: Query, found: Candidates, places: Sequence[int], reranker: Reranker
) -> dict[int, float]:
    """The reranker's score of each candidate, best first.

    Args:
        snapshot: the index.
        query: the question.
        found: the candidates.
        places: positions in ``found`` of those that are read, best first; of equal scores the
            earlier stays first.
        reranker: reads them.

    Raises:
        ModelError: it fails, or gives anything but one finite number for each.
    """
    if not len(places):
        return {}
    bounds = snapshot.passages[found.rows[list(places)].tolist()].tolist()
    texts = passage_texts(bounds, snapshot.articles(row for row, _, _ in bounds))
    try:
        scores = np.asarray(reranker.score(query.text, texts), np.float32)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            f"expected the reranker {reranker.name} to score {len(texts)} passages, but it failed: "
            f"{type(error).__name__}: {error}; use another with --rerank, or leave it out"
        ) from error
    if scores.shape != (len(texts),) or not np.isfinite(scores).all():
        odd = "" if np.isfinite(scores).all() else " with NaN or infinity"
        raise ModelError(
            f"expected {len(texts)} finite scores from the reranker {reranker.name}, got an array"
            f" of shape {scores.shape}{odd}: the model or its folder is faulty, use another with"
            " --rerank"
        )
    order = np.argsort(-scores, kind="stable")
    return {int(places[number]): float(scores[number]) for number in order}
