"""Classifies a message: a question to the articles, talk, or a question about the corpus itself.

The classifier is a network with one hidden layer. Its inputs are the character and word n-grams of
the message (hashed, as in Weinberger et al., "Feature hashing for large scale multitask learning",
2009; summed, as in Joulin et al., "Bag of tricks for efficient text classification", 2017), and
the vectors, from the embedded model, of the whole message, its first two and its last two tokens.
``python -m training.talk`` trains the weights on ``training/talk.tsv``, ``training/corpus.tsv`` and
real questions; ``benchmarks/talk.py`` measures the classifier.
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
from rag.question.types import CORPUS_KINDS, TALK_KINDS

# "dated" asks for the articles of a time.
MESSAGE_KINDS = ("question", *TALK_KINDS, *CORPUS_KINDS, "dated")
HASH_BUCKETS = 1 << 13  # number of buckets for the hashed n-grams
_MAX_CHARACTER_NGRAM, _MAX_WORD_NGRAM = 4, 3  # longest n-grams, in characters and in words
_FILE = "message.safetensors"
_END_TOKENS = 2  # number of tokens in the vector of the beginning, and in that of the end
_SCALE = 4.0, 2.0  # factors of the summed n-grams, and of the vector of the whole message
_EMOJI = re.compile("[\u2600-\u27bf\u2b50\U0001f300-\U0001faff]")
_NUMBER, _SIGNS = re.compile(r"\d+"), re.compile(r"[^\w+*/=×÷%^-]+|_")


@functools.lru_cache(maxsize=8)  # the same message is checked for talk and for a corpus question
def chances(message: str, model: StaticModel) -> np.ndarray:
    """The probability of each of the k ``MESSAGE_KINDS`` for a message, float32 (k,), summing to 1.

    Args:
        message: the message as :func:`reduced` returns it.
        model: the embedded model.
    """
    weights, found = _weights(), runs(message)
    hidden = weights["runs"][found].sum(0, dtype=np.float32) * weight(len(found))
    hidden += weights["dense"] @ dense([message], model)[0] + weights["dense_bias"]
    odds = weights["kinds"] @ np.maximum(hidden, 0) + weights["kinds_bias"]
    odds = np.exp(odds - odds.max())
    odds /= odds.sum()
    odds.flags.writeable = False
    return odds


def asking_tokens() -> frozenset[int]:
    """Ids of the tokens that act as question words in questions about the corpus."""
    return _weights()["asking"]


def reduced(text: str) -> str:
    """Normalises a message: no punctuation, 0 for each number, its name for each emoji."""
    named = _EMOJI.sub(lambda one: f" {unicodedata.name(one[0], '').lower()} ", folded(text))
    return " ".join(_SIGNS.sub(" ", _NUMBER.sub("0", named)).split())


def folded(text: str) -> str:
    """A message in simplified characters, half width and lower case, without apostrophes."""
    text = in_simplified(text)
    text = unicodedata.normalize("NFKC", text).lower()
    return text.translate(dict.fromkeys(map(ord, "'’‘`")))


def runs(message: str) -> np.ndarray:
    """The distinct buckets of all character and word n-grams of a reduced message, int64 (n,)."""
    letters, words = f" {message} ", ["^", *message.split(), "$"]
    found = {
        letters[i : i + n]
        for n in range(1, _MAX_CHARACTER_NGRAM + 1)
        for i in range(len(letters) - n + 1)
    }
    for n in range(1, _MAX_WORD_NGRAM + 1):
        found |= {f"w{' '.join(words[i : i + n])}" for i in range(len(words) - n + 1)}
    return np.unique([zlib.crc32(run.encode()) % HASH_BUCKETS for run in found])


def weight(count: int) -> float:
    """The weight of each n-gram of a message with ``count`` of them."""
    return _SCALE[0] / count**0.5


def dense(messages: Sequence[str], model: StaticModel) -> np.ndarray:
    """The dense features of reduced messages, float32 (n, 3 d).

    These are the vectors of the whole message, of its first and of its last tokens.
    """
    ids, offsets = model.encode_ids(messages)
    rows = [ids[start:end] for start, end in zip(offsets, offsets[1:])]
    ends = [[row[:_END_TOKENS] for row in rows], [row[-_END_TOKENS:] for row in rows]]
    vectors = [_SCALE[1] * model.embed_ids(ids, offsets)]
    for parts in ends:
        at = np.cumsum([0, *map(len, parts)]).astype(offsets.dtype)
        vectors.append(model.embed_ids(np.concatenate(parts), at))
    return np.hstack(vectors)


@functools.cache
def _weights() -> dict[str, Any]:
    """The weights of the classifier by name, and the asking tokens under "asking"."""
    from safetensors.numpy import load

    weights = load(resources.files("rag.question").joinpath("data", _FILE).read_bytes())
    asking = frozenset(weights.pop("asking").tolist())
    return {name: rows.astype(np.float32) for name, rows in weights.items()} | {"asking": asking}
