"""Questions to ask next, below the answer that they follow: asked beforehand, so each has an
answer.
"""

from __future__ import annotations

import logging

from rag.errors import YinjuError
from rag.serving import QueryService
from rag.ui.conversation import Conversation
from rag.ui.markup import escape, lang_tag
from rag.ui.render import asking
from rag.ui.texts import text

log = logging.getLogger("rag.ui")


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


def shown(words: tuple[str, ...], lang: str) -> str:
    """Some questions as controls that ask them."""
    if not words:
        return ""
    label = escape(text(lang, "suggested"))
    return (
        f'<div class="yj-suggested" role="group" aria-label="{label}" lang="{lang_tag(lang)}"><span'
        f' class="yj-chips-label">{label}</span>{asking(words)}</div>'
    )
