"""A sentence laid beside its evidence, token by token: what the network of the check reads.

The cosines are those of the embedded model, in which both languages are one space. Of long evidence
only the sentences that cover most of the sentence go to the network; what is anywhere is in the
features of its tokens.
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

SENTENCE, KEPT = 96, 400  # tokens of a sentence and of its evidence that are read
SENTENCES = 8  # of the evidence, that are read
FEATURES, OVERALL = 18, 12  # of a token, and of a sentence as a whole
_STOP, _LINE = (GAPS.index(name) for name in ("stop", "line"))
_MARKS = re.compile(r"[\W_]+")
_LONGEST = 5  # characters of an abbreviation


@dataclass(frozen=True, slots=True, eq=False)
class EncodedText:
    """A text of the evidence, encoded; kept for the next sentence about it.

    Attributes:
        tokens: its tokens.
        sentence: the number of the sentence that each stands in, int64 (t,).
        denial: 1 for tokens that deny, 2 for those that are denied, uint8 (t,).
        text: as given.
    """

    text: str
    tokens: Encoded
    sentence: np.ndarray
    denial: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A sentence beside its evidence.

    Attributes:
        tokens: those of the sentence.
        features: float32 (n, FEATURES), see :func:`_features`.
        denial: as in :class:`EncodedText`, of the sentence.
        kept: the tokens of the evidence that the network reads.
        kept_denial: as in :class:`EncodedText`.
        best: bool, the kept tokens of the one sentence that covers most.
        overall: float32 (OVERALL,).
        best_texts: the two sentences of the evidence that come nearest.
    """

    tokens: Encoded
    features: np.ndarray
    denial: np.ndarray
    kept: Encoded
    kept_denial: np.ndarray
    best: np.ndarray
    overall: np.ndarray
    best_texts: tuple[str, ...] = ()


@functools.lru_cache(maxsize=256)
def source(model: StaticModel, text: str) -> EncodedText:
    """A text as evidence."""
    (tokens,) = encode(model, [text])
    sentence = np.cumsum(np.isin(tokens.gaps, (_STOP, _LINE)))
    return EncodedText(text, tokens, sentence, _denial(text, tokens.spans))


def _touched(spans: np.ndarray, start: int, end: int) -> slice:
    """The tokens that share a character with ``text[start:end]``."""
    first, last = np.searchsorted(spans[:, 1], start, "right"), np.searchsorted(spans[:, 0], end)
    return slice(int(first), int(last))


def _denial(text: str, spans: np.ndarray) -> np.ndarray:
    out = np.zeros(len(spans), np.uint8)
    if len(spans):
        for start, end, reach in denials(text):
            out[_touched(spans, end, reach)] = 2
            out[_touched(spans, start, end)] = 1
    return out


def align(
    model: StaticModel, sentence: str, evidence: Sequence[str], facts: Sequence[Fact]
) -> Aligned | None:
    """The sentence beside its evidence; None where either has no token that the model knows."""
    tokens = encode(model, [sentence])[0].part(0, SENTENCE)
    sources = [one for text in evidence if len((one := source(model, text)).tokens)]
    if not len(tokens) or not sources:
        return None
    laid = _Laid(model, tokens, sources)
    denial = _denial(sentence, tokens.spans)
    features = _features(sentence, tokens, facts, laid)
    features[:, 13], features[:, 14] = denial == 1, denial == 2
    rows, best = laid.kept()
    there = laid.there
    kept = Encoded(there.ids[rows], there.spans[rows], there.gaps[rows], there.shapes[rows])
    scripts = has_chinese(sentence), has_chinese("".join(evidence))
    overall = _overall(features, denial, laid, scripts)
    return Aligned(
        tokens, features, denial, kept, laid.denial[rows], best, overall, tuple(laid.best_texts(2))
    )


