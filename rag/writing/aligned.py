"""Aligns a sentence with its evidence, token by token: the input of the check's network.

The cosines are those of the embedded model, whose vector space is the same for both languages. Of
long evidence the network reads only the sentences that cover most of the checked sentence. The
features of the tokens are computed on all evidence.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus.gazetteer import fold
from rag.embed.static import StaticModel
from rag.question.script import has_chinese
from rag.reader.encode import GAPS, Encoded, encode, joined
from rag.writing.facts import Fact
from rag.writing.opposites import denials, poles

# Tokens that the network reads at most, of each side.
_MAX_SENTENCE_TOKENS, _MAX_EVIDENCE_TOKENS = 96, 400
_MAX_EVIDENCE_SENTENCES = 8  # maximum sentences of the evidence that the network reads
# Number of features of a token, and of the sentence as a whole.
CHECKER_TOKEN_FEATURES, CHECKER_SENTENCE_FEATURES = 18, 12
_STOP, _LINE = (GAPS.index(name) for name in ("stop", "line"))
_MARKS = re.compile(r"[\W_]+")
_LONGEST = 5  # maximum characters of an abbreviation


@dataclass(frozen=True, slots=True, eq=False)
class EncodedText:
    """A text of the evidence, encoded.

    Attributes:
        text: the text.
        tokens: its t tokens.
        sentence: the number of the sentence in which each token stands, int64 (t,).
        denial: 1 for tokens that deny, 2 for tokens that are denied, else 0, uint8 (t,).
    """

    text: str
    tokens: Encoded
    sentence: np.ndarray
    denial: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A sentence aligned with its evidence: n tokens beside the k of the evidence that are kept.

    Attributes:
        tokens: the tokens of the sentence.
        features: of these tokens, float32 (n, CHECKER_TOKEN_FEATURES), see :func:`_features`.
        denial: of these tokens, as in :class:`EncodedText`, uint8 (n,).
        evidence_tokens: the tokens of the evidence that the network reads.
        evidence_denial: of these tokens, as in :class:`EncodedText`, uint8 (k,).
        best: whether each kept token is in the sentence that covers most, bool (k,).
        overall: features of the sentence as a whole, float32 (CHECKER_SENTENCE_FEATURES,),
            see :func:`_overall`.
        best_texts: the two sentences of the evidence that cover most, the best first.
    """

    tokens: Encoded
    features: np.ndarray
    denial: np.ndarray
    evidence_tokens: Encoded
    evidence_denial: np.ndarray
    best: np.ndarray
    overall: np.ndarray
    best_texts: tuple[str, ...] = ()


@functools.lru_cache(maxsize=256)
def source(model: StaticModel, text: str) -> EncodedText:
    """Encodes a text of the evidence; cached, as many sentences are checked against it."""
    (tokens,) = encode(model, [text])
    sentence = np.cumsum(np.isin(tokens.gaps, (_STOP, _LINE)))
    return EncodedText(text, tokens, sentence, _denial(text, tokens.spans))


def _touched(spans: np.ndarray, start: int, end: int) -> slice:
    """Returns the slice of the tokens that share a character with ``text[start:end]``."""
    first, last = np.searchsorted(spans[:, 1], start, "right"), np.searchsorted(spans[:, 0], end)
    return slice(int(first), int(last))


def _denial(text: str, spans: np.ndarray) -> np.ndarray:
    """Returns the ``denial`` of :class:`EncodedText` for the tokens at ``spans`` (t, 2)."""
    out = np.zeros(len(spans), np.uint8)
    if len(spans):
        for start, end, reach in denials(text):
            out[_touched(spans, end, reach)] = 2
            out[_touched(spans, start, end)] = 1
    return out


def align(
    model: StaticModel, sentence: str, evidence: Sequence[str], facts: Sequence[Fact]
) -> Aligned | None:
    """Aligns a sentence with its evidence; None if either has no token that the model knows."""
    tokens = encode(model, [sentence])[0].part(0, _MAX_SENTENCE_TOKENS)
    sources = [one for text in evidence if len((one := source(model, text)).tokens)]
    if not len(tokens) or not sources:
        return None
    laid = _Laid(model, tokens, sources)
    denial = _denial(sentence, tokens.spans)
    features = _features(sentence, tokens, facts, laid)
    features[:, 13], features[:, 14] = denial == 1, denial == 2
    rows, best = laid.chosen_rows()
    there = laid.there
    kept = Encoded(there.ids[rows], there.spans[rows], there.gaps[rows], there.shapes[rows])
    scripts = has_chinese(sentence), has_chinese("".join(evidence))
    overall = _overall(features, denial, laid, scripts)
    denied, texts = laid.denial[rows], tuple(laid.best_texts(2))
    return Aligned(tokens, features, denial, kept, denied, best, overall, texts)


