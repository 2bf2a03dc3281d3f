"""What a language model wrote, for the chat: its sentences with their sources, those that do not
hold marked with the reason.
"""

from __future__ import annotations

import re

from rag.answer.types import Answer, Written
from rag.ui.templating import macro
from rag.ui.texts import text
from rag.ui.turn import voice

# A mark as the text of an answer has it, and a number of a source.
_MARK = re.compile(r"[(（]⚠ ([^\n]*?)[)）](?=\s|$|[^\x00-\x7f])")


around = macro("wrote", "around")
"""The sentences of the model that wrote a turn's answer, then the evidence, which is HTML; where
none of them holds the evidence with the reason, and they below it, folded.
"""
_coming = macro("wrote", "coming")


def holds(written: Written) -> bool:
    """Whether the quotes bear a sentence out."""
    return any(one.supported for one in written.sentences)


def spent(answer: Answer) -> str:
    """Who wrote, and what it took, as a plain line; "" where no model was asked."""
    written = answer.written
    if written is None:
        return ""
    key = (
        ("written_by" if written.counted else "written_about")
        if holds(written)
        else ("written_not" if written.counted else "written_not_about")
    )
    return text(voice(answer), key, model=written.model, tokens=f"{written.tokens:,}")


def coming(raw: str) -> str:
    """A line of an answer that is under way, with its marks."""
    return _coming(_MARK.split(raw))
