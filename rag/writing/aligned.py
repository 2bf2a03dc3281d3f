"""A sentence laid beside its evidence, token by token: what the network of the check reads.

The cosines are those of the embedded model, in which both languages are one space. Of long evidence only the
sentences that cover most of the sentence go to the network; what is anywhere is in the features of its tokens.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus.places import fold
from rag.embed.static import StaticModel
from rag.question.script import has_chinese
from rag.reader.encode import GAPS, Encoded, encode
from rag.writing.facts import Evidence, Fact
from rag.writing.opposites import denials, poles

SENTENCE, KEPT, SENTENCES = (
    96,
    400,
    8,
)  # tokens of a sentence and of evidence, and sentences of evidence, that are read
FEATURES, OVERALL = 18, 12  # of a token, and of a sentence as a whole
_STOP, _LINE, _COMMA = (GAPS.index(name) for name in ("stop", "line", "comma"))
_MARKS = re.compile(r"[\W_]+")
_LONGEST = 5  # characters of an abbreviation


@dataclass(frozen=True, slots=True, eq=False)
class Source:
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
        denial: as in :class:`Source`, of the sentence.
        kept: the tokens of the evidence that the network reads.
        kept_denial: as in :class:`Source`.
        best: bool, the kept tokens of the one sentence that covers most.
        overall: float32 (OVERALL,).
    """

    tokens: Encoded
    features: np.ndarray
    denial: np.ndarray
    kept: Encoded
    kept_denial: np.ndarray
    best: np.ndarray
    overall: np.ndarray


@functools.lru_cache(maxsize=256)
def source(model: StaticModel, text: str) -> Source:
    """A text as evidence."""
    (tokens,) = encode(model, [text])
    return Source(
        text, tokens, np.cumsum(np.isin(tokens.gaps, (_STOP, _LINE))), _denial(text, tokens.spans)
    )


def _touched(spans: np.ndarray, start: int, end: int) -> slice:
    """The tokens that share a character with ``text[start:end]``."""
    return slice(
        int(np.searchsorted(spans[:, 1], start, "right")),
        int(np.searchsorted(spans[:, 0], end, "left")),
    )


def _denial(text: str, spans: np.ndarray) -> np.ndarray:
    out = np.zeros(len(spans), np.uint8)
    if len(spans):
        for start, end, reach in denials(text):
            out[_touched(spans, end, reach)] = 2
            out[_touched(spans, start, end)] = 1
    return out


def _join(parts: Sequence[Encoded]) -> Encoded:
    return Encoded(
        *(
            np.concatenate([getattr(one, name) for one in parts])
            for name in ("ids", "spans", "gaps", "shapes")
        )
    )


def align(
    model: StaticModel, sentence: str, evidence: Sequence[str], facts: Sequence[Fact]
) -> Aligned | None:
    """The sentence beside its evidence; None where either has no token that the model knows."""
    tokens = encode(model, [sentence])[0].part(0, SENTENCE)
    sources = [one for text in evidence if len((one := source(model, text)).tokens)]
    if not len(tokens) or not sources:
        return None
    there = _join([one.tokens for one in sources])
    counts = np.cumsum([0, *(int(one.sentence[-1]) + 1 for one in sources)])
    number = np.concatenate([one.sentence + shift for one, shift in zip(sources, counts)])
    denial = np.concatenate([one.denial for one in sources])
    near, said, known = _cosines(model, tokens, there.ids)
    starts = np.flatnonzero(np.r_[True, np.diff(number) > 0])
    by_sentence = np.maximum.reduceat(near, starts, axis=1)  # (n, sentences)
    order = _order(by_sentence, said)
    chosen = _chosen(order, np.diff(np.r_[starts, len(number)]))
    rows = np.flatnonzero(
        np.isin(np.searchsorted(starts, np.arange(len(number)), "right") - 1, chosen)
    )
    group = np.searchsorted(starts, rows, "right") - 1
    ends = np.r_[starts, len(number)]
    texts = _texts(sources, counts, there, number, ends, order[:2])
    features = _features(
        model, sentence, tokens, facts, near, by_sentence, order, said, denial, _Surface(sources, texts, known), there
    )  # fmt: skip
    own = _denial(sentence, tokens.spans)
    features[:, 13], features[:, 14] = own == 1, own == 2
    kept = Encoded(there.ids[rows], there.spans[rows], there.gaps[rows], there.shapes[rows])
    overall = _overall(features, said, own, denial, ends, order, sentence, evidence, len(number))
    return Aligned(tokens, features, own, kept, denial[rows], group == order[0], overall)


