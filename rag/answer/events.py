"""What an assistant tells while it works on an answer: :meth:`rag.assistant.Assistant.stream`."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answer.types import Answer


@dataclass(frozen=True, slots=True)
class Searching:
    """A search begins.

    It is told again where an answer is refused, and is sought once more without one of the
    question's restrictions.

    Attributes:
        articles: how many are searched: those that the filters and the question's own restrictions
            let pass.
    """

    articles: int


@dataclass(frozen=True, slots=True)
class Found:
    """The passages are chosen that are now read sentence by sentence.

    A reranker, which may be slow, comes next.

    Attributes:
        passages: how many.
        articles: of how many articles.
    """

    passages: int
    articles: int


@dataclass(frozen=True, slots=True)
class Rewording:
    """A language model is asked for other wordings of the question, before the search.

    It is told again a few times a second, and only where that help is on.

    Attributes:
        model: its name.
    """

    model: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The answer of quotes alone, from which a language model is now to write.

    Who stops it then has this.

    Attributes:
        answer: complete but for what the model writes.
    """

    answer: Answer


@dataclass(frozen=True, slots=True)
class Writing:
    """A language model is asked to write, or still writes; told again a few times a second.

    Attributes:
        model: its name.
        sentences: how many it has written so far, those included that are not shown yet.
    """

    model: str
    sentences: int


Event = Rewording | Searching | Found | Evidence | Writing | str | Answer
"""In this order: that a language model is asked for other wordings (where that is on), what is
searched, what was found, the quotes alone and that a language model writes (where one does),
``Answer.text`` piece by piece as strings, and last the answer itself. While a model writes,
``Writing`` and pieces of the text alternate."""
