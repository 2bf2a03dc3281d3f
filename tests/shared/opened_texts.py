"""Some texts as an index that is open."""

import contextlib

from rag.corpus import Article
from rag.index import open_index
from rag.library import Index


@contextlib.contextmanager
def opened_texts(path, texts):
    """An open index of texts without titles, all of one day."""
    Index.build([Article(str(n), text, "", "2023-08-15", "") for n, text in enumerate(texts)], path)
    with open_index(path) as snapshot:
        yield snapshot
