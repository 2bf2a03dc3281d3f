"""What a machine can do at best with such vectors: one product of a matrix, on random numbers.

As many vectors of 384 dimensions as LangChain's splitter makes pieces; it finds nothing.
"""

REQUIRES = "numpy"


def load():
    import numpy  # noqa: F401


def _count(articles):
    return sum(max(len(line) // 240, 1) for line in articles.open(encoding="utf-8"))


def build(articles, folder):
    import numpy as np

    vectors = np.random.default_rng(0).standard_normal((_count(articles), 384), np.float32)
    np.save(folder / "vectors.npy", vectors)


def opened(folder):
    import numpy as np

    vectors = np.load(folder / "vectors.npy")
    query = vectors[0]

    def search(question):
        scores = vectors @ query
        best = np.argpartition(-scores, 10)[:10]
        return str(best[np.argsort(-scores[best])][0])

    return search
