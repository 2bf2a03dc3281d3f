"""What was asked: a question with all that decides its answer, so that it can be asked again a
little otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.answer.types import Answer
from rag.search.types import Filters

_WISH = re.compile(r"#(\w+)-([0-9a-f]+)-(\w+)")


@dataclass(frozen=True, slots=True)
class QuestionRequest:
    """A question as it is handed to the assistant; see :meth:`rag.assistant.Assistant.ask`.

    Attributes:
        question: as the reader put it.
        filters: set by the reader.
        without: words of the question whose restriction the reader lifted.
        after: key of the turn that it follows, "" for none.
    """

    question: str
    filters: Filters = Filters()
    without: tuple[str, ...] = ()
    after: str = ""


def wished(wish: str) -> tuple[str, str, str]:
    """("lift", key of a turn, which one) of a control's address "#lift-0a1b-0"; empty texts for
    what is none.
    """
    do, key, which = found.groups() if (found := _WISH.fullmatch(wish)) else ("", "", "")
    return do, key, which


def again(
    asked: QuestionRequest, answer: Answer | None, do: str, which: str
) -> QuestionRequest | None:
    """The same question once more, otherwise restricted.

    Args:
        asked, answer: what was asked, and the answer to it, None where there was none.
        do: "retry" it as it was, "lift" a constraint of the answer, "free" the question of all of
            one kind, or "bind" it again to what was lifted.
        which: the number of the constraint from 0, the kind, or the number in ``asked.without``.

    Returns None where there is no such constraint.
    """
    bound = answer.constraints if answer else ()
    if do == "retry":
        return asked
    if do == "bind":
        words = [one for at, one in enumerate(asked.without) if str(at) != which]
    elif do == "free":
        words = [*asked.without, *(one.words for one in bound if one.kind == which)]
    elif do == "lift":
        words = [*asked.without, *(one.words for at, one in enumerate(bound) if str(at) == which)]
    else:
        return None
    without = tuple(dict.fromkeys(words))
    return replace(asked, without=without) if without != asked.without else None
