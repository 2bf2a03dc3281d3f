"""Yinju: ask news articles in Chinese or English, get answers quoted word for word.

    from rag import Index, Assistant

    Index.build("corpus", "index")
    index = Index.open("index")
    print(Assistant(index).ask("Which provinces checked school supplies?").text)

The names below are loaded when they are first used; ``import rag`` alone loads nothing heavy.
"""

from typing import TYPE_CHECKING

from rag.lazy import lazy

__version__ = "0.1.0"

_HOME = {
    "Index": "rag.library",
    "Assistant": "rag.assistant",
    "Filters": "rag.search.types",
    "Hit": "rag.search.types",
    "Article": "rag.corpus.article",
    "Answer": "rag.answer.types",
    "Citation": "rag.answer.types",
    "Constraint": "rag.answer.types",
    "Verdict": "rag.writing.check",
    "check": "rag.writing.check",
    "YinjuError": "rag.errors",
}
# Written out, because type checkers read it.
__all__ = [
    "Answer",
    "Article",
    "Assistant",
    "Citation",
    "Constraint",
    "Filters",
    "Hit",
    "Index",
    "Verdict",
    "YinjuError",
    "check",
]

if TYPE_CHECKING:
    from rag.answer.types import Answer, Citation, Constraint
    from rag.assistant import Assistant
    from rag.corpus.article import Article
    from rag.errors import YinjuError
    from rag.library import Index
    from rag.search.types import Filters, Hit
    from rag.writing.check import Verdict, check

__getattr__ = lazy(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
