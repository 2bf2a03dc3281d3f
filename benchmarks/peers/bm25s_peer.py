"""bm25s with the words of jieba: no vectors, whole articles."""

import json

REQUIRES = "bm25s jieba"


def _words(text):
    import jieba

    return [word for word in jieba.lcut(text) if word.strip()]


def load():
    _words("词典")


def build(articles, folder):
    import bm25s

    rows = [json.loads(line) for line in articles.open(encoding="utf-8")]
    index = bm25s.BM25()
    index.index([_words(row["text"]) for row in rows], show_progress=False)
    index.save(str(folder))
    (folder / "ids.json").write_text(json.dumps([row["id"] for row in rows]))


def opened(folder):
    import bm25s

    load()
    index = bm25s.BM25.load(str(folder), mmap=True)
    ids = json.loads((folder / "ids.json").read_text())

    def search(question):
        found, _ = index.retrieve([_words(question)], k=10, show_progress=False)
        return ids[int(found[0][0])]

    return search
