"""Folders of articles that are indexed, and their rows."""

import json
import shutil

import pytest
from index_corpus import made_articles

from rag.index import index_corpus

TIMES = {"manifest.json", "sources"}


def row(article, **changes):
    fields = ("id", "text", "title", "date", "source", "url", "lang")
    return json.dumps(
        {**{name: getattr(article, name) for name in fields}, **changes}, ensure_ascii=False
    )


def write(folder, files):
    """Makes a corpus of {name: text}; what is not in it is removed."""
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        if file.name not in files:
            file.unlink()
    for name, text in files.items():
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text:
            (folder / name).write_text(text, "utf-8")


def files_of(index):
    folder = index / "versions" / (index / "CURRENT").read_text().strip()
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def assert_as_from_nothing(index, corpus, fresh):
    shutil.rmtree(fresh, ignore_errors=True)
    index_corpus([corpus], fresh)
    ours, theirs = files_of(index), files_of(fresh)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name] and name not in TIMES] == []
    old, new = (json.loads(files["manifest.json"]) for files in (ours, theirs))
    same = (
        "counts",
        "skipped",
        "lexical",
        "vectors",
        "splitter",
        "duplicates",
        "model",
        "static_model",
    )
    assert {name: old[name] for name in same} == {name: new[name] for name in same}


ARTICLES = made_articles(60)


@pytest.fixture
def corpus(tmp_path):
    files = {f"{n:02}.txt": ARTICLES[n].text for n in range(20)}
    files |= {
        "rows.jsonl": "\n".join(map(row, ARTICLES[20:60])),
        "empty.txt": "",
        "twice.jsonl": row(ARTICLES[22]) + "\nno json\n",
    }
    write(tmp_path / "corpus", files)
    index_corpus([tmp_path / "corpus"], tmp_path / "index")
    return files
