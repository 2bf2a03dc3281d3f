"""From a question to an answer that quotes its evidence, or says that there is none."""

from rag.answer.engine import answer, stages
from rag.answer.events import Event, Evidence, Found, Rewording, Searching, Writing
from rag.answer.types import Answer, Citation, Row

__all__ = [
    "Answer",
    "Citation",
    "Event",
    "Evidence",
    "Found",
    "Rewording",
    "Row",
    "Searching",
    "Writing",
    "answer",
    "stages",
]
