"""Rerankers, and passages for them."""

from rag import Index


def texts(index):
    with Index.open(index) as opened:
        return [opened.article(str(n)).text for n in range(opened.n_articles)]
