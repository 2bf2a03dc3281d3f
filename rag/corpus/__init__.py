"""Turns articles into passages: reads files, finds sentences and splits texts.

Importing this package is cheap. The modules that read files are loaded at first use, and the
libraries for HTML, YAML, dates and encodings when a file needs them.
"""

from typing import TYPE_CHECKING

from rag.corpus.article import Article, Passage, Skipped
from rag.corpus.context import header_above
from rag.corpus.language import detect_lang
from rag.corpus.passages import SPLITTER, body_start, passage_text, split
from rag.corpus.sentences import clauses, sentences
from rag.lazy import lazy

if TYPE_CHECKING:
    from rag.corpus.reader import read_bytes, read_corpus

__all__ = [
    "SPLITTER",
    "Article",
    "Passage",
    "Skipped",
    "clauses",
    "detect_lang",
    "body_start",
    "header_above",
    "passage_text",
    "read_bytes",
    "read_corpus",
    "sentences",
    "split",
]

__getattr__ = lazy(__name__, dict.fromkeys(("read_bytes", "read_corpus"), "rag.corpus.reader"))