class _Laid:
    """Compares every token of a sentence (n) with every token of its evidence (t).

    Attributes:
        there: the tokens of the evidence, of all texts one after the other.
        denial: of these tokens, as in :class:`EncodedText`, uint8 (t,).
        ends: where each sentence of the evidence begins in ``there``, and the end of the last.
        weights: the embedded model's weight of each token of the sentence, float32 (n,).
        near: cosines (n, t); for a compound in the evidence the best of its own and its parts'.
        by_sentence: the best cosine in each sentence of the evidence (n, sentences).
        known: whether each token of the sentence is also a token of the evidence, bool (n,).
        order: the numbers of at most ``_MAX_EVIDENCE_SENTENCES`` sentences of the evidence: first
            the one that covers most, then always the one that adds most to those before it.
    """

    def __init__(self, model: StaticModel, tokens: Encoded, sources: Sequence[EncodedText]):
        self._sources = sources
        self.there = joined(*[one.tokens for one in sources])
        self._counts = np.cumsum([0, *(int(one.sentence[-1]) + 1 for one in sources)])
        numbers = [one.sentence + shift for one, shift in zip(sources, self._counts)]
        self._number = np.concatenate(numbers)
        self.denial = np.concatenate([one.denial for one in sources])
        starts = np.flatnonzero(np.r_[True, np.diff(self._number) > 0])
        self.ends = np.r_[starts, len(self._number)]
        vectors, self.weights = model.token_vectors(tokens.ids)
        unique, of = np.unique(self.there.ids, return_inverse=True)
        longer, begin = model.with_parts(unique, np.arange(len(unique)))
        cosines = vectors @ model.token_vectors(longer)[0].T
        self.near = np.maximum.reduceat(cosines, begin, axis=1)[:, of]
        self.by_sentence = np.maximum.reduceat(self.near, starts, axis=1)
        self.known = np.isin(tokens.ids, unique)
        self.order = self._order()

    def _order(self) -> np.ndarray:
        """Chooses ``order`` greedily; a token is covered by its squared cosine times its weight."""
        weighted = np.maximum(self.by_sentence, 0) ** 2 * self.weights[:, None]
        first = int(weighted.sum(0).argmax())
        order, covered = [first], weighted[:, first]
        while len(order) < min(_MAX_EVIDENCE_SENTENCES, weighted.shape[1]):
            gain = np.maximum(weighted - covered[:, None], 0).sum(0) + 0.05 * weighted.sum(0)
            gain[order] = -1
            order.append(int(gain.argmax()))
            covered = np.maximum(covered, weighted[:, order[-1]])
        return np.array(order)

    def chosen_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns the rows of ``there`` to keep, and which of them are in the best sentence.

        Sentences are taken in ``order`` while they fit into ``_MAX_EVIDENCE_TOKENS``, the
        first always.
        """
        sizes, total = np.diff(self.ends), 0
        chosen: list[int] = []
        for one in self.order.tolist():
            if not chosen or total + sizes[one] <= _MAX_EVIDENCE_TOKENS:
                chosen.append(one)
                total += int(sizes[one])
        of = np.searchsorted(self.ends[:-1], np.arange(len(self._number)), "right") - 1
        rows = np.flatnonzero(np.isin(of, chosen))
        return rows, of[rows] == self.order[0]

    def best_texts(self, count: int) -> list[str]:
        """Returns the texts of the first ``count`` sentences in ``order``."""
        out = []
        for one in self.order[:count].tolist():
            first, last = self.ends[one], self.ends[one + 1] - 1
            of = int(np.searchsorted(self._counts, self._number[first], "right")) - 1
            start, end = self.there.spans[first, 0], self.there.spans[last, 1]
            out.append(self._sources[of].text[start:end])
        return out

    def plain(self) -> str:
        """Returns all texts of the evidence, normalised by :func:`plain_words`."""
        return "\n".join(_plain_evidence(one.text) for one in self._sources)


def plain_words(text: str) -> str:
    """Returns a text folded, with spaces instead of punctuation."""
    return _MARKS.sub(" ", fold(text))


_plain_evidence = functools.lru_cache(maxsize=512)(plain_words)


def _features(sentence: str, tokens: Encoded, facts: Sequence[Fact], laid: _Laid) -> np.ndarray:
    """Computes the features of each token of the sentence, float32 (n, CHECKER_TOKEN_FEATURES).

    0-2: its best cosine in all evidence, in the best sentence, and in the two best.
    3: whether the evidence contains the token.
    4, 5: whether its characters are in the evidence, and in the best sentence.
    6: whether they are in the evidence together with the token before.
    7: log(1 + its weight).
    8-10: one-hot, the state of the fact that it belongs to: SUPPORTED, UNSUPPORTED, UNDECIDED.
    11, 12: it has an opposite, and the two best sentences contain the same side, or only the other.
    13, 14: whether it denies, or is denied; :func:`align` fills these in.
    15: whether the token of the evidence nearest to it is denied.
    16: whether it abbreviates a name in the evidence.
    17: distance between the nearest tokens of it and of the token before, 0 to 1 (50 tokens).
    """
    out = np.zeros((len(tokens), CHECKER_TOKEN_FEATURES), np.float32)
    out[:, 0] = laid.near.max(1)
    out[:, 1] = laid.by_sentence[:, laid.order[0]]
    out[:, 2] = laid.by_sentence[:, laid.order[:2]].max(1)
    out[:, 3] = laid.known
    _written(out, sentence, tokens, laid)
    out[:, 7] = np.log1p(laid.weights)
    for fact in facts:
        out[_touched(tokens.spans, fact.start, fact.end), 7 + fact.state] = 1
    out[out[:, 8] > 0, :7] = 1  # a fact that stands counts as present, however written
    there = {(one.pair, one.side) for text in laid.best_texts(2) for one in poles(text)}
    for one in poles(sentence):
        where = _touched(tokens.spans, one.start, one.end)
        if (one.pair, one.side) in there:
            out[where, 11] = 1
        elif (one.pair, -one.side) in there:
            out[where, 12] = 1
    likest = laid.near.argmax(1)
    out[:, 15] = laid.denial[likest] == 2
    out[1:, 17] = np.minimum(np.abs(np.diff(likest)), 50) / 50
    return out


def _written(out: np.ndarray, sentence: str, tokens: Encoded, laid: _Laid) -> None:
    """Fills in the features 4, 5, 6 and 16, which compare characters."""
    folded, plain, best = fold(sentence), laid.plain(), plain_words(laid.best_texts(1)[0])
    for at, (start, end) in enumerate(tokens.spans.tolist()):
        word = folded[start:end].strip()
        form = f" {word}" if word.isascii() else word
        out[at, 4] = form in plain or plain.startswith(word)
        out[at, 5] = form in best or best.startswith(word)
        if at:
            before = folded[tokens.spans[at - 1, 0] : end]
            out[at, 6] = _MARKS.sub(" ", before) in plain
            out[at, 16] = not out[at, 3] and not word.isascii() and _short(word, plain)


def _short(word: str, text: str) -> bool:
    """Whether a word abbreviates a name in the text, as 发改委 does 国家发展和改革委员会."""
    if not 2 <= len(word) <= _LONGEST or any(c not in text for c in word):
        return False
    return re.search(".{0,4}?".join(map(re.escape, word)), text) is not None


def _overall(
    features: np.ndarray, denial: np.ndarray, laid: _Laid, scripts: tuple[bool, bool]
) -> np.ndarray:
    """Computes the features of the sentence as a whole, float32 (CHECKER_SENTENCE_FEATURES,).

    In this order: the means, weighted by ``weights``, of the token features 0-4 and 9
    (UNSUPPORTED); whether only the opposite of a word is there (12); how many tokens deny in the
    sentence and in the best sentence of the evidence, at most 3, divided by 3; whether each side is
    Chinese (``scripts``); and log(tokens of the evidence) / 8.
    """
    share = laid.weights / laid.weights.sum()
    best = laid.denial[laid.ends[laid.order[0]] : laid.ends[laid.order[0] + 1]]
    return np.array(
        [
            *(share @ features[:, column] for column in (0, 1, 2, 3, 4, 9)),
            features[:, 12].max(),
            *(min((found == 1).sum(), 3) / 3 for found in (denial, best)),
            *scripts,
            np.log(len(laid.there)) / 8,
        ],
        np.float32,
    )
