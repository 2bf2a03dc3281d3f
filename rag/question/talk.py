"""Messages that are no question to the articles: greetings, thanks, "who are you", "write a poem".

A multinomial logistic regression over the runs of characters and of words of a message (hashed, as
in Weinberger et al., "Feature hashing for large scale multitask learning", 2009) and its vector in
the embedded model. ``python -m training.talk`` makes its weights, from ``training/talk.tsv`` and
real questions; ``benchmarks/talk.tsv`` measures it.
"""

from __future__ import annotations

import functools
import re
import zlib
from importlib import resources

import numpy as np

from rag.embed.static import StaticModel
from rag.question.messages import folded

# What a message may be; of several at once the kind that stands first is answered. ``other`` is
# work that is not done here (translating, writing, sums, opinions), ``chat`` is small talk.
TALK = (
    "who", "can", "add", "other", "chat", "complaint", "bye", "thanks", "praise", "stop", "hello",
    "ok",
)  # fmt: skip
LONGEST = 100  # characters of a message; what is longer says something
# The least probability of talk: of 2,500 questions that the weights were not made from .4 % have it.
LEAST = 0.2
BUCKETS = 1 << 13  # that runs are hashed into
RUNS, WORDS = 4, 3  # characters and words of a run, at most
_FILE = "talk.safetensors"
_SCALE = 4.0, 2.0  # of the runs' vector, and of the embedded model's: what regularisation spares
_NUMBER, _SIGNS = re.compile(r"\d+"), re.compile(r"[^\w+*/=×÷%^-]+|_")
_TITLE = re.compile(r"《[^》]+》")  # "《你好，李焕英》票房多少？"


def talk_of(text: str, model: StaticModel) -> str:
    """Which of ``TALK`` a cleaned message is, or "" for a question.

    Args:
        text: the message.
        model: the embedded model.
    """
    if len(text) > LONGEST or _TITLE.search(text):
        return ""
    said = plain(text)
    if not said:
        return "other"  # nothing but marks
    odds = _scores(said, model)
    odds = np.exp(odds - odds.max())
    return "" if odds[1:].sum() < LEAST * odds.sum() else TALK[int(odds[1:].argmax())]


def plain(text: str) -> str:
    """A message without marks, with 0 for each number."""
    return _SIGNS.sub(" ", _NUMBER.sub("0", folded(text))).strip()


def runs(said: str) -> np.ndarray:
    """The buckets of the runs of characters and words of a plain message, int64 (n,), each once."""
    letters, words = f" {said} ", ["^", *said.split(), "$"]
    found = {letters[i : i + n] for n in range(1, RUNS + 1) for i in range(len(letters) - n + 1)}
    for n in range(1, WORDS + 1):
        found |= {f"w{' '.join(words[i : i + n])}" for i in range(len(words) - n + 1)}
    return np.unique([zlib.crc32(run.encode()) % BUCKETS for run in found])


def weight(count: int) -> float:
    """What each of so many runs of a message counts."""
    return _SCALE[0] / count**0.5


def dense(said: list[str], model: StaticModel) -> np.ndarray:
    """The other features of plain messages, float32 (n, d + 1): their vectors, and 1."""
    vectors = _SCALE[1] * model.embed_passages(said)
    return np.hstack([vectors, np.ones((len(said), 1), np.float32)])


def _scores(said: str, model: StaticModel) -> np.ndarray:
    """float32 (1 + len(TALK),): log-odds of a question and of each kind of talk."""
    weights, found = _weights(), runs(said)
    sparse = weights[found].sum(0) * weight(len(found))
    return sparse + dense([said], model)[0] @ weights[BUCKETS:]


@functools.cache
def _weights() -> np.ndarray:
    from safetensors.numpy import load

    data = resources.files("rag.question").joinpath("data", _FILE).read_bytes()
    return load(data)["weights"].astype(np.float32)
