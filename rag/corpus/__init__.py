"""Articles in, passages out: reading files, finding sentences, splitting.

Importing this package is light; the libraries for HTML, YAML, dates and encodings are loaded when a
file needs them.
"""

from rag.corpus.article import Article, Passage, Skipped
from rag.corpus.language import detect_lang
from rag.corpus.passages import SPLITTER, body_start, passage_text, split
from rag.corpus.reader import read_bytes, read_corpus
from rag.corpus.sentences import clauses, sentences

__all__ = [
    "SPLITTER",
    "Article",
    "Passage",
    "Skipped",
    "clauses",
    "detect_lang",
    "body_start",
    "passage_text",
    "read_bytes",
    "read_corpus",
    "sentences",
    "split",
]
