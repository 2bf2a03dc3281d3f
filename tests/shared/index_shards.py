"""An index of several shards, and that it answers as one does."""

import dataclasses
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from index_corpus import made_articles
from index_folders import row, write
from small_news import NEWS

from rag import Index
from rag.library import sample_corpus

ROOT = Path(__file__).resolve().parents[2]
MADE = made_articles(90)


def files():
    """Articles of all kinds: rows that are cut, one story in several files, ids stated twice."""
    out = {f"{n:02}.txt": MADE[n].text for n in range(30)}
    out |= {one.name: one.read_text("utf-8") for one in sample_corpus().glob("*.md")}
    out["news.jsonl"] = "\n".join(map(row, NEWS)) + "\n"
    out["rows.jsonl"] = "\n".join(map(row, MADE[30:])) + "\n"
    out["told.jsonl"] = "".join(
        json.dumps({"title": one.title, "text": one.text + "（记者）"}, ensure_ascii=False) + "\n"
        for one in (*NEWS, *MADE[40:60])
    )
    out["twice.jsonl"] = "\n".join(
        [row(MADE[40]), row(MADE[41], text="另一篇文章。" * 5), row(MADE[31], id="own"), "no json"]
    )
    out["empty.txt"] = ""
    return out


def asked() -> list[str]:
    lines = (ROOT / "benchmarks" / "checks.jsonl").read_text("utf-8").splitlines()
    texts = [text for line in lines for text in json.loads(line).values() if isinstance(text, str)]
    texts += [one.title for one in (*NEWS, *MADE)] + [one.text[:30] for one in (*NEWS, *MADE)]
    return list(dict.fromkeys(text for text in texts if 3 < len(text) < 200))[:300]


def plain(value):
    """A result without the times and what is own to the version."""
    return re.sub(r"\d{8}T\d{9}Z-[0-9a-f]{12}", "", json.dumps(_plain(value), ensure_ascii=False))


def _plain(value):
    if dataclasses.is_dataclass(value):
        value = dataclasses.asdict(value)
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items() if key not in ("ms", "seconds")}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def assert_as_one(folder):
    """The shards hold what one index of the same corpus holds."""
    shutil.rmtree(folder / "one", ignore_errors=True)
    Index.build(folder / "corpus", folder / "one")
    with Index.open(folder / "one") as one, Index.open(folder / "shards") as some:
        rows = range(one.n_articles)
        assert some.n_articles == one.n_articles
        assert some.snapshot.articles(rows) == one.snapshot.articles(rows)
        np.testing.assert_array_equal(some.snapshot.stories, one.snapshot.stories)
        assert sorted(map(str, some.snapshot.manifest.skipped)) == sorted(
            map(str, one.snapshot.manifest.skipped)
        )
        assert some.search("电梯 演练") == one.search("电梯 演练")
    Index.verify(folder / "shards")


@pytest.fixture
def corpus(tmp_path):
    write(tmp_path / "corpus", files())
    Index.build(tmp_path / "corpus", tmp_path / "shards", shards=3)
    return tmp_path
