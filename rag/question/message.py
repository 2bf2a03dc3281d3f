"""What a message is: a question to the articles, talk, or a question about the corpus itself.

A network of one hidden layer over the runs of characters and of words of a message (hashed, as in
Weinberger et al., "Feature hashing for large scale multitask learning", 2009; summed, as in Joulin
et al., "Bag of tricks for efficient text classification", 2017) and over the vectors of the whole,
its first and its last two tokens in the embedded model. ``python -m training.talk`` makes its
weights from ``training/talk.tsv``, ``training/corpus.tsv`` and real questions;
``benchmarks/talk.py`` measures it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from collections.abc import Sequence
from importlib import resources
from typing import Any

import numpy as np

from rag.embed.static import StaticModel
from rag.question.script import in_simplified
from rag.question.types import CORPUS, TALK

KINDS = ("question", *TALK, *CORPUS, "dated")  # "dated" lists the articles of a time
BUCKETS = 1 << 13  # that runs are hashed into
RUNS, WORDS = 4, 3  # characters and words of a run, at most
_FILE = "message.safetensors"
ENDS = 2  # tokens of its beginning, and of its end, that have a vector of their own
_SCALE = 4.0, 2.0  # of the runs' sum, and of the vector of the whole
_EMOJI = re.compile("[\u2600-\u27bf\u2b50\U0001f300-\U0001faff]")
_NUMBER, _SIGNS = re.compile(r"\d+"), re.compile(r"[^\w+*/=×÷%^-]+|_")


@functools.lru_cache(maxsize=8)  # a message is asked about as talk and as a question of the corpus
def chances(said: str, model: StaticModel) -> np.ndarray:
    """float32 (len(KINDS),), summing to 1: how likely a message, :func:`reduced`, is of each
    kind.
    """
    kept, found = _kept(), runs(said)
    hidden = kept["runs"][found].sum(0, dtype=np.float32) * weight(len(found))
    hidden += kept["dense"] @ dense([said], model)[0] + kept["dense_bias"]
    odds = kept["kinds"] @ np.maximum(hidden, 0) + kept["kinds_bias"]
    odds = np.exp(odds - odds.max())
    odds /= odds.sum()
    odds.flags.writeable = False
    return odds


def asking_tokens() -> frozenset[int]:
    """The tokens that questions about the corpus ask with, whatever they ask about."""
    return _kept()["asking"]


def reduced(text: str) -> str:
    """A message without marks, with 0 for each number and the name of each emoji."""
    text = _SIGNS.sub(" ", _NUMBER.sub("0", _EMOJI.sub(_named, folded(text))))
    return " ".join(text.split())


def _named(emoji: re.Match[str]) -> str:
    return f" {unicodedata.name(emoji[0], '').lower()} "


def folded(text: str) -> str:
    """A message in simplified characters, half width and small letters, without apostrophes."""
    text = in_simplified(text)
    text = unicodedata.normalize("NFKC", text).lower()
    return text.translate(dict.fromkeys(map(ord, "'’‘`")))


def runs(said: str) -> np.ndarray:
    """The buckets of the runs of characters and words of a reduced message, int64 (n,), each
    once.
    """
    letters, words = f" {said} ", ["^", *said.split(), "$"]
    found = {letters[i : i + n] for n in range(1, RUNS + 1) for i in range(len(letters) - n + 1)}
    for n in range(1, WORDS + 1):
        found |= {f"w{' '.join(words[i : i + n])}" for i in range(len(words) - n + 1)}
    return np.unique([zlib.crc32(run.encode()) % BUCKETS for run in found])


def weight(count: int) -> float:
    """What each of so many runs of a message counts."""
    return _SCALE[0] / count**0.5


def dense(said: Sequence[str], model: StaticModel) -> np.ndarray:
    """The other features of reduced messages, float32 (n, 3 d): vectors of the whole, its first
    and its last tokens.
    """
    ids, offsets = model.encode_ids(said)
    rows = [ids[start:end] for start, end in zip(offsets, offsets[1:])]
    ends = [[row[:ENDS] for row in rows], [row[-ENDS:] for row in rows]]
    vectors = [_SCALE[1] * model.embed_ids(ids, offsets)]
    for parts in ends:
        at = np.cumsum([0, *map(len, parts)]).astype(offsets.dtype)
        vectors.append(model.embed_ids(np.concatenate(parts), at))
    return np.hstack(vectors)


@functools.cache
def _kept() -> dict[str, Any]:
    from safetensors.numpy import load

    kept = load(resources.files("rag.question").joinpath("data", _FILE).read_bytes())
    asking = frozenset(kept.pop("asking").tolist())
    return {name: rows.astype(np.float32) for name, rows in kept.items()} | {"asking": asking}
