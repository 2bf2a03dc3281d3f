"""Models that read question and passage together, or word against word, and so order a few passages
better.

A cross-encoder reads both as one text (Nogueira & Cho 2019, "Passage Re-ranking with BERT"); a
multi-vector model gives each word a vector in its context, and a passage's score is the sum, over
the words of the question, of the best cosine in it (Khattab & Zaharia 2020, ColBERT). Either reads
the passages when the question is asked: nothing is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np

from rag.embed.loading import CROSS_ENCODER, MULTI_VECTOR, load
from rag.embed.protocol import Reranker
from rag.errors import ModelError


class CrossReranker:
    """A CrossEncoder of sentence-transformers; may be shared by threads. Scores are those of its
    own activation.
    """

    def __init__(self, name: str, model: Any):
        """``model`` is loaded. Raises ModelError where it gives more than one score."""
        if model.num_labels != 1:
            raise ModelError(
                f"expected one score of a passage from the cross-encoder {name}, but it gives"
                f" {model.num_labels}, so it was trained for another task: use another with"
                " --rerank"
            )
        self.name, self._model, self._busy = name, model, Lock()

    def score(self, question: str, passages: Sequence[str]) -> np.ndarray:
        """float32 (len(passages),); the model's default prompt, where it has one, is put before the
        question.
        """
        with self._busy:  # a tokenizer serves one thread at a time
            pairs = [(question, text) for text in passages]
            scores = self._model.predict(pairs, show_progress_bar=False)
        return np.asarray(scores, np.float32)


class LateReranker:
    """A MultiVectorEncoder of sentence-transformers; may be shared by threads. Scores are
    MaxSim.
    """

    def __init__(self, name: str, model: Any):
        """``model`` is loaded."""
        self.name, self._model, self._busy = name, model, Lock()

    def score(self, question: str, passages: Sequence[str]) -> np.ndarray:
        """float32 (len(passages),); the model's prompts for queries and for documents are put
        before each.
        """
        with self._busy:
            asked = self._model.encode_query([question], show_progress_bar=False)
            read = self._model.encode_document(list(passages), show_progress_bar=False)
            scores = self._model.similarity(asked, read)[0]
        return scores.float().cpu().numpy()


def load_reranker(name: str) -> Reranker:
    """The reranker of a folder or name: a cross-encoder or a multi-vector model, whichever its
    configuration says.

    Args:
        name: with a back end before it or not; see :mod:`rag.embed.loading`.

    Raises:
        ModelError: it is not there, cannot be loaded, is no reranker, or its back end is not
            installed.
    """
    loaded = load(name, (CROSS_ENCODER, MULTI_VECTOR))
    made = CrossReranker if loaded.kind == CROSS_ENCODER else LateReranker
    return made(loaded.name, loaded.model)
