"""The lexical features of a text, which BM25 counts: tokens of the static model, bigrams of Chinese
characters, and words.

A feature is a 48-bit number, so that millions of them need no strings. Its top two bits tell its
kind; the others are the token's id, the two code points of the bigram, or a hash of the word.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

import numpy as np
import xxhash

from rag.embed.static import StaticModel

_BIGRAM = np.uint64(1 << 46)
_PAIR_BITS, _TOKEN_BITS = np.uint64(42), np.uint64(22)
_WORD = 2 << 46
_WORD_SHIFT = 64 - 46
_WORDS = re.compile(r"[a-z0-9]+")
# The Chinese characters: CJK ideographs with their extensions, and the signs 々 and 〇.
_HAN_RANGES = (
    (0x3005, 0x3005),
    (0x3007, 0x3007),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)


def is_bigram(feature: int) -> bool:
    """Whether a feature is a bigram of Chinese characters, or one that stands alone."""
    return feature >> 46 == 1


def features(
    texts: Sequence[str], ids: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """All features of some texts, each repeated as often as it occurs.

    Args:
        texts: texts normalized by ``StaticModel.normalize``.
        ids, offsets: the tokens of the same texts, from ``StaticModel.encode_ids``.

    Returns:
        Features (uint64, below 2**48), and for each the position of its text in ``texts`` (int64).
    """
    tokens = ids.astype(np.uint64), np.repeat(np.arange(len(texts)), np.diff(offsets))
    parts = [tokens, _bigrams(texts), _words(texts)]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _bigrams(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of neighbours in each run of Chinese characters, as :func:`features` returns them;
    a run of one character gives that character as a feature.
    """
    # The line break after each text keeps runs from crossing into the next one.
    points = np.frombuffer("".join(f"{text}\n" for text in texts).encode("utf-32-le"), np.uint32)
    owner = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
    han = np.zeros(len(points) + 1, bool)
    for first, last in _HAN_RANGES:
        han[:-1] |= (points >= first) & (points <= last)
    before = np.concatenate([[False], han[:-2]])
    pairs = np.flatnonzero(han[:-1] & han[1:])
    single = np.flatnonzero(han[:-1] & ~han[1:] & ~before)
    wide = points.astype(np.uint64)
    double = _BIGRAM | wide[pairs] << np.uint64(21) | wide[pairs + 1]
    found = np.concatenate([double, _BIGRAM | wide[single]])
    return found, np.concatenate([owner[pairs], owner[single]])


def _words(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The words of the texts, runs of a-z and 0-9, as :func:`features` returns them."""
    found = [_WORDS.findall(text) for text in texts]
    owner = np.repeat(np.arange(len(texts)), [len(words) for words in found])
    hashes = (
        _WORD | xxhash.xxh3_64_intdigest(word.encode()) >> _WORD_SHIFT
        for words in found
        for word in words
    )
    return np.fromiter(hashes, np.uint64, len(owner)), owner


class Inner:
    """Tells which bigrams of Chinese characters lie within the tokens of a model, and how often.

    With it these bigrams are found through the tokens and need no postings of their own
    (:mod:`rag.index.lexical`).
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        """Takes the text of each token, by token id."""
        pairs, owner = _bigrams(pieces)
        real = (pairs ^ _BIGRAM) >> np.uint64(21) > 0  # a run of one character is no pair
        pairs, owner = pairs[real] ^ _BIGRAM, owner[real].astype(np.uint64)
        # Pair and token are packed into one number, so that one sort orders them, either way round.
        by_token = np.sort(owner << _PAIR_BITS | pairs)
        self._by_token = _BIGRAM | by_token & (1 << _PAIR_BITS) - 1
        ids = np.arange(len(pieces) + 1, dtype=np.uint64)
        self._offsets = np.searchsorted(by_token >> _PAIR_BITS, ids)
        by_pair = np.sort(pairs << _TOKEN_BITS | owner)
        first = np.flatnonzero(np.r_[True, by_pair[1:] != by_pair[:-1]][: len(by_pair)])
        self._times = np.diff(np.append(first, len(by_pair)))
        self._pairs = _BIGRAM | by_pair[first] >> _TOKEN_BITS
        self._tokens = (by_pair[first] & (1 << _TOKEN_BITS) - 1).astype(np.int64)

    def of_tokens(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All bigrams within the tokens ``ids`` (n,): for each bigram the position of its token in
        ``ids``, and the feature (uint64).
        """
        begin, counts = self._offsets[ids], np.diff(self._offsets)[ids]
        of = np.repeat(np.arange(len(ids)), counts)
        at = np.repeat(begin - (np.cumsum(counts) - counts), counts) + np.arange(len(of))
        return of, self._by_token[at]

    def holding(self, feature: int) -> Iterable[tuple[int, int]]:
        """The ids of the tokens that contain a bigram, each with how often it does."""
        first, last = np.searchsorted(self._pairs, (np.uint64(feature), np.uint64(feature + 1)))
        return zip(self._tokens[first:last].tolist(), self._times[first:last].tolist(), strict=True)


@functools.lru_cache(maxsize=2)
def inner_of(model: StaticModel) -> Inner:
    """The bigrams within the tokens of a model; computed once per model."""
    return Inner([model.piece(token) for token in range(model.size)])
