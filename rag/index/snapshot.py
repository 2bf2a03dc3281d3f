"""One version of an index, open for reading."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from rag.corpus.article import Article
from rag.embed.protocol import Embedder
from rag.embed.static import load_static
from rag.errors import UsageError
from rag.index.bits import mapped
from rag.index.catalogue import Catalogue
from rag.index.features import features, inner_of
from rag.index.lexical import FEATURES_FILE, Lexical
from rag.index.manifest import Manifest, corrupt
from rag.index.named import NAMED_FILE
from rag.index.proposals import CorpusStatistics, Proposals, Wanted, propose
from rag.index.store import COLUMNS_FILE, Store
from rag.index.vectors import VECTORS_FILE, Ranked, Vectors
from rag.index.versions import held

TOKENS_FILE = "tokens"
"""The file with the static model's token ids of all passages, passage after passage."""
# The exceptions that reading a file may raise if its content is not what was written.
CORRUPT_FILE_ERRORS = (
    ValueError,
    LookupError,
    TypeError,
    RuntimeError,
    EOFError,
    ArithmeticError,
    MemoryError,
)


class Snapshot:
    """One version of an index, open for reading; safe to use from many threads.

    It keeps serving its version while others are built, made live and rolled back. Usable in a
    ``with`` statement.

    Articles are numbered from 0, and so are passages, in the order of their articles. The number of
    an article is called its row. A story is a group of near-duplicate articles
    (:mod:`rag.corpus.duplicates`).

    Attributes:
        parts: how many shards are asked, and how many there are (:mod:`rag.index.sharded`).
        version: name of the version.
        path: folder of the version.
        manifest: its manifest.
        model: the static model (tokens, vectors, late interaction).
        embedder: makes the question's vector; the static model unless another was given.
        n_articles, n_passages: number of articles and of passages.
        columns: record array per article: ``lang``, ``source`` (objects), ``date`` ("YYYY-MM-DD" or
            ""), ``story`` (int32), as in ``stories``.
        passages: record array per passage: ``article_row``, ``start``, ``end`` (int32); the passage
            is ``article(article_row).text[start:end]``.
        stories: for each article the row of the first article of its story, int32 (n_articles,).
        average: how many lexical features a passage has on average.
        store, dense_index, lexical_index, token_ids: the parts of the version, for the package's
            own use.
        token_offsets: where the tokens of each passage begin among those of all passages, then the
            number of all tokens.
    """

    parts = (1, 1)

    def __init__(self, folder: Path, manifest: Manifest, embedder: Embedder) -> None:
        """Opens a version whose files and models were checked before, as
        :func:`rag.index.open_index` does.

        Raises:
            IndexCorrupt: a file cannot be read, or does not fit the others.
        """
        self.path, self.version, self.manifest = folder, folder.name, manifest
        self.model, self.embedder = load_static(), embedder
        counts = manifest.counts
        self.n_articles, self.n_passages = counts.articles, counts.passages
        # Keeps later builds from removing the version, until `close`.
        self._open_resources = contextlib.ExitStack()
        self._open_resources.enter_context(held(folder))
        part = TOKENS_FILE
        try:
            self.token_ids = mapped(folder / TOKENS_FILE, token_dtype(self.model.size))
            part = f"{COLUMNS_FILE}, {NAMED_FILE}"
            self.store = Store(folder)
            self.passages, self.token_offsets = self.store.passages(), self.store.token_offsets()
            part = VECTORS_FILE
            self.dense_index = Vectors(folder, manifest.vectors.get("search") == "scan")
            part = FEATURES_FILE
            self.lexical_index = Lexical(folder, functools.partial(inner_of, self.model))
        except CORRUPT_FILE_ERRORS as error:
            raise corrupt(folder / part, str(error)) from error
        for part, what, seen, expected in (
            (COLUMNS_FILE, "passages", len(self.passages), self.n_passages),
            (VECTORS_FILE, "passages", self.dense_index.rows, self.n_passages),
            (FEATURES_FILE, "passages", self.lexical_index.rows, self.n_passages),
            (COLUMNS_FILE, "articles", len(self.store), self.n_articles),
            (TOKENS_FILE, "tokens", len(self.token_ids), self.token_offsets[-1]),
            (VECTORS_FILE, "dimensions", self.dense_index.dim, manifest.model.dim),
        ):
            if seen != expected:
                raise corrupt(folder / part, f"{seen} {what} instead of {expected}")
        self.stories = self.store.stories
        self.average = self.lexical_index.features_in_all / max(self.n_passages, 1)

    @functools.cached_property
    def columns(self) -> np.recarray:
        """Record array per article; see the attributes of the class."""
        kinds = [("lang", object), ("date", "U10"), ("source", object), ("story", np.int32)]
        out = np.recarray(self.n_articles, kinds)
        codes = {"lang": self.lang_codes, "date": self.date_codes, "source": self.source_codes}
        for name, (known, of_article) in codes.items():
            # Objects, because in an array of strings one long source would widen every row.
            out[name] = np.array([*known, ""], object)[of_article]
        out["story"] = self.stories
        return out

    @property
    def whole_of(self) -> Snapshot:
        """The version with all of its shards."""
        return self

    def without(self, gone: Sequence[int]) -> Snapshot:
        """The version without some of its shards; see :mod:`rag.index.sharded`."""
        return self

    def reachable(self) -> bool:
        """Whether all of its shards can be reached."""
        return True

    @functools.cached_property
    def retold(self) -> np.ndarray:
        """Marks the articles that have near-duplicates, bool (n_articles,)."""
        return np.bincount(self.stories, minlength=self.n_articles)[self.stories] > 1

    def tokens(self, rows: Sequence[int]) -> list[np.ndarray]:
        """The token ids of each of some passages, as one int64 array per passage."""
        at = np.asarray(rows, np.int64)
        bounds = zip(self.token_offsets[at].tolist(), self.token_offsets[at + 1].tolist())
        return [self.token_ids[begin:end].astype(np.int64) for begin, end in bounds]

    def token_run(self, rows: Sequence[int]) -> np.ndarray:
        """The token ids of some passages, one after the other, int64."""
        return np.concatenate([np.zeros(0, np.int64), *self.tokens(rows)])

    def dense(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Ranked:
        """The k passages whose vectors have the largest inner product with the query.

        Args:
            query: vector (dim,) that ``embedder`` made.
            k: how many, at most.
            allowed: bool array (n_passages,); only passages where it is True are considered.

        Returns:
            Passage numbers (int64) and scores (float32), best first; equal scores by number.

        Raises:
            ValueError: a shape does not fit.
        """
        return self.dense_index.search(query, k, allowed)

    def lexical(self, *texts: str) -> np.ndarray:
        """The lexical share of every passage for a question, float32 (n_passages,): its BM25 score
        divided by the question's upper bound for it, 0 where no feature of the question occurs.
        ``texts`` are wordings of one question; the one with the highest share counts.
        """
        wordings = tuple(map(self.features_of, texts))
        return self.shares(wordings, self.whole(wordings))

    def shares(self, wordings: Sequence[np.ndarray], whole: CorpusStatistics) -> np.ndarray:
        """Like :meth:`lexical`, for wordings given by their features; document frequencies and
        lengths are those of ``whole``, a corpus of which this index may be a part.
        """
        out = np.zeros(self.n_passages, np.float32)
        for found, frequencies in zip(wordings, whole.frequencies):
            words, bound = self.lexical_index.scores(found, whole, frequencies)
            words /= np.float32(max(bound, 1e-9))
            np.maximum(out, words, out=out)
        return out

    def features_of(self, text: str) -> np.ndarray:
        """The distinct lexical features of a text (uint64), ascending."""
        ids, offsets = self.model.encode_ids([text])
        return np.unique(features([self.model.normalize(text)], ids, offsets)[0])

    def frequencies(self, wordings: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
        """For each wording of a question the document frequency of each of its features: the number
        of passages that contain it, int64.
        """
        return tuple(map(self.lexical_index.frequencies, wordings))

    def whole(self, wordings: Sequence[np.ndarray]) -> CorpusStatistics:
        """The statistics of this index that BM25 needs for some wordings of a question."""
        return CorpusStatistics(self.n_passages, self.average, self.frequencies(wordings))

    def propose(self, wanted: Wanted, whole: CorpusStatistics | None = None) -> Proposals:
        """Candidate passages; see :func:`rag.index.proposals.propose`. Without ``whole``, this
        index is taken as the whole corpus.
        """
        return propose(self, wanted, whole or self.whole(wanted.wordings))

    def holding(self, token: int) -> np.ndarray:
        """The passages (ascending) that contain a token of the static model."""
        return self.lexical_index.holding(token)  # a token's feature is its id

    def holding_words(self, text: str) -> np.ndarray:
        """The passages (ascending) that contain every word and every bigram of Chinese characters
        of a text.
        """
        none = np.zeros(0, np.uint32), np.zeros(2, np.int64)
        return self.holding_all(features([self.model.normalize(text)], *none)[0])

    def holding_all(self, found: np.ndarray) -> np.ndarray:
        """The passages (ascending) that contain every one of some features (uint64)."""
        return self.lexical_index.holding_all(found)

    def vectors(self, passages: np.ndarray) -> np.ndarray:
        """The stored vectors of some passages, float32 (len(passages), dim)."""
        return self.dense_index.vectors(passages)

    def vector(self, passage: int) -> np.ndarray:
        """The stored vector of a passage, float32 (dim,)."""
        return self.vectors(np.array([passage]))[0]

    def passage_texts(self, passages: np.ndarray) -> list[str]:
        """The texts of some passages, in their order, as they stand in their articles."""
        bounds = self.passages[passages].tolist()
        articles = self.articles(row for row, _, _ in bounds)
        return [articles[row].text[start:end] for row, start, end in bounds]

    def article(self, row: int) -> Article:
        """The article in a row (``passages.article_row``, position in ``columns``).

        Raises:
            UsageError: there is no such row.
        """
        return self.articles([row])[int(row)]

    def articles(self, rows: Iterable[int]) -> dict[int, Article]:
        """The articles in some rows, by row, each once, in the order of their first mention.

        Raises:
            UsageError: there is no such row.
        """
        return self.store.articles(rows)

    def article_row(self, article_id: str) -> int:
        """The row of the article with this id.

        Raises:
            UsageError: there is no such article.
        """
        if (row := self.row_of(article_id)) is None:
            raise UsageError(
                f"expected the id of an article in the index, got {article_id!r}: `yinju search`"
                " shows the ids"
            )
        return row

    def row_of(self, article_id: str) -> int | None:
        """The row of the article with this id; None where there is none."""
        return self.store.row(article_id)

    def article_by_id(self, article_id: str) -> Article:
        """The article with this id.

        Raises:
            UsageError: there is no such article.
        """
        return self.article(self.article_row(article_id))

    @functools.cached_property
    def lang_codes(self) -> tuple[tuple[str, ...], np.ndarray]:
        """The distinct languages of the articles, ascending, and for each article the position of
        its own among them, int32 (n_articles,).
        """
        return self._codes("lang")

    @functools.cached_property
    def source_codes(self) -> tuple[tuple[str, ...], np.ndarray]:
        """The distinct publishers of the articles, ascending, and for each article the position of
        its own among them, int32 (n_articles,).
        """
        return self._codes("source")

    @functools.cached_property
    def date_codes(self) -> tuple[tuple[str, ...], np.ndarray]:
        """The distinct dates of the articles, ascending, and for each article the position of its
        own among them, int32 (n_articles,).
        """
        return self._codes("date")

    def _codes(self, name: str) -> tuple[tuple[str, ...], np.ndarray]:
        return self.store.codes(name)

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        """The articles as a list to browse."""
        return Catalogue(self)

    def listed(self, rows: Sequence[int], chars: int) -> list[tuple[str, str, str, str, str, str]]:
        """(id, title, date, source, lang, the first ``chars`` characters of the text) of the
        articles in some rows, at most 500.
        """
        return self.store.listed(rows, chars)

    def headings(self, chars: int) -> list[tuple[str, str]]:
        """(title, "") of each article, by row; for one without a title, ("" or blanks, the first
        ``chars`` characters of its text).
        """
        return self.store.headings(chars)

    @functools.cached_property
    def passage_langs(self) -> np.ndarray:
        """For each passage its language as a position in ``lang_codes[0]``, int32 (n_passages,)."""
        return self.lang_codes[1][self.passages.article_row]

    @functools.cached_property
    def newest(self) -> str:
        """Date of the newest article, "YYYY-MM-DD", or "" if none is dated. Dates after tomorrow
        are taken for mistakes and ignored.
        """
        latest = (date.today() + timedelta(days=1)).isoformat()
        return max((one for one in self.date_codes[0] if one <= latest), default="")

    def named(self, first: str, last: str) -> list[tuple[str, np.ndarray]]:
        """The keys of places and days from ``first`` to ``last`` (:mod:`rag.index.named`), each
        with the rows of the articles that name it.
        """
        return self.store.names.between(first, last)

    def close(self) -> None:
        """Closes the version, which a later build may then remove."""
        self._open_resources.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def token_dtype(vocabulary: int) -> np.dtype:
    """The smallest unsigned type that holds every id of a vocabulary of this size."""
    return np.dtype("<u2" if vocabulary < 65536 else "<u4")
