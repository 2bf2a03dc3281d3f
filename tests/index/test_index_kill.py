"""A process that is killed while it updates: the version served is whole, and the next update
completes.

YINJU_KILLS=200 python -m pytest tests/index/test_index_kill.py kills that often.
"""

import json
import os
import random
import time

import pytest
from index_corpus import made_articles
from index_writers import started

from rag.index import index_corpus, open_index, status, verify

KILLS = int(os.environ.get("YINJU_KILLS", "10"))


def write_rows(corpus, generation, count=30):
    """All articles of a generation bear its number; half of them are as they were in the one
    before.
    """
    rows = [
        {
            "id": a.id,
            "text": a.text + (f" Generation {generation}." if int(a.id[1:]) % 2 else ""),
            "title": a.title,
        }
        for a in made_articles(count)
    ]
    whole = corpus / "rows.jsonl"
    (corpus / ".rows").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    os.replace(corpus / ".rows", whole)


def generation_of(path):
    """That of the version served, which must be of one generation only."""
    with open_index(path) as snapshot:
        texts = [snapshot.article(row).text for row in range(snapshot.n_articles)]
        assert len(texts) == 30 and snapshot.lexical("Generation").any()
    (found,) = {text.rpartition(" Generation ")[2] for text in texts if " Generation " in text}
    return int(found.rstrip("."))


def _update_for_ever(pipe, path, corpus, first):
    for generation in range(first, first + 1000):
        pipe.send(generation)
        write_rows(corpus, generation)
        index_corpus([corpus], path)


def _wait_for(pipe, generation):
    """Until the child begins that generation, so that a slow machine does not kill it before it has
    done anything.
    """
    assert pipe.poll(60), "the child does not update"
    while pipe.recv() < generation:
        assert pipe.poll(60), f"the child does not come to generation {generation}"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not there on Windows")
def test_an_update_killed_at_any_instant(tmp_path):
    corpus, path = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    write_rows(corpus, 0)
    index_corpus([corpus], path)
    begin = time.perf_counter()
    write_rows(corpus, 1)
    index_corpus([corpus], path)
    one, rng, served = time.perf_counter() - begin, random.Random(3), 1
    for kill in range(KILLS):
        child, pipe = started(_update_for_ever, path, corpus, served + 1)
        whole = kill % 3  # updates that it completes
        _wait_for(pipe, served + 1 + whole)
        time.sleep(rng.uniform(0, 1.5 * one))
        child.kill()
        child.join()
        pipe.close()
        verify(path)
        now = generation_of(path)
        assert now >= served + whole, (
            f"kill {kill}: generation {now} after {served} and {whole} updates"
        )
        write_rows(corpus, served := now + 1)
        assert index_corpus([corpus], path).changes.unchanged >= 15
        assert generation_of(path) == served and len(status(path).versions) <= 2
        assert not list(path.glob(".building-*"))
