"""Cleans a question and turns it, once, into weighted token vectors for search and reader."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus import detect_lang
from rag.embed.static import StaticModel
from rag.errors import UsageError
from rag.question.script import HAN_RUN, in_simplified
from rag.question.words import pattern, words

if TYPE_CHECKING:
    from rag.embed import Embedder
    from rag.index import Snapshot

MAX_CHARACTERS = 2_000
# Token weights are learned on sentences, so question words ("which", "多少") and function words get
# a weight as well, although they say nothing about the article sought. These tokens are set to 0.
_IDLE = frozenset(words("idle_tokens").split("|"))
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the search sees it.

    Attributes:
        text: the question, cleaned.
        lang: "zh", "en" or another code.
        spans: (start, end) in ``text`` of each token.
        ids: token ids (n,).
        vectors: unit vectors (n + p, d): those of the n tokens, then of the p parts of compounds.
        row_ids: token id of each row of ``vectors`` (n + p,).
        whole: for each row of ``vectors`` the position of its token, for a part that of the
            compound (n + p,).
        latin: bool (n + p,), the rows written in Latin letters.
        row_spans: (start, end) in ``text`` of each row of ``vectors``.
        weights: learned weights (n,) of the content tokens, 0 for all others, summing to 1. Without
            content tokens those of all tokens; all 0 if no token is known.
        content: bool (n,): content tokens, rather than question words and function words.
        row_content: the same for each row of ``vectors`` (n + p,).
        dense: the question's vector (dim of the embedder).
        other: the question with names and figures in other spellings that articles use
            (:mod:`rag.question.same`), whose words are searched for as well; "" for none.
        plain: ``text`` with Latin letters in place of Chinese names among English words
            (:mod:`rag.question.pinyin`); patterns of English words are applied to it.
        missing: Chinese names that the question spells in Latin letters and no passage has.
    """

    text: str
    lang: str
    spans: tuple[tuple[int, int], ...]
    ids: np.ndarray
    vectors: np.ndarray
    row_ids: np.ndarray
    whole: np.ndarray
    latin: np.ndarray
    row_spans: tuple[tuple[int, int], ...]
    weights: np.ndarray
    content: np.ndarray
    row_content: np.ndarray
    dense: np.ndarray
    other: str = ""
    plain: str = ""
    missing: tuple[str, ...] = ()
    _compounds: tuple[np.ndarray, np.ndarray, np.ndarray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Computed once for fold, which is called for every sentence: the compounds, the first part
        # of each, and the number of its parts.
        of, first, sizes = np.unique(
            self.whole[len(self.ids) :], return_index=True, return_counts=True
        )
        object.__setattr__(self, "_compounds", (of, first, sizes.astype(np.float32)))

    def fold(self, best: np.ndarray) -> np.ndarray:
        """Reduces the best cosines or matches of all rows (n + p, m) to those of the n tokens.

        For a compound the larger counts: its own match, or the mean match of its parts.
        """
        count = len(self.ids)
        out = best[:count]
        if len(best) > count:
            out = out.copy()
            of, first, sizes = self._compounds
            means = np.add.reduceat(best[count:], first, axis=0) / (
                sizes[:, None] if best.ndim > 1 else sizes
            )
            out[of] = np.maximum(out[of], means)
        return out


def clean(question: str) -> str:
    """Returns the question without control characters and surplus white space.

    Raises:
        UsageError: nothing is left, or more than 2,000 characters are.
    """
    if not isinstance(question, str):
        raise UsageError(f"expected the question as text, got {type(question).__name__}")
    characters = (
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in question
        if unicodedata.category(c) not in ("Cf", "Cs", "Co")
    )
    text = " ".join("".join(characters).split())
    if not text:
        raise UsageError("expected a question, got an empty one: ask in Chinese or English")
    if len(text) > MAX_CHARACTERS:
        raise UsageError(
            f"expected a question of at most {MAX_CHARACTERS:,} characters, got {len(text):,}: "
            f"shorten it"
        )
    return text


def _with_parts(
    model: StaticModel, ids: np.ndarray, spans: Sequence[tuple[int, int]]
) -> tuple[np.ndarray, tuple[tuple[int, int], ...], np.ndarray]:
    """Tokens with the parts of compounds behind them.

    Returns:
        Ids of tokens and parts (r,), their spans, and for each the number of its token (r,).
    """
    rows, row_spans, of_rows = ids.tolist(), list(spans), list(range(len(ids)))
    for number, token in enumerate(ids.tolist()):
        begin, end = spans[number]
        for part in model.parts(token).tolist():
            stop = begin + len(model.piece(part))
            # A part gets the span of the compound if normalisation dropped characters of that.
            row_spans.append((begin, stop) if stop <= end else spans[number])
            rows.append(part)
            of_rows.append(number)
            begin = stop
    return np.array(rows, np.int64), tuple(row_spans), np.array(of_rows, np.int64)


def analyse(question: str, model: StaticModel, embedder: Embedder | None = None) -> Query:
    """Computes the question's tokens, weights and vectors.

    Args:
        question: any text, which :func:`clean` cleans.
        model: the static model of the index.
        embedder: computes the dense vector; the static model unless given.

    Raises:
        UsageError: as for :func:`clean`.
    """
    text = clean(question)
    ids, at = model.spans(text)
    spans = [(start, end) for start, end in at.tolist()]
    row_ids, row_spans, whole = _with_parts(model, ids, spans)
    vectors, weights = model.token_vectors(row_ids)
    weights = weights[: len(ids)]
    idle = np.array([model.piece(row) in _IDLE for row in row_ids.tolist()], bool)
    asking = [found.span() for found in pattern("asks_with").finditer(in_simplified(text))]
    asking += [found.span() for found in _TAG.finditer(text)]
    for number, (start, end) in enumerate(spans):
        idle[number] |= any(a <= start and end <= b for a, b in asking)
    content = ~idle[: len(ids)] & (weights > 0)
    if content.any():
        weights = np.where(content, weights, 0).astype(np.float32)
    total = float(weights.sum())
    if embedder is None or embedder is model:
        dense = model.embed_ids(ids, np.array([0, len(ids)]))[0]
    else:
        dense = embedder.embed_queries([text])[0]
    return Query(
        text,
        detect_lang(text),
        tuple(spans),
        ids,
        vectors,
        row_ids,
        whole,
        model.latin[row_ids],
        row_spans,
        weights / total if total else weights,
        content,
        ~idle & content[whole],
        dense,
        plain=text,
    )


def query_of(snapshot: Snapshot, question: str) -> Query:
    """Analyses a question for the search of an index, with names and figures as its articles write
    them. Raises as :func:`clean`.
    """
    from rag.question.same import in_words_of

    plain, other = in_words_of(snapshot, clean(question))
    lang = detect_lang(plain)
    text, missing = plain, tuple[str, ...]()
    if lang == "en":
        from rag.question.glossed import in_chinese
        from rag.question.pinyin import in_characters

        text, plain, missing = in_characters(snapshot, plain)
        text, plain = in_chinese(snapshot, text, plain)
    if text != plain:  # the names are the only words of the question that Chinese articles can have
        other = " ".join(filter(None, [other, *(run[0] for run in HAN_RUN.finditer(text))]))
    query = analyse(text, snapshot.model, snapshot.embedder)
    return replace(query, lang=lang, other=other, plain=plain, missing=missing)
