"""Turns the training sets into token ids once, so that every run starts at once.

    python -m training.prepare --data DATA --ecdict ecdict.csv --work training/work

Writes ``<work>/tasks.npz``: for each task two ragged arrays (ids, offsets), the queries and their
documents row by row; and ``<work>/composition.npz``: the stems and characters that tokens consist
of.
"""

from __future__ import annotations

import argparse
import random
import re
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from training import data as sets
from training.reader.asked import asked_questions

SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?")
PASSAGE_CHARS = 360
PARENTHESES = re.compile(
    r"\([^)]*\)|\[[^\]]*\]|\b(sb|sth|esp|abbr|fig|lit|also|variant of|CL:).*", re.I
)


def ragged(tokenizer: Tokenizer, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """uint16 ids of all texts one after the other, and int64 offsets of shape (len(texts) + 1,)."""
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"expected text, saw {next(t for t in texts if not isinstance(t, str))!r}")
    lengths, parts = [0], []
    for first in range(0, len(texts), 10_000):
        for encoding in tokenizer.encode_batch_fast(
            texts[first : first + 10_000], add_special_tokens=False
        ):
            ids = [i for i in encoding.ids if i]
            lengths.append(len(ids))
            parts.append(np.array(ids, np.uint16))
    return np.concatenate(parts), np.cumsum(np.array(lengths, np.int64))


