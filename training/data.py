"""Reads the training sets and says which are used.

Every row carries ``src``. Sets whose own terms restrict them to research, or whose texts belong to a
publisher without a permission to use them, are left out; the card of the model lists what remains.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT = {"nyt-rss-mt", "nyt-bilingual-notes", "aichallenger2018", "xuexi-qiangguo-english"}


def rows(data: Path, name: str) -> Iterator[dict]:
    """Rows of ``data/train/<name>.jsonl.xz`` whose source is not left out."""
    with lzma.open(data / "train" / f"{name}.jsonl.xz", "rt", encoding="utf8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("src") not in LEFT_OUT:
                yield row


def texts(data: Path) -> Iterator[str]:
    """All running text, for the tokenizer: both sides of the pairs, news, reading passages."""
    for row in rows(data, "parallel"):
        yield row["zh"]
        yield row["en"]
    for row in rows(data, "titled_news"):
        yield row["title"]
        yield row["text"]
    for row in rows(data, "qa"):
        yield row["question"]
        yield row["context"]
    for number, row in enumerate(rows(data, "news_docs")):
        if number % 3 == 0:
            yield row["text"]


def headwords(data: Path) -> set[str]:
    """Simplified headwords of the dictionary: candidates for pieces that are words."""
    return {row["zh"] for row in rows(data, "dictionary")}


def place_names(data: Path) -> set[str]:
    """Chinese short names of divisions and countries: candidates for pieces as well."""
    names = set()
    for file, keys in (("divisions", ("short",)), ("countries", ("zh",))):
        with open(data / "gazetteer" / f"{file}.jsonl", encoding="utf8") as lines:
            for line in lines:
                row = json.loads(line)
                names |= {row[key] for key in keys if row[key]}
    return names