def _cosines(
    model: StaticModel, tokens: Encoded, ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cosines (n, t), those of compounds of the evidence raised to the best of their parts; weights (n,); equal tokens (n, t)."""
    vectors, lengths = model.token_vectors(tokens.ids)
    unique, of = np.unique(ids, return_inverse=True)
    longer, starts = model.with_parts(unique, np.arange(len(unique)))
    near = np.maximum.reduceat(vectors @ model.token_vectors(longer)[0].T, starts, axis=1)[:, of]
    return near, lengths, tokens.ids[:, None] == ids[None]


def _order(by_sentence: np.ndarray, said: np.ndarray) -> np.ndarray:
    """The sentences of the evidence, those first that cover most of what is said beside the ones before them."""
    weighted = np.maximum(by_sentence, 0) ** 2 * said[:, None]
    first = int(weighted.sum(0).argmax())
    order, covered = [first], weighted[:, first]
    while len(order) < min(SENTENCES, weighted.shape[1]):
        gain = np.maximum(weighted - covered[:, None], 0).sum(0) + 0.05 * weighted.sum(0)
        gain[order] = -1
        order.append(int(gain.argmax()))
        covered = np.maximum(covered, weighted[:, order[-1]])
    return np.array(order)


def _chosen(order: np.ndarray, sizes: np.ndarray) -> list[int]:
    kept, total = [], 0
    for one in order.tolist():
        if kept and total + sizes[one] > KEPT:
            continue
        kept.append(one)
        total += int(sizes[one])
    return kept


def _texts(
    sources: Sequence[Source],
    counts: np.ndarray,
    there: Encoded,
    number: np.ndarray,
    ends: np.ndarray,
    few: np.ndarray,
) -> list[str]:
    """The texts of a few sentences of the evidence."""
    out = []
    for one in few.tolist():
        first, last = ends[one], ends[one + 1] - 1
        of = int(np.searchsorted(counts, number[first], "right")) - 1
        out.append(sources[of].text[there.spans[first, 0] : there.spans[last, 1]])
    return out


class _Surface:
    """What stands in the evidence as it is written."""

    def __init__(self, sources: Sequence[Source], best: Sequence[str], known: np.ndarray):
        self.plain = "\n".join(_plain(one.text) for one in sources)
        self.best = [_plain(text) for text in best]
        self.poles = {(one.pair, one.side) for text in best for one in poles(text)}
        self.known = known


@functools.lru_cache(maxsize=512)
def _plain(text: str) -> str:
    return _MARKS.sub(" ", fold(text))


def _features(
    model: StaticModel, sentence: str, tokens: Encoded, facts: Sequence[Fact], near: np.ndarray, by_sentence: np.ndarray, order: np.ndarray,
    said: np.ndarray, denial: np.ndarray, surface: _Surface, there: Encoded,
) -> np.ndarray:  # fmt: skip
    """float32 (n, FEATURES): of each token of the sentence.

    0-2 its best cosine, anywhere, in the best sentence, in the two best; 3 the token stands there; 4, 5 its characters do,
    anywhere and in the best sentence; 6 they do with those before; 7 how much it says; 8-10 the state of the fact that it
    belongs to; 11, 12 the same or the opposite of a word is there; 13, 14 it denies or is denied; 15 what it is likest is
    denied; 16 an abbreviation; 17 how far what it is likest lies from what the token before is likest.
    """
    out = np.zeros((len(tokens), FEATURES), np.float32)
    out[:, 0] = near.max(1)
    out[:, 1], out[:, 2] = by_sentence[:, order[0]], by_sentence[:, order[:2]].max(1)
    out[:, 3] = surface.known.any(1)
    folded = fold(sentence)
    joined = "\n".join(surface.best[:1])
    for at, (start, end) in enumerate(tokens.spans.tolist()):
        word = folded[start:end].strip()
        latin = word.isascii()
        form = rf" {word}" if latin else word
        out[at, 4] = form in surface.plain or surface.plain.startswith(word)
        out[at, 5] = form in joined or joined.startswith(word)
        if at and not out[at, 3]:
            out[at, 16] = not latin and _short(word, surface.plain)
        before = folded[tokens.spans[at - 1, 0] if at else start : end]
        out[at, 6] = bool(at) and _MARKS.sub(" ", before) in surface.plain
    out[:, 7] = np.log1p(said)
    for fact in facts:
        out[_touched(tokens.spans, fact.start, fact.end), 7 + fact.state] = 1
    for one in poles(sentence):
        where = _touched(tokens.spans, one.start, one.end)
        if (one.pair, one.side) in surface.poles:
            out[where, 11] = 1
        elif (one.pair, -one.side) in surface.poles:
            out[where, 12] = 1
    likest = near.argmax(1)
    out[:, 15] = denial[likest] == 2
    out[1:, 17] = np.minimum(np.abs(np.diff(likest)), 50) / 50
    return out


def _short(word: str, text: str) -> bool:
    """Whether the characters of a word stand in their order in a name of the text: 发改委 in 国家发展和改革委员会."""
    if not 2 <= len(word) <= _LONGEST or any(c not in text for c in word):
        return False
    return re.search(".{0,4}?".join(map(re.escape, word)), text) is not None


def _overall(
    features: np.ndarray, said: np.ndarray, own: np.ndarray, denial: np.ndarray, ends: np.ndarray, order: np.ndarray,
    sentence: str, evidence: Sequence[str], length: int,
) -> np.ndarray:  # fmt: skip
    share = said / said.sum()
    best = slice(ends[order[0]], ends[order[0] + 1])
    return np.array(
        [
            share @ features[:, 0], share @ features[:, 1], share @ features[:, 2], share @ features[:, 3], share @ features[:, 4],
            share @ features[:, 9], features[:, 12].max(), min((own == 1).sum(), 3) / 3, min((denial[best] == 1).sum(), 3) / 3,
            has_chinese(sentence), has_chinese("".join(evidence)), np.log(length) / 8,
        ],
        np.float32,
    )  # fmt: skip


def facts_of(sentence: str, evidence: Sequence[str]) -> list[Fact]:
    """What of a sentence can be looked up in its evidence by rule."""
    return Evidence(evidence).facts(sentence)
