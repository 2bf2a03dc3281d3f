"""The events that :meth:`rag.assistant.Assistant.stream` yields while it works on an answer."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answer.types import Answer


@dataclass(frozen=True, slots=True)
class Searching:
    """A search begins.

    The event comes again when a refused question is searched once more without one of its
    constraints.

    Attributes:
        articles: how many articles are searched: those that pass the filters and the question's own
            constraints.
    """

    articles: int


@dataclass(frozen=True, slots=True)
class Found:
    """The passages are chosen that are now read sentence by sentence.

    A reranker, which may be slow, comes next.

    Attributes:
        passages: number of passages.
        articles: number of articles that they are from.
    """

    passages: int
    articles: int


@dataclass(frozen=True, slots=True)
class Rewording:
    """A language model is asked for other wordings of the question, before the search.

    The event comes again a few times a second, and only where that help is on.

    Attributes:
        model: the model's name.
    """

    model: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The answer of quotes alone is ready; a language model is now to write from it.

    A caller that stops the model still has this answer.

    Attributes:
        answer: complete but for what the model writes.
    """

    answer: Answer


@dataclass(frozen=True, slots=True)
class Writing:
    """A language model is asked to write, or is writing; comes again a few times a second.

    Attributes:
        model: the model's name.
        sentences: how many sentences it has written so far, those not yet shown included.
    """

    model: str
    sentences: int


Event = Rewording | Searching | Found | Evidence | Writing | str | Answer
"""In this order: that a language model is asked for other wordings (where that is on), what is
searched, what was found, the quotes alone and that a language model writes (where one does),
``Answer.text`` piece by piece as strings, and last the answer itself. While a model writes,
``Writing`` and pieces of the text alternate."""
