"""Whether a version that was written can be read back."""

from __future__ import annotations

import numpy as np

from rag.corpus import passage_text
from rag.corpus.article import Passage
from rag.errors import IndexCorrupt
from rag.index.snapshot import Snapshot

_CHECKED_PASSAGES = 8
_ASKED_CHARS = 40  # of each, for its words: what is found by few of them is found by all


def self_query(snapshot: Snapshot) -> None:
    """Reads a version back, asks it for passages that it must find, and closes it.

    Raises:
        IndexCorrupt: it does not.
    """
    with snapshot:
        for row in np.unique(
            np.linspace(0, snapshot.n_passages - 1, _CHECKED_PASSAGES, dtype=np.int64)
        ):
            place = snapshot.passages[row]
            article = snapshot.article(place.article_row)
            text = passage_text(article, Passage(article.id, int(place.start), int(place.end)))
            ids, offsets = snapshot.model.encode_ids([text])
            begin, end = snapshot.token_offsets[row : row + 2]
            vector = snapshot.vector(row)
            found, scores = snapshot.dense(vector, 1)
            whole = (
                0 <= place.start < place.end <= len(article.text)
                and np.array_equal(snapshot.token_ids[begin:end], ids)
                and len(found) == 1
                and scores[0] >= vector @ vector - 1e-3
                and (len(ids) == 0 or snapshot.lexical(text[:_ASKED_CHARS])[row] > 0)
            )
            if not whole:
                raise IndexCorrupt(
                    f"expected to find passage {row} of {article.id!r} in the index at"
                    f" {snapshot.path}, but it reads back differently: the disk or the memory may"
                    " be faulty; build it again"
                )
