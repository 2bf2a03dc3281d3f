"""Answers that need no reader: talk, questions about the corpus itself, and summaries."""

from __future__ import annotations

import numpy as np

from rag.answer.types import Answer
from rag.index import Snapshot
from rag.question import ParsedQuestion


def own_answer(snapshot: Snapshot, parsed: ParsedQuestion, passing: np.ndarray) -> Answer | None:
    """The answer to talk or to a question about the corpus; None if the articles must answer.

    Args:
        snapshot: the index.
        parsed: the message.
        passing: bool (n_articles,), the articles that the filters let pass.
    """
    if parsed.talk:
        from rag.answer.talk import talk_answer

        return talk_answer(snapshot, parsed)
    if not parsed.about:
        return None
    from rag.answer.corpus import corpus_answer

    found = corpus_answer(snapshot, parsed, parsed.about, passing)
    if parsed.about.asks in ("summary", "compare"):  # if empty: refused as any question
        return found if found.rows else None
    # "What happened on 11 September 2001?" is a question to the articles if none is of that day, and
    # so is "Which paper first wrote of the fraud?" if none mentions what is taken for its subject.
    only_dated = parsed.about.asks == "list" and parsed.told and not parsed.about.subject
    counted = parsed.about.asks in ("count", "list") or not parsed.about.subject
    return None if not found.matched and (only_dated or not counted) else found
