"""The files of one version of an index, written batch by batch."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections.abc import Iterable, Iterator, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from rag.corpus import duplicates, passage_text, split
from rag.corpus.article import Article, Skipped
from rag.embed.protocol import Embedder
from rag.embed.static import load_static
from rag.errors import CorpusError
from rag.index.changes import Changes
from rag.index.corpus_diff import CorpusDiff, Rows
from rag.index.disk import storage_errors, sync_tree
from rag.index.features import features, inner_of
from rag.index.lexical_writer import MAX_BATCH, LexicalWriter
from rag.index.manifest import Counts, Manifest
from rag.index.named import keys
from rag.index.report import Clock, Progress, counted, describe
from rag.index.reuse import ReusingEmbedder
from rag.index.snapshot import TOKENS_FILE, Snapshot, token_dtype
from rag.index.sources import Sources
from rag.index.status import self_query
from rag.index.store import STRING_FIELDS, NewArticle, Store, StoreWriter, digest_of
from rag.index.vectors import VectorsWriter

# Passages of a batch, with the static model and with another: large enough to keep both cores and
# NumPy busy, small enough to keep memory flat. A transformer is a hundred times slower, and whoever
# waits for it wants to see progress.
_BATCH_STATIC, _BATCH_OTHER = 2_048, 256
_QUESTION = 30  # characters of a sampled question, on which the recall of the vectors is measured


class Builder:
    """Writes the files of one version.

    Attributes:
        skipped: what was not indexed so far, with the reasons.
        store: the writer of articles and passages.
    """

    def __init__(
        self,
        path: Path,
        folder: Path,
        embedder: Embedder,
        old: Snapshot | None,
        progress: Progress,
        clock: Clock,
    ) -> None:
        """Opens the files of the version.

        Args:
            path, folder: the index folder, and that of the version under construction.
            embedder: the model for the passage vectors.
            old: the version from which articles or vectors may be taken over, if any.
            progress: called now and then with (done, total or None, phase).
            clock: adds up the time of each phase.
        """
        self._path, self._folder, self._old = path, folder, old
        model = self._model = load_static()
        self._embedder = embedder
        self._batch = _BATCH_STATIC if embedder is model else _BATCH_OTHER
        self._source = None if embedder is model else ReusingEmbedder(embedder, old, path)
        self._progress, self._clock = progress, clock
        self.skipped: list[Skipped] = []
        self._seen: dict[str, int] = {}
        self._waiting: list[NewArticle | Rows] = []
        self._texts = self._tokens = 0
        self._spool = folder / "spool"
        # The tokenizer releases the GIL, so a thread tokenizes one batch ahead of the other work.
        self._ahead = ThreadPoolExecutor(1)
        self._begun: tuple[list[NewArticle | Rows], list[str], Future] | None = None
        kind = "int8" if embedder is model else "fp16"
        with storage_errors(path):
            self._spool.mkdir()
            self.store = StoreWriter(folder)
            self._token_file = open(folder / TOKENS_FILE, "wb")
            self._vectors = VectorsWriter(embedder.identity.dim, kind)
            self._lexical = LexicalWriter(self._spool, inner_of(model))

    def forget(self) -> None:
        """Removes the vectors kept for the case that this build is interrupted."""
        if self._source:
            self._source.forget()

    def close(self) -> None:
        """Closes the files; the caller deletes an unfinished version."""
        self._ahead.shutdown(cancel_futures=True)
        for part in (self._token_file, self.store, self._source):
            with contextlib.suppress(OSError):
                if part:
                    part.close()

    def take(self, articles: Iterable[Article | Skipped | Rows]) -> None:
        """Indexes all articles, batch by batch.

        Raises:
            CorpusError: no article could be indexed.
        """
        diff = articles if isinstance(articles, CorpusDiff) else None
        total = len(articles) if isinstance(articles, Sized) else None
        source, done = iter(articles), 0
        while True:
            with self._clock("read"):
                item = next(source, None)
            if item is None:
                break
            if isinstance(item, Skipped):
                self.skipped.append(item)
            elif isinstance(item, Rows):
                self._waiting.append(item)
            elif reason := self._add(item):
                self.skipped.append(Skipped(item.path or item.id, reason))
                if diff:
                    diff.refused(self.skipped[-1])
            done += item.last - item.first if isinstance(item, Rows) else 1
            if self._texts >= self._batch:
                self._flush()
                self._progress(done, diff.expected(done) if diff else total, "passages")
        self._flush()
        self._settle()
        self._progress(done, total or done, "passages")
        if not self.store.rows:
            raise CorpusError(_nothing(self.skipped))

    def _add(self, article: Article) -> str:
        """Puts an article into the waiting batch; returns "", or why it cannot be indexed."""
        try:
            "".join(getattr(article, name) for name in STRING_FIELDS).encode("utf-8")
        except UnicodeEncodeError:
            return "holds half of a surrogate pair, which is no text"
        except TypeError:
            return "has a field that is not a string"
        digest = digest_of(article)
        if self._seen.get(article.id) == digest:
            return f"the same article came before, with the id {article.id!r}"
        with self._clock("split"):
            passages = split(article)
        if not passages:
            return "no text to index"
        unique_id, number = article.id, 1
        while unique_id in self._seen:
            number += 1
            unique_id = f"{article.id}#{number}"
        self._seen[unique_id] = digest
        article = dataclasses.replace(article, id=unique_id)
        with self._clock("names"):
            names = keys(article)
        with self._clock("sketch"):
            sketch = duplicates.sketch(article.text)
        self._waiting.append(NewArticle(article, digest, passages, names, sketch))
        self._texts += len(passages)
        return ""

    def _flush(self) -> None:
        """Begins to tokenize the waiting batch, and indexes the batch that was tokenized before."""
        waiting, self._waiting, self._texts = self._waiting, [], 0
        texts = [
            passage_text(new.article, passage)
            for new in waiting
            if isinstance(new, NewArticle)
            for passage in new.passages
        ]
        begun = waiting, texts, self._ahead.submit(self._model.encode_ids, texts)
        self._settle()
        self._begun = begun

    def _settle(self) -> None:
        """Indexes the batch that is being tokenized, if any."""
        if not self._begun:
            return
        (waiting, texts, future), self._begun = self._begun, None
        with self._clock("tokenize"):
            ids, offsets = future.result()
        with self._clock("embed"):
            vectors = self._embed(texts, ids, offsets)
        with self._clock("store"), storage_errors(self._path):
            numbers = self._store(waiting, ids, offsets, vectors)
        with self._clock("lexical"), storage_errors(self._path):
            for begin in range(0, len(texts), MAX_BATCH):
                batch = slice(begin, begin + MAX_BATCH)
                at = offsets[begin : begin + MAX_BATCH + 1]
                some, at = ids[at[0] : at[-1]], at - at[0]
                found, owner = features(list(map(self._model.normalize, texts[batch])), some, at)
                self._lexical.add(found, owner, some, at, numbers[batch])

    def _store(
        self,
        waiting: list[NewArticle | Rows],
        ids: np.ndarray,
        offsets: np.ndarray,
        vectors: np.ndarray,
    ) -> np.ndarray:
        """Stores a batch of articles with the tokens and vectors of their passages.

        Args:
            waiting: new articles, and rows to take over from the old version.
            ids, offsets: the tokens of the passages of the new articles, and where each passage
                begins.
            vectors: the vectors of these passages.

        Returns:
            The numbers of these passages in the new version, int64.
        """
        at, numbers = 0, [np.zeros(0, np.int64)]
        for one in waiting:
            if isinstance(one, Rows):
                self._take_over(one)
                continue
            first, end = self.store.passages, at + len(one.passages)
            numbers.append(np.arange(first, first + len(one.passages)))
            self._write_tokens(ids[offsets[at] : offsets[end]])
            self._vectors.add(vectors[at:end])
            self.store.add(one, np.diff(offsets[at : end + 1]))
            at = end
        return np.concatenate(numbers)

    def _take_over(self, rows: Rows) -> None:
        old = self._old
        assert old is not None  # rows come only from an old version
        first, last = old.store.first_passage[[rows.first, rows.last]].tolist()
        self._write_tokens(old.token_ids[old.token_offsets[first] : old.token_offsets[last]])
        self._vectors.keep(old.dense_index, first, last)
        self.store.keep(old.store, rows.first, rows.last)

    def _write_tokens(self, ids: np.ndarray) -> None:
        self._token_file.write(np.ascontiguousarray(ids, token_dtype(self._model.size)).data)
        self._tokens += len(ids)

    def _embed(self, texts: list[str], ids: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        if self._source:
            with storage_errors(self._path):
                return self._source.embed_passages(texts)
        # An empty text is added, because the sum over a single text runs in another order, which
        # changes its vector in the last bit.
        return self._model.embed_ids(ids, np.append(offsets, offsets[-1]))[: len(texts)]

    @contextlib.contextmanager
    def _last_step(self, phase: str) -> Iterator[None]:
        with self._clock(phase), storage_errors(self._path):
            self._progress(0, 1, phase)
            yield
            self._progress(1, 1, phase)

    def finish(self, sources: Sources | None, changes: Changes) -> tuple[Manifest, str]:
        """Writes, syncs and checks the files of the version.

        Args:
            sources: the files that were read; None for an index that was not built from files.
            changes: how the articles differ from those of the live version.

        Returns:
            The manifest and the version's name.
        """
        store, folder = self.store, self._folder
        old = self._old if store.kept_ranges else None
        with self._last_step("stories"):
            self._token_file.close()
            characters, stories = store.commit(old.store if old else None)
        with self._last_step("write"):
            vectors = self._vectors.write(folder, self._asked)
            kept_passages = store.kept_passages(old.store) if old else []
            older = old.lexical_index if old else None
            n_features = self._lexical.write(folder, store.passages, older, kept_passages)
            shutil.rmtree(self._spool)
            if sources:
                sources.write(folder)
            sync_tree(folder)
        with self._last_step("check"):
            reused = 0
            if self._source:
                reused = self._source.reused + sum(last - first for first, last, _ in kept_passages)
            sizes = store.rows, store.passages, characters, self._tokens, n_features
            manifest, name = describe(
                self._path,
                folder,
                self._clock,
                embedder=self._embedder,
                changes=changes,
                report={"skipped": len(self.skipped), "reused": reused},
                vectors=vectors,
                counts=Counts(*sizes, *counted(stories)),
                skipped=self.skipped,
            )
            self_query(Snapshot(folder, manifest, self._embedder))
        return manifest, name

    def _asked(self, count: int) -> np.ndarray:
        """The vectors of ``count`` sampled questions, float32 (count, dim): characters from the
        middle of evenly spaced passages stand in for questions.
        """
        store = Store(self._folder)
        sampled = np.linspace(0, self.store.passages - 1, count, dtype=np.int64)
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