def cloze(rows, rng: random.Random) -> list[tuple[str, str]]:
    """A sentence of a news article, and the passage around it without the sentence (Lee et al.
    2019).
    """
    pairs = []
    for row in rows:
        spans = [m.group() for m in SENTENCE.finditer(row["text"][:6000]) if len(m.group()) > 8]
        for _ in range(min(3, len(spans) // 4)):
            at = rng.randrange(len(spans))
            before, after = at - 1, at + 1
            around = ""
            while len(around) < PASSAGE_CHARS and (before >= 0 or after < len(spans)):
                around = (
                    (spans[before] if before >= 0 else "")
                    + around
                    + (spans[after] if after < len(spans) else "")
                )
                before, after = before - 1, after + 1
            # Half of the time the sentence stays where it is: a question repeats words of its
            # answer.
            if rng.random() < 0.35:
                around = spans[at] + around
            pairs.append((spans[at], around))
    return pairs


def answers(rows, rng: random.Random) -> list[tuple[str, str]]:
    """A question, and a window of its context that holds the answer."""
    pairs = []
    for row in rows:
        found = [row["context"].find(a) for a in row["answers"] if a]
        if not row["question"] or not found or min(found) < 0:
            continue
        start = max(0, found[0] - rng.randrange(40, PASSAGE_CHARS - 60))
        pairs.append((row["question"], row["context"][start : start + PASSAGE_CHARS]))
    return pairs


def asked(data: Path, rng: random.Random, across: bool) -> list[tuple[str, str]]:
    """Questions of our own that are trained on, within a language or across: each with a window of
    the text that it was asked of, with its answer where it has one.
    """
    pairs = []
    for row in asked_questions(data):
        if row["part"] != "train" or (row["lang"] != row["context_lang"]) != across:
            continue
        text, most = row["context"], PASSAGE_CHARS * (1 if row["context_lang"] == "zh" else 3)
        found = text.find(row["answers"][0]) if row["answers"] else 0
        start = max(0, found - rng.randrange(40, most - 60)) if found > 0 else 0
        pairs.append((row["question"], f"{row['title']}\n{text[start : start + most]}"))
    return pairs


def glosses(data: Path) -> list[tuple[str, str]]:
    """Each headword with each of its short English glosses."""
    pairs = []
    for row in sets.rows(data, "dictionary"):
        for gloss in row["en"]:
            gloss = PARENTHESES.sub("", gloss).strip(" ,;.")
            gloss = re.sub(r"^(to|a|an|the|to be) ", "", gloss)
            if gloss and gloss.count(" ") < 5 and re.search("[A-Za-z]", gloss):
                pairs.append((row["zh"], gloss))
    return pairs


def word_pairs(entries: list[sets.Entry]) -> dict[str, list[tuple[str, str]]]:
    """Translations and English words: "words" are common ones with all their forms, "terms" names
    and the rest.
    """
    pairs: dict[str, list[tuple[str, str]]] = {"words": [], "terms": []}
    for entry in entries:
        if entry.rank:
            pairs["words"] += [(zh, form) for form in (entry.en, *entry.forms) for zh in entry.zh]
        elif entry.en.count(" ") < 4 and re.search("[A-Za-z]", entry.en):
            pairs["terms"] += [(zh, entry.en) for zh in entry.zh[:2]]
    return pairs


def composition(tokenizer: Tokenizer) -> dict[str, np.ndarray]:
    """What tokens are made of: the stem of an English word, the characters of a Chinese one.

    Returns:
        ``stem`` int64 (V,): number of the stem (Porter 2, from Snowball), the last for tokens
        without one; ``char.ids`` and ``char.offsets``: the characters of each token, by number;
        none for Latin ones.
    """
    import regex
    import snowballstemmer

    stemmer, han = snowballstemmer.stemmer("english"), regex.compile(r"\p{Han}+")
    stems: dict[str, int] = {}
    chars: dict[str, int] = {}
    of, ids, offsets = [], [], [0]
    for token in range(tokenizer.get_vocab_size()):
        piece = tokenizer.id_to_token(token)
        if re.fullmatch("▁[a-z]{4,}", piece):
            stem = stemmer.stemWord(piece[1:])
            # British and American spellings meet in one stem.
            stem = re.sub("our", "or", re.sub("is(?=at|$)", "iz", stem))
            of.append(stems.setdefault(stem, len(stems)))
        else:
            of.append(-1)
        if han.fullmatch(piece):
            ids += [chars.setdefault(c, len(chars)) for c in piece]
        offsets.append(len(ids))
    return {
        "stem": np.array([n if n >= 0 else len(stems) for n in of]),
        "char.ids": np.array(ids),
        "char.offsets": np.array(offsets),
    }


def place_pairs(data: Path) -> list[tuple[str, str]]:
    """Names of provinces, cities and countries in both languages."""
    import json

    pairs = []
    for file, keys in (("divisions", ("zh", "short")), ("countries", ("zh",))):
        for line in open(data / "gazetteer" / f"{file}.jsonl", encoding="utf8"):
            row = json.loads(line)
            if row.get("level") != "county":
                pairs += [(row[key], row["en"]) for key in keys if row[key] and row["en"]] * 2
    return pairs


def tasks(
    data: Path, rng: random.Random, dictionary: Path | None = None
) -> dict[str, list[tuple[str, str]]]:
    """All (query, document) text pairs by task."""
    titled = [
        row for row in sets.rows(data, "titled_news") if row["title"] and len(row["text"]) > 120
    ]
    zh = [row for row in titled if row["lang"] == "zh"]
    en = [row for row in titled if row["lang"] == "en"]
    news = [
        row
        for number, row in enumerate(sets.rows(data, "news_docs"))
        if number % 2 and len(row["text"]) > 120
    ]
    english_sentence = re.compile(r"(?<=[.!?])\s+")
    for row in en:
        row["text"] = english_sentence.sub("\n", row["text"])
    return {
        "parallel": [(row["zh"], row["en"]) for row in sets.rows(data, "parallel")],
        "dictionary": glosses(data) + place_pairs(data),
        "cloze": cloze(news + zh, rng),
        "cloze_en": [pair for _ in range(2) for pair in cloze(en, rng)],
        "title": [(row["title"], row["text"][:PASSAGE_CHARS]) for row in zh],
        "title_en": [(row["title"], row["text"][: 2 * PASSAGE_CHARS]) for row in en],
        "qa": [pair for _ in range(2) for pair in answers(sets.rows(data, "qa"), rng)],
        "asked": asked(data, rng, across=False),
        "asked_across": asked(data, rng, across=True),
        **(word_pairs(list(sets.entries(dictionary))) if dictionary else {}),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--ecdict", type=Path, help="ecdict.csv: more words and names; see training/README.md"
    )
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.work / "tokenizer.json"))
    arrays = {}
    for name, pairs in tasks(
        arguments.data, random.Random(arguments.seed), arguments.ecdict
    ).items():
        for side, texts in (("q", [q for q, _ in pairs]), ("d", [d for _, d in pairs])):
            arrays[f"{name}.{side}.ids"], arrays[f"{name}.{side}.offsets"] = ragged(
                tokenizer, texts
            )
        print(
            name,
            len(pairs),
            f"{len(arrays[f'{name}.q.ids']):,} + {len(arrays[f'{name}.d.ids']):,} tokens",
            flush=True,
        )
    np.savez(arguments.work / "tasks.npz", **arrays)
    np.savez(arguments.work / "composition.npz", **composition(tokenizer))


if __name__ == "__main__":
    main()
