"""Questions to ask next, below the answer that they follow: asked beforehand, so each has an
answer.
"""

from __future__ import annotations

import logging

from rag.errors import YinjuError
from rag.serving import QueryService
from rag.ui.conversation import Conversation
from rag.ui.templating import macro

log = logging.getLogger("rag.ui")

shown = macro("answer", "suggested")
"""Some questions as controls that ask them, in the page's language; "" for none."""


def suggested(service: QueryService, talk: Conversation, lang: str) -> str:
    """The suggestions for the last answer, as controls; "" for none. Nothing is raised: the answer
    stands without them.
    """
    turn = talk.turns[-1] if talk.turns else None
    if turn is None or turn.answer is None or turn.problem:
        return ""
    try:
        words = service.suggestions(
            turn.asked.question, turn.answer, talk.history(turn.asked.after), turn.asked.filters
        )
    except YinjuError:  # too many wait: other people's questions go first
        return ""
    except Exception:
        log.exception("no suggestions could be made")
        return ""
    return shown(words, lang)
