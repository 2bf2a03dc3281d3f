"""What a message is: a question to the articles, talk, or a question about the corpus itself.

A multinomial logistic regression over the runs of characters and of words of a message (hashed, as
in Weinberger et al., "Feature hashing for large scale multitask learning", 2009) and its vector in
the embedded model. ``python -m training.talk`` makes its weights from ``training/talk.tsv``,
``training/corpus.tsv`` and real questions; ``benchmarks/talk.py`` measures it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from collections.abc import Sequence
from importlib import resources

import numpy as np

from rag.embed.static import StaticModel
from rag.question.script import is_traditional, simplified
from rag.question.types import CORPUS, TALK

KINDS = ("question", *TALK, *CORPUS, "dated")  # "dated" lists the articles of a time
BUCKETS = 1 << 13  # that runs are hashed into
RUNS, WORDS = 4, 3  # characters and words of a run, at most
_FILE = "message.safetensors"
_SCALE = 4.0, 2.0  # of the runs' vector, and of the embedded model's: what regularisation spares
_NUMBER, _SIGNS = re.compile(r"\d+"), re.compile(r"[^\w+*/=×÷%^-]+|_")


@functools.lru_cache(maxsize=8)  # a message is asked about as talk and as a question of the corpus
def chances(said: str, model: StaticModel) -> np.ndarray:
    """float32 (len(KINDS),), summing to 1: how likely a message, :func:`reduced`, is of each
    kind.
    """
    weights, found = _kept()["weights"], runs(said)
    odds = weights[found].sum(0) * weight(len(found)) + dense([said], model)[0] @ weights[BUCKETS:]
    odds = np.exp(odds - odds.max())
    odds /= odds.sum()
    odds.flags.writeable = False
    return odds


def asking_tokens() -> frozenset[int]:
    """The tokens that questions about the corpus ask with, whatever they ask about."""
    return _kept()["asking"]


def reduced(text: str) -> str:
    """A message without marks, with 0 for each number."""
    return _SIGNS.sub(" ", _NUMBER.sub("0", folded(text))).strip()


def folded(text: str) -> str:
    """A message in simplified characters, half width and small letters, without apostrophes."""
    text = simplified(text) if is_traditional(text) else text
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
    """The other features of reduced messages, float32 (n, d + 1): their vectors, and 1."""
    vectors = _SCALE[1] * model.embed_passages(said)
    return np.hstack([vectors, np.ones((len(said), 1), np.float32)])


@functools.cache
def _kept() -> dict:
    from safetensors.numpy import load

    kept = load(resources.files("rag.question").joinpath("data", _FILE).read_bytes())
    return {
        "weights": kept["weights"].astype(np.float32),
        "asking": frozenset(kept["asking"].tolist()),
    }
