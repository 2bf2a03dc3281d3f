"""The question, cleaned and turned into weighted token vectors once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus import detect_lang
from rag.embed.static import StaticModel
from rag.errors import UsageError
from rag.question.script import HAN_RUN
from rag.question.words import words

if TYPE_CHECKING:
    from rag.embed import Embedder
    from rag.index import Snapshot
    from rag.question.types import Span

MAX_CHARACTERS = 2_000
# A token's weight is learned on sentences; what only asks ("which", "多少") or only joins says
# nothing about the article sought, in either language.
_IDLE = frozenset(words("idle_tokens").split("|"))


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the search sees it.

    Attributes:
        text: the question, cleaned.
        lang: "zh", "en" or another code.
        spans: (start, end) in ``text`` of each token.
        ids: token ids (n,).
        vectors: unit vectors (n + p, d) of the tokens, and behind them of the p parts of compounds.
        row_ids: token id of each row of ``vectors`` (n + p,).
        whole: for each row of ``vectors`` the token it is, or is a part of (n + p,).
        latin: bool (n + p,), the rows written in Latin letters.
        row_spans: (start, end) in ``text`` of each row of ``vectors``.
        weights: learned weights (n,) of the tokens that say what is sought, 0 for those that ask
            or join, summing to 1; those of all tokens where none says it (all 0 for no known
            token).
        content: bool (n,): tokens that say what is sought, rather than ask or join.
        row_content: the same for each row of ``vectors`` (n + p,).
        dense: the question's vector (dim of the embedder).
        other: the question with names and figures in another way in which articles write them
            (:mod:`rag.question.same`): what holds these words is found, too; "" for none.
        plain: the question with Latin letters for each name that stands in characters among
            English words (:mod:`rag.question.pinyin`), else ``text``.
        missing: Chinese names that it spells in Latin letters and no passage has.
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
        # For fold, which is called for every sentence: the tokens that have parts, where
        # those of each begin, and how many they are.
        of, first, sizes = np.unique(
            self.whole[len(self.ids) :], return_index=True, return_counts=True
        )
        object.__setattr__(self, "_compounds", (of, first, sizes.astype(np.float32)))

    def fold(self, best: np.ndarray) -> np.ndarray:
        """Best cosines or matches of all rows (n + p, m) as those of the n tokens.

        A compound counts as matched as well as itself, or as its parts are on average.
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
    """The question without control characters and surplus white space.

    Raises:
        UsageError: nothing is left, or it is longer than 2,000 characters.
    """
    if not isinstance(question, str):
        raise UsageError(f"expected the question as text, got {type(question).__name__}")
    kept = (
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in question
        if unicodedata.category(c) not in ("Cf", "Cs", "Co")
    )
    text = " ".join("".join(kept).split())
    if not text:
        raise UsageError("expected a question, got an empty one: ask in Chinese or English")
    if len(text) > MAX_CHARACTERS:
        raise UsageError(
            f"expected a question of at most {MAX_CHARACTERS:,} characters, got {len(text):,}: "
            f"shorten it"
        )
    return text


def analyse(question: str, model: StaticModel, embedder: Embedder | None = None) -> Query:
    """The question's tokens, weights and vectors.

    Args:
        question: any text; see :func:`clean`.
        model: the static model of the index.
        embedder: what makes the dense vector; the static model unless given.

    Raises:
        UsageError: as :func:`clean`.
    """
    text = clean(question)
    ids, at = model.spans(text)
    spans = [(start, end) for start, end in at.tolist()]
    parts = [
        (number, part)
        for number, token in enumerate(ids.tolist())
        for part in model.parts(token).tolist()
    ]
    rows = np.concatenate([ids, np.array([p for _, p in parts], np.uint32)]).astype(np.int64)
    vectors, weights = model.token_vectors(rows)
    weights = weights[: len(ids)]
    whole = np.array([*range(len(ids)), *(number for number, _ in parts)], np.int64)
    idle = np.array([model.piece(int(i)) in _IDLE for i in rows], bool)
    content = ~idle[: len(ids)] & (weights > 0)
    if content.any():
        weights = np.where(content, weights, 0).astype(np.float32)
    total = float(weights.sum())
    if embedder is None or embedder is model:
        dense = model.embed_ids(ids, np.array([0, len(ids)]))[0]
    else:
        dense = embedder.embed_queries([text])[0]
    row_spans = (*spans, *_part_spans(model, parts, spans))
    return Query(
        text,
        detect_lang(text),
        tuple(spans),
        ids,
        vectors,
        rows,
        whole,
        model.latin[rows],
        row_spans,
        weights / total if total else weights,
        content,
        ~idle & content[whole],
        dense,
        plain=text,
    )


def query_of(snapshot: Snapshot, question: str) -> Query:
    """The question as the search of an index sees it, in the words of its articles. Raises as
    :func:`clean`.
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
    if text != plain:  # all that Chinese articles can have of an English question's words
        other = " ".join(filter(None, [other, *(run[0] for run in HAN_RUN.finditer(text))]))
    query = analyse(text, snapshot.model, snapshot.embedder)
    return replace(query, lang=lang, other=other, plain=plain, missing=missing)


def _part_spans(model: StaticModel, parts: list[tuple[int, int]], spans: list[Span]) -> list[Span]:
    """Where the parts of compounds stand; each takes the whole where characters were normalised
    away.
    """
    out: list[Span] = []
    at: dict[int, int] = {}
    for number, part in parts:
        start, end = spans[number]
        begin = at.get(number, start)
        at[number] = begin + len(model.piece(part))
        out.append((begin, at[number]) if at[number] <= end else (start, end))
    return out
