"""Whether some evidence says a sentence: facts by rule, the rest by a small network.

    check("Over 700 firms took part on 1 August.", ["8月1日，七百多家企业参加了活动。"]).supported

Nothing is looked up elsewhere: a sentence that the evidence does not say is unsupported even if it
is true, and one that passes was not found to be false, no more.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus.gazetteer import fold
from rag.embed.static import load_static
from rag.errors import UsageError
from rag.question.script import has_chinese
from rag.writing.aligned import align
from rag.writing.facts import EvidenceFacts, Fact
from rag.writing.names import LACKS, UNSURE
from rag.writing.network import load_network
from rag.writing.opposites import denials
from rag.writing.reversed import reversed_words

SENTENCE_LIMIT, EVIDENCE_LIMIT, TEXTS_LIMIT = 2_000, 100_000, 200
"""Characters of a sentence and of its evidence in all, and texts of evidence, that are taken."""
LINES = {"across": 0.75, "quotes": 4.5, "article": 4.0}
"""Log-odds of the network from which a sentence is marked: across languages, within one beside some
sentences, and beside more than ``LONG`` characters. Chosen on sentences that it was not trained on
(docs/checking.md)."""
LONG = 400
WRONG_WORD = 0.0  # log-odds from which a token is told as unsupported
_MARKS = re.compile(r"[\W_]+")
_BORDERS = re.compile(r"[，,。；;！!？?：:\n]|\.\s")
_WORDS_TOLD = 6
_WHY = {  # in English and in Chinese
    "nothing": ("no evidence was given", "没有给出证据"),
    "verbatim": ("it stands in the evidence word for word", "证据中有原句"),
    "no words": ("it has no words that could be compared", "没有可比较的词语"),
    "lacking": ("not in the evidence: {}", "证据中没有：{}"),
    "turned": ("the evidence says otherwise: {}", "证据说法相反：{}"),
    "supported": ("nothing was found that the evidence does not say", "没有发现证据之外的内容"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found.

    Attributes:
        supported: False where the evidence does not say the sentence, as far as can be told.
        unsupported: the words that it does not say, in their order, as they stand in the sentence.
        why: one line for people, in the language of the sentence.
        probability: 0 to 1, how sure the network alone is that the evidence does not say the
            sentence; from .5 it is marked.
        spans: start and end of each of ``unsupported`` in the sentence, in characters.
    """

    supported: bool
    unsupported: tuple[str, ...]
    why: str
    probability: float
    spans: tuple[tuple[int, int], ...] = ()


def check(sentence: str, evidence: Sequence[str]) -> Verdict:
    """Whether the texts of ``evidence`` say ``sentence``, in Chinese, English or across them.

    Args:
        sentence: one sentence, at most ``SENTENCE_LIMIT`` characters.
        evidence: quotes, sentences or articles; a few sentences are read best.

    Raises:
        UsageError: the sentence is empty or too long, or the evidence is no list of texts or too
            much.
    """
    evidence = _usable(sentence, evidence)
    chinese = has_chinese(sentence)
    if not evidence:
        return _unsupported(sentence, [(0, len(sentence))], 1.0, "nothing")
    if _verbatim(sentence, evidence):
        return Verdict(True, (), _WHY["verbatim"][chinese], 0.0)
    facts = EvidenceFacts(evidence).facts(sentence)
    lacking = [(one.start, one.end) for one in facts if one.state == LACKS]
    model = load_static()
    aligned = align(model, sentence, evidence, facts)
    if aligned is None:
        return _unsupported(sentence, lacking or [(0, len(sentence))], 1.0, "no words")
    score, tokens = load_network(model).scores(aligned)
    score -= _line(chinese, "".join(evidence))
    probability = 1 / (1 + math.exp(-max(min(score, 30.0), -30.0)))
    if lacking:
        return _unsupported(sentence, lacking, probability)
    if turned := reversed_words(sentence, evidence, aligned):
        return _unsupported(sentence, turned, probability, "turned")
    if score < 0:
        return Verdict(True, (), _WHY["supported"][chinese], probability)
    wrong = _wrong(sentence, aligned.tokens.spans, tokens, facts)
    return _unsupported(sentence, wrong, probability)


def _line(chinese: bool, evidence: str) -> float:
    if chinese != has_chinese(evidence):
        return LINES["across"]
    return LINES["article" if len(evidence) > LONG else "quotes"]


def _usable(sentence: str, evidence: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(sentence, str) or not sentence.strip():
        raise UsageError(f"expected a sentence to check, got {sentence!r}")
    if len(sentence) > SENTENCE_LIMIT:
        raise UsageError(
            f"expected a sentence of at most {SENTENCE_LIMIT} characters, got {len(sentence)}: "
            "check a text sentence by sentence"
        )
    listed = isinstance(evidence, Sequence) and not isinstance(evidence, str)
    if not listed or not all(isinstance(text, str) for text in evidence):
        raise UsageError(f"expected a list of texts as evidence, got {evidence!r:.80}")
    size = sum(map(len, evidence))
    if len(evidence) > TEXTS_LIMIT or size > EVIDENCE_LIMIT:
        raise UsageError(
            f"expected at most {TEXTS_LIMIT} texts of {EVIDENCE_LIMIT} characters in all as "
            f"evidence, got {len(evidence)} of {size}: "
            "give the sentences that are cited"
        )
    return tuple(text for text in evidence if text.strip())


def _verbatim(sentence: str, evidence: Sequence[str]) -> bool:
    """Whether the sentence stands in one of the texts; marks, spaces and script aside.

    After a denial in their clause ("No trace of ...") the words say something else.
    """
    plain = _MARKS.sub(" ", fold(sentence)).strip()
    if not plain:
        return False
    border = r"(?<![a-z\d])" if plain[0].isascii() else ""
    end = r"(?![a-z\d])" if plain[-1].isascii() else ""
    pattern = re.compile(border + re.escape(plain) + end)
    for text in evidence:
        for match in pattern.finditer(_MARKS.sub(" ", fold(text))):
            at = bisect_left(
                range(len(text)), match.start(), key=lambda n: len(_MARKS.sub(" ", fold(text[:n])))
            )
            if not denials(_BORDERS.split(text[:at])[-1]):
                return True
    return False


def _wrong(
    sentence: str, spans: np.ndarray, tokens: np.ndarray, facts: Sequence[Fact]
) -> list[tuple[int, int]]:
    """The words that are the least supported: tokens over the line, or the worst one.

    Names are told whole rather than in parts.
    """
    line = min(WRONG_WORD, float(tokens.max()))
    unsure = [(one.start, one.end) for one in facts if one.state == UNSURE]
    out: list[tuple[int, int]] = []
    for (start, end), score in zip(spans.tolist(), tokens.tolist()):
        if score < line:
            continue
        start, end = next(((a, b) for a, b in unsure if a < end and start < b), (start, end))
        if out and not sentence[out[-1][1] : start].strip(" "):
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _unsupported(
    sentence: str, spans: Sequence[tuple[int, int]], probability: float, why: str = "lacking"
) -> Verdict:
    """A verdict that marks; ``why`` is one of ``_WHY``."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        while start < end and sentence[start].isspace():
            start += 1
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    words = tuple(sentence[start:end] for start, end in merged)
    chinese = has_chinese(sentence)
    told = ("、" if chinese else ", ").join(words[:_WORDS_TOLD])
    return Verdict(False, words, _WHY[why][chinese].format(told), probability, tuple(merged))
