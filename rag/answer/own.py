"""What is answered without the reader: talk, questions about the corpus itself, and summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answer.types import Answer
from rag.index import Snapshot
from rag.question import ParsedQuestion

if TYPE_CHECKING:
    import numpy as np


def own_answer(snapshot: Snapshot, parsed: ParsedQuestion, passing: np.ndarray) -> Answer | None:
    """The answer to talk or to a question about the corpus; None for a question to the articles.

    Args:
        snapshot: the index.
        parsed: the message.
        passing: bool (n_articles,), the articles that the filters let pass.
    """
    if parsed.talk:
        from rag.answer.talk import talk_answer

        return talk_answer(snapshot, parsed)
    if parsed.about:
        from rag.answer.corpus import corpus_answer

        found = corpus_answer(snapshot, parsed, parsed.about, passing)
        # "What happened on 11 September 2001?" asks about the world where no article is of that
        # day.
        only_dated = parsed.about.asks == "list" and parsed.told and not parsed.about.subject
        summed = parsed.about.asks in ("summary", "compare")  # of nothing: refused as any question
        return None if summed and not found.rows or only_dated and not found.matched else found
    return None
