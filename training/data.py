"""Reads the training sets and says which are used.

Every row carries ``src``. Sets whose own terms restrict them to research, or whose texts belong to
a publisher without a permission to use them, are left out; the card of the model lists what
remains.
"""

from __future__ import annotations

import csv
import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Entry:
    """A word or phrase of the English-Chinese dictionary.

    Attributes:
        en: as written, capitals kept.
        zh: translations of at most 8 characters, the commoner first.
        rank: place in a frequency list of English, the better of two lists; 0 where it is in
            neither.
        forms: inflected forms.
    """

    en: str
    zh: tuple[str, ...]
    rank: int
    forms: tuple[str, ...]


_MARKS = re.compile(
    r"\[[^\]]*\]|〔[^〕]*〕|\([^)]*\)|（[^）]*）|\b(?:[a-z]{1,5}\.\s*)+|[的地](?=$)"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff·]{1,8}")


def entries(file: Path) -> Iterator[Entry]:
    """The words of ECDICT (https://github.com/skywind3000/ECDICT, MIT), its table ``ecdict.csv``.

    Lines marked as collected from the web ("[网络]") are left out.
    """
    csv.field_size_limit(10**7)
    with open(file, encoding="utf8", newline="") as lines:
        for row in csv.DictReader(lines):
            kept = [
                line
                for line in row["translation"].replace("\\n", "\n").split("\n")
                if "[网络]" not in line
            ]
            zh = [
                part
                for line in kept
                for part in re.split(r"[,，;；、/ ]+", _MARKS.sub(" ", line))
                if _CHINESE.fullmatch(part)
            ]
            ranks = [int(row[name] or 0) for name in ("frq", "bnc")]
            forms = [
                part[2:]
                for part in row["exchange"].split("/")
                if part[:2] in ("s:", "p:", "d:", "i:", "3:")
            ]
            if zh or forms:
                yield Entry(
                    row["word"],
                    tuple(dict.fromkeys(zh))[:6],
                    min((r for r in ranks if r), default=0),
                    tuple(forms),
                )
