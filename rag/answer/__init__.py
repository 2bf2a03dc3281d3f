"""From a question to an answer that quotes its evidence, or says that there is none."""

from rag.answer.engine import answer
from rag.answer.types import Answer, Citation, Row

__all__ = ["Answer", "Citation", "Row", "answer"]
