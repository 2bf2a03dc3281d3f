"""The same with FAISS's exact index of floats; it finds nothing."""

REQUIRES = "numpy faiss-cpu"


def load():
    import faiss  # noqa: F401


def build(articles, folder):
    import faiss
    import numpy as np
    from numpy_flat_peer import _count

    index = faiss.IndexFlatIP(384)
    index.add(np.random.default_rng(0).standard_normal((_count(articles), 384), np.float32))
    faiss.write_index(index, str(folder / "index.faiss"))


def opened(folder):
    import faiss

    index = faiss.read_index(str(folder / "index.faiss"))
    query = index.reconstruct(0).reshape(1, -1)
    return lambda question: str(index.search(query, 10)[1][0][0])
