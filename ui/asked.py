"""A question with everything that determines its answer, so that it can be asked again modified."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.answer.types import Answer
from rag.search.types import Filters

_WISH = re.compile(r"#(\w+)-([0-9a-f]+)-(\w+)")


@dataclass(frozen=True, slots=True)
class QuestionRequest:
    """A question with the arguments of :meth:`rag.assistant.Assistant.ask`.

    Attributes:
        question: the question as the reader wrote it.
        filters: the filters that the reader set.
        without: words of the question that restricted it, until the reader lifted this.
        after: key of the turn that it follows up, or "".
    """

    question: str
    filters: Filters = Filters()
    without: tuple[str, ...] = ()
    after: str = ""


def wished(wish: str) -> tuple[str, str, str]:
    """Splits a control's address "#lift-0a1b-0": action, key of the turn, which of its items.

    All are "" for anything else. (A wish is what a control asks for.)
    """
    do, key, which = found.groups() if (found := _WISH.fullmatch(wish)) else ("", "", "")
    return do, key, which


def again(
    asked: QuestionRequest, answer: Answer | None, do: str, which: str
) -> QuestionRequest | None:
    """Returns the same question with changed restrictions; None if there is no such restriction.

    Args:
        asked: the question.
        answer: the answer to it, or None.
        do: "retry" repeats the question unchanged, "lift" lifts a constraint of the answer, "free"
            lifts all constraints of one kind, "bind" restores a lifted one.
        which: for "lift" the number of the constraint, for "free" the kind, and for "bind" the
            number in ``asked.without``; numbers count from 0.
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
