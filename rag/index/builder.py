"""The files of one version of an index, written batch by batch."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections.abc import Iterable, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus import duplicates, passage_text, split
from rag.corpus.article import Article, Passage, Skipped
from rag.embed.protocol import Embedder
from rag.errors import CorpusError, ModelError
from rag.index.changes import Changes
from rag.index.corpus_diff import CorpusDiff, Rows
from rag.index.disk import storage_errors, sync_tree
from rag.index.features import features, inner_of
from rag.index.lexical_writer import MAX_BATCH, LexicalWriter, ReusedRange
from rag.index.manifest import Counts, Manifest
from rag.index.named import keys
from rag.index.readback import self_query
from rag.index.report import Clock, Progress, counted, describe
from rag.index.reuse import ReusingEmbedder
from rag.index.snapshot import Snapshot
from rag.index.sources import Sources
from rag.index.store import Store, StoreWriter, digest_of
from rag.index.tokens import TokensWriter
from rag.index.vectors import VectorsWriter

if TYPE_CHECKING:
    from rag.embed.static import StaticModel


# Large enough to keep both cores and NumPy busy, small enough to keep memory flat; a transformer is
# a hundred times slower, and whoever waits for it wants to see progress.
_BATCH_STATIC, _BATCH_OTHER = 2_048, 256
_QUESTION = 30  # characters of what is asked to measure the search among vectors


@dataclass(frozen=True, slots=True)
class _New:
    """An article to be indexed: its passages, what it names, what it is compared with others by."""

    article: Article
    passages: list[Passage]
    names: set[str]
    sketch: np.ndarray


class Builder:
    """The parts of one version under construction."""

    def __init__(
        self,
        path: Path,
        folder: Path,
        model: StaticModel,
        embedder: Embedder,
        old: Snapshot | None,
        progress: Progress,
        clock: Clock,
    ) -> None:
        self._path, self._folder, self._old = path, folder, old
        self._model, self._embedder = model, embedder
        self._batch = _BATCH_STATIC if embedder is model else _BATCH_OTHER
        self._source = None if embedder is model else ReusingEmbedder(embedder, old, path)
        self._progress, self._clock = progress, clock
        self._skipped: list[Skipped] = []
        self._seen: dict[str, int] = {}
        self._waiting: list[_New | Rows] = []
        self._texts = 0
        self._passages = self._kept_passages = 0
        self._kept: list[ReusedRange] = []
        self._spool = folder / "spool"
        # Tokenizing leaves Python to the other work: it runs a batch ahead.
        self._ahead = ThreadPoolExecutor(1)
        self._begun: tuple[list[_New | Rows], list[str], Future] | None = None
        with storage_errors(path):
            self._spool.mkdir()
            self._store = StoreWriter(folder)
            self._tokens = TokensWriter(folder, model.size)
            self._vectors = VectorsWriter(
                embedder.identity.dim, "int8" if embedder is model else "fp16", self._spool
            )
        self._lexical = LexicalWriter(self._spool, inner_of(model))

    @property
    def reused(self) -> int:
        """Passages whose vectors were taken over."""
        return (self._source.reused if self._source else 0) + (
            self._kept_passages if self._embedder is not self._model else 0
        )

    @property
    def identities(self) -> np.ndarray:
        """Ids and contents of the articles taken in, in order, as digests, uint64 (n, 2)."""
        return self._store.identities()

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """All that was not indexed, with the reasons."""
        return tuple(self._skipped)

    def forget(self) -> None:
        """Removes what an interrupted build would go on from."""
        if self._source:
            self._source.forget()

    def close(self) -> None:
        """Closes the files; what was not finished is thrown away by the caller."""
        self._ahead.shutdown(cancel_futures=True)
        for part in (self._tokens, self._store, self._vectors, self._source):
            with contextlib.suppress(OSError):
                if part:
                    part.close()

    def take(self, articles: Iterable[Article | Skipped | Rows]) -> None:
        """Takes all articles in, batch by batch."""
        total = len(articles) if isinstance(articles, Sized) else None
        source, done = iter(articles), 0
        while True:
            with self._clock("read"):
                item = next(source, None)
            if item is None:
                break
            if isinstance(item, Skipped):
                self._skipped.append(item)
            elif isinstance(item, Rows):
                self._waiting.append(item)
            elif reason := self._add(item):
                self._skipped.append(Skipped(item.path or item.id, reason))
                if isinstance(articles, CorpusDiff):
                    articles.refused(self._skipped[-1])
            done += item.last - item.first if isinstance(item, Rows) else 1
            if self._texts >= self._batch:
                self._flush()
                self._progress(
                    done,
                    articles.expected(done) if isinstance(articles, CorpusDiff) else total,
                    "passages",
                )
        self._flush()
        self._settle()
        self._progress(done, total or done, "passages")
        if not self._store.rows:
            raise CorpusError(_nothing(self._skipped))

    def _add(self, article: Article) -> str:
        """Takes an article in; returns "" or why not."""
        if reason := self._unusable(article):
            return reason
        with self._clock("split"):
            passages: list[Passage] = split(article)
        if not passages:
            return "no text to index"
        article = self._with_own_id(article)
        with self._clock("names"):
            names = keys(article)
        with self._clock("sketch"):
            sketch = duplicates.sketch(article.text)
        self._waiting.append(_New(article, passages, names, sketch))
        self._texts += len(passages)
        return ""

    def _unusable(self, article: Article) -> str:
        try:
            "".join(dataclasses.astuple(article)[:-2]).encode(
                "utf-8"
            )  # all but the pages and how sure OCR is of them
        except UnicodeEncodeError:
            return "holds half of a surrogate pair, which is no text"
        except TypeError:
            return "has a field that is not a string"
        if self._seen.get(article.id) == digest_of(article):
            return f"the same article came before, with the id {article.id!r}"
        return ""

    def _with_own_id(self, article: Article) -> Article:
        """The article, under another id where a different one has it already."""
        own, number = article.id, 1
        while own in self._seen:
            number += 1
            own = f"{article.id}#{number}"
        self._seen[own] = digest_of(article)
        return article if own == article.id else dataclasses.replace(article, id=own)

    def _flush(self) -> None:
        """Begins to tokenize what waits, and takes in what was tokenized meanwhile."""
        waiting, self._waiting, self._texts = self._waiting, [], 0
        texts = [
            passage_text(new.article, passage)
            for new in waiting
            if isinstance(new, _New)
            for passage in new.passages
        ]
        begun = waiting, texts, self._ahead.submit(self._model.encode_ids, texts)
        self._settle()
        self._begun = begun

    def _settle(self) -> None:
        if not self._begun:
            return
        (waiting, texts, future), self._begun = self._begun, None
        with self._clock("tokenize"):
            ids, offsets = future.result()
        with self._clock("embed"):
            vectors = self._embed(texts, ids, offsets)
        numbers = self._numbers(waiting)
        for begin in range(0, len(texts), MAX_BATCH):
            with self._clock("lexical"), storage_errors(self._path):
                own = slice(begin, begin + MAX_BATCH)
                some = ids[offsets[begin] : offsets[min(begin + MAX_BATCH, len(texts))]]
                at = offsets[begin : begin + MAX_BATCH + 1] - offsets[begin]
                found, owner = features(
                    [self._model.normalize(text) for text in texts[own]], some, at
                )
                self._lexical.add(found, owner, some, at, numbers[own])
        with self._clock("store"), storage_errors(self._path):
            at = 0
            for one in waiting:
                if isinstance(one, Rows):
                    self._take_over(one)
                    continue
                end = at + len(one.passages)
                self._tokens.add(ids[offsets[at] : offsets[end]])
                self._vectors.add(vectors[at:end])
                self._store.add(
                    one.article,
                    one.passages,
                    np.diff(offsets[at : end + 1]),
                    one.names,
                    one.sketch,
                )
                at = end

    @property
    def _before(self) -> Snapshot:
        """The version from which articles are taken over; there is one where any are."""
        assert self._old is not None
        return self._old

    def _numbers(self, waiting: list[_New | Rows]) -> np.ndarray:
        """The numbers of the passages of the new articles; notes which passages are kept, and under
        which.
        """
        out = [np.zeros(0, np.int64)]
        for one in waiting:
            if isinstance(one, Rows):
                first, last = self._before.store.first_passage[[one.first, one.last]].tolist()
                self._kept.append(ReusedRange(first, last - first, self._passages))
                self._passages += last - first
                self._kept_passages += last - first
            else:
                out.append(np.arange(self._passages, self._passages + len(one.passages)))
                self._passages += len(one.passages)
        return np.concatenate(out)

    def _take_over(self, rows: Rows) -> None:
        old = self._before
        first, last = old.store.first_passage[[rows.first, rows.last]].tolist()
        self._tokens.add(old.token_ids[old.token_offsets[first] : old.token_offsets[last]])
        self._vectors.keep(old.dense_index, first, last)
        self._store.keep(old.store, rows.first, rows.last)

    def _embed(self, batch: list[str], ids: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        if self._source is None:
            # One text more, of no tokens: a single one is summed in another order, and its vector
            # differs in the last bit.
            return self._model.embed_ids(ids, np.append(offsets, offsets[-1]))[: len(batch)]
        if not batch:
            return np.zeros((0, self._embedder.identity.dim), np.float32)
        with storage_errors(self._path):
            vectors, model = np.asarray(self._source.embed_passages(batch)), self._embedder.identity
        if vectors.shape != (len(batch), model.dim) or not np.isfinite(vectors).all():
            odd = "" if np.isfinite(vectors).all() else " with NaN or infinity"
            raise ModelError(
                f"expected {len(batch)} finite vectors of {model.dim} dimensions from the model"
                f" {model.name}, got an array of shape {vectors.shape}{odd}: the model or its"
                " folder is faulty, use another with --model"
            )
        return vectors

    def finish(self, sources: Sources | None, changes: Changes) -> tuple[Manifest, str]:
        """Writes, syncs and checks everything; returns the manifest and the version's name."""
        old = self._old if self._kept else None
        with self._clock("stories"), storage_errors(self._path):
            self._progress(0, 1, "stories")
            self._tokens.close()
            characters, stories = self._store.commit(old.store if old else None)
            self._progress(1, 1, "stories")
        with self._clock("write"), storage_errors(self._path):
            self._progress(0, 3, "write")
            vectors = self._vectors.write(self._folder, self._asked)
            self._progress(1, 3, "write")
            count = self._lexical.write(
                self._folder, self._passages, old.lexical_index if old else None, self._kept
            )
            shutil.rmtree(self._spool)
            self._progress(2, 3, "write")
            if sources:
                sources.write(self._folder)
            sync_tree(self._folder)
            self._progress(3, 3, "write")
        with self._clock("check"), storage_errors(self._path):
            self._progress(0, 1, "check")
            counts = Counts(
                self._store.rows,
                self._passages,
                characters,
                self._tokens.count,
                count,
                *counted(stories),
            )
            manifest, name = describe(
                self._path,
                self._folder,
                self._clock,
                model=self._model,
                embedder=self._embedder,
                changes=changes,
                report={"skipped": len(self._skipped), "reused": self.reused},
                vectors=vectors,
                counts=counts,
                skipped=self._skipped,
            )
            self_query(Snapshot(self._folder, manifest, self._model, self._embedder))
            self._progress(1, 1, "check")
        return manifest, name

    def _asked(self, count: int) -> np.ndarray:
        """Vectors of what might be asked: words from the middle of some passages."""
        store = Store(self._folder)
        sampled = np.linspace(0, self._passages - 1, count, dtype=np.int64)
        bounds = store.passages()[sampled].tolist()
        articles = store.articles(row for row, _, _ in bounds)
        middles = [
            articles[row].text[(start + end) // 2 : end][:_QUESTION] for row, start, end in bounds
        ]
        return np.asarray(self._embedder.embed_queries(middles), np.float32)


def _nothing(skipped: list[Skipped]) -> str:
    reasons = "; ".join(f"{entry.path}: {entry.reason}" for entry in skipped[:5])
    if len(skipped) > 5:
        reasons += f"; and {len(skipped) - 5} more"
    seen = f"all of them were skipped ({reasons})" if skipped else "there are none"
    return (
        f"expected at least one article to index, but {seen}: put articles (.txt, .md, .html, .pdf,"
        " .docx, .csv and more) into the corpus. An index that was there before is unchanged."
    )
