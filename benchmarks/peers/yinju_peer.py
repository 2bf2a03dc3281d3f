"""This project: all of a build, and the hits of a search with their highlights."""


def load():
    from rag.embed import load_static

    load_static()


def build(articles, folder):
    from rag import Index

    Index.build(articles, folder)


def opened(folder):
    from rag import Index

    index = Index.open(folder)

    def search(question):
        return index.search(question, k=10)[0].article_id

    return search