class _Laid:
    """Every token of a sentence beside every token of its evidence.

    Attributes:
        there: the tokens of the evidence, of all texts one after the other.
        denial: as in :class:`EncodedText`.
        ends: where each sentence of the evidence begins in ``there``, and the end of the last.
        said: how much each token of the sentence says, float32 (n,).
        near: cosines (n, t); those of compounds of the evidence raised to the best of their parts.
        by_sentence: the best of them in each sentence of the evidence (n, sentences).
        known: whether each token of the sentence is a token of the evidence, bool (n,).
        order: the numbers of at most ``SENTENCES`` sentences, those first that cover most of what
            is said beside the ones before them.
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
        vectors, self.said = model.token_vectors(tokens.ids)
        unique, of = np.unique(self.there.ids, return_inverse=True)
        longer, begin = model.with_parts(unique, np.arange(len(unique)))
        cosines = vectors @ model.token_vectors(longer)[0].T
        self.near = np.maximum.reduceat(cosines, begin, axis=1)[:, of]
        self.by_sentence = np.maximum.reduceat(self.near, starts, axis=1)
        self.known = np.isin(tokens.ids, unique)
        self.order = self._order()

    def _order(self) -> np.ndarray:
        weighted = np.maximum(self.by_sentence, 0) ** 2 * self.said[:, None]
        first = int(weighted.sum(0).argmax())
        order, covered = [first], weighted[:, first]
        while len(order) < min(SENTENCES, weighted.shape[1]):
            gain = np.maximum(weighted - covered[:, None], 0).sum(0) + 0.05 * weighted.sum(0)
            gain[order] = -1
            order.append(int(gain.argmax()))
            covered = np.maximum(covered, weighted[:, order[-1]])
        return np.array(order)

    def kept(self) -> tuple[np.ndarray, np.ndarray]:
        """The tokens that the network reads, and which of them stand in the best sentence."""
        sizes, total = np.diff(self.ends), 0
        chosen: list[int] = []
        for one in self.order.tolist():
            if not chosen or total + sizes[one] <= KEPT:
                chosen.append(one)
                total += int(sizes[one])
        of = np.searchsorted(self.ends[:-1], np.arange(len(self._number)), "right") - 1
        rows = np.flatnonzero(np.isin(of, chosen))
        return rows, of[rows] == self.order[0]

    def best_texts(self, count: int) -> list[str]:
        """The texts of the first sentences in ``order``."""
        out = []
        for one in self.order[:count].tolist():
            first, last = self.ends[one], self.ends[one + 1] - 1
            of = int(np.searchsorted(self._counts, self._number[first], "right")) - 1
            start, end = self.there.spans[first, 0], self.there.spans[last, 1]
            out.append(self._sources[of].text[start:end])
        return out

    def plain(self) -> str:
        """All texts, folded, marks left out."""
        return "\n".join(_plain(one.text) for one in self._sources)


@functools.lru_cache(maxsize=512)
def _plain(text: str) -> str:
    return _MARKS.sub(" ", fold(text))


def _features(sentence: str, tokens: Encoded, facts: Sequence[Fact], laid: _Laid) -> np.ndarray:
    """float32 (n, FEATURES): of each token of the sentence.

    0-2 its best cosine, anywhere, in the best sentence, in the two best; 3 the token stands there;
    4, 5 its characters do, anywhere and in the best sentence; 6 they do with those before; 7 how
    much it says; 8-10 the state of the fact that it belongs to; 11, 12 the same or the opposite of
    a word is there; 13, 14 it denies or is denied; 15 what it is likest is denied; 16 it is an
    abbreviation; 17 how far what it is likest lies from what the token before is likest.
    """
    out = np.zeros((len(tokens), FEATURES), np.float32)
    out[:, 0] = laid.near.max(1)
    out[:, 1] = laid.by_sentence[:, laid.order[0]]
    out[:, 2] = laid.by_sentence[:, laid.order[:2]].max(1)
    out[:, 3] = laid.known
    _written(out, sentence, tokens, laid)
    out[:, 7] = np.log1p(laid.said)
    for fact in facts:
        out[_touched(tokens.spans, fact.start, fact.end), 7 + fact.state] = 1
    out[out[:, 8] > 0, :7] = 1  # what stands there by what it says, stands there
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
    """Fills the features 4, 5, 6 and 16: what stands in the evidence as it is written."""
    folded, plain, best = fold(sentence), laid.plain(), _plain(laid.best_texts(1)[0])
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
    """Whether a word shortens a name of the text: 发改委 of 国家发展和改革委员会."""
    if not 2 <= len(word) <= _LONGEST or any(c not in text for c in word):
        return False
    return re.search(".{0,4}?".join(map(re.escape, word)), text) is not None


def _overall(
    features: np.ndarray, denial: np.ndarray, laid: _Laid, scripts: tuple[bool, bool]
) -> np.ndarray:
    """float32 (OVERALL,): shares of what is said, how often it is denied, and whether it is
    Chinese, here and there.
    """
    share = laid.said / laid.said.sum()
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
