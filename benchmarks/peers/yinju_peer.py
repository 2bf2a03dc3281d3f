"""This project: all of a build, and the hits of a search with their highlights."""


def load():
    from rag.embed import load_static

    load_static()


def build(articles, folder):
    from rag import Index

    Index.build(articles, folder)


def update(articles, folder):
    from rag import Index

    Index.update(folder, [articles.with_name("articles.jsonl"), articles])


def opened(folder):
    from rag import Index

    index = Index.open(folder)

    def search(question):
        return index.search(question, k=10)[0].article_id

    return search
