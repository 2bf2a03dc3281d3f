"""Checks whether evidence supports a sentence: facts by rule, the rest by a small network.

    check("Over 700 firms took part on 1 August.", ["8月1日，七百多家企业参加了活动。"]).supported

The check consults no other source. A true sentence is unsupported if the evidence does not say it,
and a supported sentence is only one in which the check found nothing wrong.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.embed.static import load_static
from rag.errors import UsageError
from rag.question.script import has_chinese
from rag.writing.aligned import align, plain_words
from rag.writing.facts import EvidenceFacts, Fact
from rag.writing.names import UNDECIDED, UNSUPPORTED
from rag.writing.network import load_network
from rag.writing.opposites import denials
from rag.writing.reversed import reversed_words

SENTENCE_LIMIT, EVIDENCE_LIMIT, TEXTS_LIMIT = 2_000, 100_000, 200
"""Limits of the input: characters of the sentence, characters of all evidence, number of texts."""
SENTENCE_THRESHOLDS = {"across": 0.75, "quotes": 4.5, "article": 4.0}
"""Thresholds on the network's log-odds, from which a sentence is marked as unsupported: "across" if
sentence and evidence differ in language, else "article" if the evidence has more than
``_MAX_QUOTES_CHARACTERS``, else "quotes". Chosen on sentences that the network was not trained on
(docs/checking.md)."""
_MAX_QUOTES_CHARACTERS = 400
_TOKEN_THRESHOLD = 0.0  # log-odds from which a token is reported as unsupported
_BORDERS = re.compile(r"[，,。；;！!？?：:\n]|\.\s")
_WORDS_TOLD = 6  # unsupported words that ``Verdict.why`` names at most
_WHY = {  # reason of a verdict, in English and in Chinese
    "nothing": ("no evidence was given", "没有给出证据"),
    "verbatim": ("it stands in the evidence word for word", "证据中有原句"),
    "no words": ("it has no words that could be compared", "没有可比较的词语"),
    "lacking": ("not in the evidence: {}", "证据中没有：{}"),
    "turned": ("the evidence says otherwise: {}", "证据说法相反：{}"),
    "supported": ("nothing was found that the evidence does not say", "没有发现证据之外的内容"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check.

    Attributes:
        supported: False if the check found that the evidence does not say the sentence.
        unsupported: the words that the evidence does not say, as written and ordered in the
            sentence.
        why: one line for people, in the language of the sentence.
        probability: 0 to 1, by the network alone, that the evidence does not say the sentence;
            from .5 the sentence is marked.
        spans: character offsets (start, end) in the sentence of each entry of ``unsupported``.
    """

    supported: bool
    unsupported: tuple[str, ...]
    why: str
    probability: float
    spans: tuple[tuple[int, int], ...] = ()


def check(sentence: str, evidence: Sequence[str]) -> Verdict:
    """Checks whether the texts of ``evidence`` say ``sentence``, within or across languages.

    Args:
        sentence: one sentence in Chinese or English, at most ``SENTENCE_LIMIT`` characters.
        evidence: quotes, sentences or articles; the check is most accurate on a few sentences.

    Raises:
        UsageError: if the sentence is empty or too long, or the evidence is not a list of texts
            or too long.
    """
    evidence = _usable(sentence, evidence)
    chinese = has_chinese(sentence)
    if not evidence:
        return _unsupported(sentence, [(0, len(sentence))], 1.0, "nothing")
    if _verbatim(sentence, evidence):
        return Verdict(True, (), _WHY["verbatim"][chinese], 0.0)
    facts = EvidenceFacts(evidence).facts(sentence)
    lacking = [(one.start, one.end) for one in facts if one.state == UNSUPPORTED]
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
    """The one of ``SENTENCE_THRESHOLDS`` for a sentence in Chinese or English and its joined
    evidence.
    """
    if chinese != has_chinese(evidence):
        return SENTENCE_THRESHOLDS["across"]
    return SENTENCE_THRESHOLDS["article" if len(evidence) > _MAX_QUOTES_CHARACTERS else "quotes"]


def _usable(sentence: str, evidence: Sequence[str]) -> tuple[str, ...]:
    """Returns the texts that are not blank. Raises UsageError for input that cannot be checked."""
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
    """Whether a text contains the sentence word for word, ignoring punctuation, case and script.

    A match does not count if the same clause has a denial before it: after "No trace of ..." the
    same words say something else.
    """
    plain = plain_words(sentence).strip()
    if not plain:
        return False
    border = r"(?<![a-z\d])" if plain[0].isascii() else ""
    end = r"(?![a-z\d])" if plain[-1].isascii() else ""
    pattern = re.compile(border + re.escape(plain) + end)
    for text in evidence:
        for match in pattern.finditer(plain_words(text)):
            at = bisect_left(
                range(len(text)), match.start(), key=lambda n: len(plain_words(text[:n]))
            )
            if not denials(_BORDERS.split(text[:at])[-1]):
                return True
    return False


def _wrong(
    sentence: str, spans: np.ndarray, tokens: np.ndarray, facts: Sequence[Fact]
) -> list[tuple[int, int]]:
    """Returns the spans of the least supported words, in order.

    These are the tokens whose log-odds reach ``_TOKEN_THRESHOLD``, or the worst token if none does.
    A token within an ``UNDECIDED`` fact (such as a foreign name) is widened to the whole fact, and
    adjacent spans are merged.

    Args:
        sentence: the sentence.
        spans: character offsets of its tokens (n, 2).
        tokens: log-odds of each token (n,).
        facts: the facts of the sentence.
    """
    line = min(_TOKEN_THRESHOLD, float(tokens.max()))
    unsure = [(one.start, one.end) for one in facts if one.state == UNDECIDED]
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
    """Returns a negative verdict that marks ``spans``; ``why`` is a key of ``_WHY``."""
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
    listed = ("、" if chinese else ", ").join(words[:_WORDS_TOLD])
    return Verdict(False, words, _WHY[why][chinese].format(listed), probability, tuple(merged))
