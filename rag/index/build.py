"""Building an index: aside, checked, then switched to in one step."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus import duplicates
from rag.corpus.article import Article, Passage, Skipped
from rag.embed.protocol import Embedder
from rag.errors import CorpusError, IndexCorrupt, ModelError, YinjuError
from rag.index.changes import Changes, compare, guard
from rag.index.disk import storage_errors, sync_file, sync_tree
from rag.index.features import features
from rag.index.lexical import MAX_BATCH, SETTINGS, LexicalWriter
from rag.index.manifest import FILE_NAME, FORMAT, Counts, Manifest, list_files
from rag.index.named import keys
from rag.index.open import Snapshot
from rag.index.reuse import ReusingEmbedder, reusing
from rag.index.store import Store, StoreWriter
from rag.index.tokens import TokensWriter
from rag.index.vectors import VectorsWriter
from rag.index.versions import KEEP, VERSIONS, building_folder, commit, current, held, next_stamp, version_name, writing

if TYPE_CHECKING:
    from rag.embed.static import StaticModel

Progress = Callable[[int, int | None, str], None]

# Large enough to keep both cores and NumPy busy, small enough to keep memory flat; a transformer is
# a hundred times slower, and whoever waits for it wants to see progress.
_BATCH_STATIC, _BATCH_OTHER = 2_048, 256
_CHECKED_PASSAGES = 8


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        version: name of the new live version.
        articles, passages: number of each.
        reused: passages whose vectors were taken over from the version before; always 0 for the static
            model, which is faster than looking them up.
        skipped: what was not indexed, with the reasons.
        seconds: wall time.
        bytes: size of the version on disk.
        phases: seconds by phase: "read", "split", "names", "sketch", "tokenize", "embed", "lexical", "store", "stories", "write",
            "check".
        changes: how the articles differ from those of the version that was live before; all are added where none was.
        stories: how many stories several articles tell in nearly the same words.
        repeats: how many articles that makes beyond the first of each.
    """

    version: str
    articles: int
    passages: int
    reused: int
    skipped: tuple[Skipped, ...]
    seconds: float
    bytes: int
    phases: dict[str, float]
    changes: Changes = Changes()
    stories: int = 0
    repeats: int = 0

    def to_dict(self) -> dict:
        """Plain dicts, lists, strings and numbers."""
        return dataclasses.asdict(self)


class _Clock:
    """Adds up wall time by phase."""

    def __init__(self) -> None:
        self.begin = time.perf_counter()
        self.phases: dict[str, float] = defaultdict(float)

    @contextlib.contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.phases[phase] += time.perf_counter() - begin


def build_index(
    articles: Iterable[Article | Skipped],
    path: str | Path,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    keep: int = KEEP,
    max_removed: float = 1.0,
) -> BuildReport:
    """Builds a new version of an index and makes it the live one.

    Readers keep the version they have opened. Until the last step nothing that was there changes;
    whatever goes wrong before it, a killed process included, leaves the old version live. Where the
    live version was built with the same transformer, only passages that are new are embedded.

    Args:
        articles: what :func:`rag.corpus.read_corpus` gives. An article without text, or with an id
            and text that came before, is reported as skipped; one whose id came before with another
            text gets the id with "#2" behind it.
        path: the index folder; made if it is not there.
        embedder: model for the passage vectors; None for the embedded static one.
        progress: called now and then with (done, total or None, phase).
        keep: versions to keep, the new one included; at least 1.
        max_removed: share (0 to 1) of the articles of the live version that may be gone; see :func:`rag.index.changes.guard`.

    Raises:
        TooMuchRemoved: more than that are gone; nothing is changed.
        CorpusError: no article could be indexed; the message has the reasons.
        IndexBusy: another process is building.
        StorageError: the folder cannot be written, or the disk is full.
        ModelError: the embedded model cannot be loaded.
    """
    from rag.embed import load_static

    model = load_static()
    path, clock = Path(path), _Clock()
    with writing(path):
        with storage_errors(path):
            folder = building_folder(path)
        try:
            with reusing(path, embedder or model, model) as source:
                builder = _Builder(path, folder, model, embedder or model, source, progress or _silent, clock)
                try:
                    builder.take(articles)
                    before = _before(path)
                    changes = compare(before, builder.contents).counts()
                    guard(changes.removed, len(before), path, max_removed)
                    manifest, name = builder.finish()
                finally:
                    builder.close()
            with storage_errors(path):
                commit(path, folder, name, keep)
        finally:
            # After the commit there is nothing left under this name.
            shutil.rmtree(folder, ignore_errors=True)
    c = manifest.counts
    seconds = time.perf_counter() - clock.begin
    phases = {phase: round(spent, 4) for phase, spent in clock.phases.items()}
    return BuildReport(
        name, c.articles, c.passages, source.reused, manifest.skipped, round(seconds, 4), manifest.bytes, phases, changes,
        c.stories, c.repeats,
    )


def _before(path: Path) -> dict[str, str]:
    """Id -> digest of the content of the articles of the live version; empty where there is none that can be read."""
    try:
        name = current(path)
        with held(path / VERSIONS / name):
            store = Store(path / VERSIONS / name)
            rows = len(store.columns())
            return {article.id: _content(article) for article in map(store.article, range(rows))}
    except (YinjuError, sqlite3.Error, OSError):
        return {}


def _silent(done: int, total: int | None, phase: str) -> None:
    """Progress that nobody watches."""


class _Builder:
    """The parts of one version under construction."""

    def __init__(
        self,
        path: Path,
        folder: Path,
        model: StaticModel,
        embedder: Embedder,
        source: ReusingEmbedder,
        progress: Progress,
        clock: _Clock,
    ) -> None:
        self._path, self._folder = path, folder
        self._model, self._embedder, self._source = model, embedder, source
        self._batch = _BATCH_STATIC if embedder is model else _BATCH_OTHER
        self._progress, self._clock = progress, clock
        self._skipped: list[Skipped] = []
        self._seen: dict[str, str] = {}
        self._texts: list[str] = []
        self._articles = self._passages = self._characters = 0
        self._spool = folder / "spool"
        with storage_errors(path):
            self._spool.mkdir()
            self._store = StoreWriter(folder)
            self._vectors = VectorsWriter(self._spool, embedder.identity.dim)
        self._tokens = TokensWriter(model.size)
        self._lexical = LexicalWriter(self._spool)

    def close(self) -> None:
        """Closes the files; what was not finished is thrown away by the caller."""
        self._vectors.close()
        self._store.close()

    @property
    def contents(self) -> dict[str, str]:
        """Id -> digest of the content of each article taken in."""
        return self._seen

    def take(self, articles: Iterable[Article | Skipped]) -> None:
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
            else:
                self._add(item)
            done += 1
            if len(self._texts) >= self._batch:
                self._flush()
                self._progress(done, total, "passages")
        self._flush()
        self._progress(done, total or done, "passages")
        if not self._articles:
            raise CorpusError(_nothing(self._skipped))

    def _add(self, article: Article) -> None:
        from rag.corpus import passage_text, split

        if reason := self._unusable(article):
            self._skipped.append(Skipped(article.path or article.id, reason))
            return
        article = self._with_own_id(article)
        with self._clock("split"):
            passages: list[Passage] = split(article)
        if not passages:
            self._skipped.append(Skipped(article.path or article.id, "no text to index"))
            return
        self._texts += (passage_text(article, passage) for passage in passages)
        with self._clock("names"):
            names = keys(article)
        with self._clock("sketch"):
            sketch = duplicates.sketch(article.text)
        with self._clock("store"), storage_errors(self._path):
            self._store.add(article, passages, names, sketch)
        self._articles += 1
        self._characters += len(article.text)

    def _unusable(self, article: Article) -> str:
        try:
            "".join(dataclasses.astuple(article)[:-1]).encode("utf-8")  # all but the pages
        except UnicodeEncodeError:
            return "holds half of a surrogate pair, which is no text"
        except TypeError:
            return "has a field that is not a string"
        if self._seen.get(article.id) == _content(article):
            return f"the same article came before, with the id {article.id!r}"
        return ""

    def _with_own_id(self, article: Article) -> Article:
        """The article, under another id where a different one has it already."""
        own, number = article.id, 1
        while own in self._seen:
            number += 1
            own = f"{article.id}#{number}"
        self._seen[own] = _content(article)
        return article if own == article.id else dataclasses.replace(article, id=own)

    def _flush(self) -> None:
        """Tokenizes, embeds and counts the passages that wait."""
        texts, self._texts = self._texts, []
        for begin in range(0, len(texts), MAX_BATCH):
            batch = texts[begin : begin + MAX_BATCH]
            with self._clock("tokenize"):
                ids, offsets = self._model.encode_ids(batch)
            with self._clock("embed"):
                vectors = self._embed(batch, ids, offsets)
            with self._clock("lexical"):
                found, owner = features([self._model.normalize(text) for text in batch], ids, offsets)
            with self._clock("lexical"), storage_errors(self._path):
                self._lexical.add(found, owner, len(batch))
            with self._clock("store"), storage_errors(self._path):
                self._tokens.add(ids, offsets)
                self._vectors.add(vectors)
            self._passages += len(batch)

    def _embed(self, batch: list[str], ids: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        if self._embedder is self._model:
            return self._model.embed_ids(ids, offsets)
        vectors, model = np.asarray(self._source.embed_passages(batch)), self._embedder.identity
        if vectors.shape != (len(batch), model.dim) or not np.isfinite(vectors).all():
            odd = "" if np.isfinite(vectors).all() else " with NaN or infinity"
            raise ModelError(
                f"expected {len(batch)} finite vectors of {model.dim} dimensions from the model {model.name}, "
                f"got an array of shape {vectors.shape}{odd}: the model or its folder is faulty, "
                "use another with --model"
            )
        return vectors

    def finish(self) -> tuple[Manifest, str]:
        """Writes, syncs and checks everything; returns the manifest and the version's name."""
        with self._clock("stories"), storage_errors(self._path):
            self._progress(0, 1, "stories")
            stories = self._store.tell_stories()
            self._progress(1, 1, "stories")
        with self._clock("write"), storage_errors(self._path):
            self._progress(0, 3, "write")
            self._store.commit()
            tokens = self._tokens.write(self._folder)
            vectors = self._vectors.write(self._folder)
            self._progress(1, 3, "write")
            features_count = self._lexical.write(self._folder)
            shutil.rmtree(self._spool)
            self._progress(2, 3, "write")
            sync_tree(self._folder)
            self._progress(3, 3, "write")
        with self._clock("check"), storage_errors(self._path):
            self._progress(0, 1, "check")
            manifest, name = self._describe(tokens, features_count, vectors, stories)
            _check(Snapshot(self._folder, manifest, self._model, self._embedder))
            self._progress(1, 1, "check")
        return manifest, name

    def _describe(self, tokens: int, features_count: int, vectors: dict, stories: np.ndarray) -> tuple[Manifest, str]:
        from rag.corpus import SPLITTER

        stamp = next_stamp(self._path)
        manifest = Manifest(
            format=FORMAT,
            created=stamp.isoformat(timespec="milliseconds"),
            model=self._embedder.identity,
            static_model=self._model.identity,
            tokenizer_sha256=self._model.tokenizer_sha256,
            splitter=dict(SPLITTER),
            duplicates=dict(duplicates.SETTINGS),
            lexical=SETTINGS,
            vectors=vectors,
            counts=Counts(self._articles, self._passages, self._characters, tokens, features_count, *_counted(stories)),
            skipped=tuple(self._skipped),
            files=list_files(self._folder),
        )
        text = manifest.to_json()
        (self._folder / FILE_NAME).write_text(text, encoding="utf-8", newline="\n")
        sync_file(self._folder / FILE_NAME)
        return manifest, version_name(stamp, text)


def _counted(stories: np.ndarray) -> tuple[int, int]:
    """How many stories several articles tell, and how many of these articles repeat the first."""
    counts = np.bincount(stories)
    return int((counts > 1).sum()), int((counts[counts > 1] - 1).sum())


def _content(article: Article) -> str:
    """Short digest of all that an article says, but for where it stands."""
    import xxhash

    fields = (article.title, article.date, article.source, article.url, article.lang, article.text)
    return xxhash.xxh3_128_hexdigest("\0".join(fields).encode())


def _nothing(skipped: list[Skipped]) -> str:
    reasons = "; ".join(f"{entry.path}: {entry.reason}" for entry in skipped[:5])
    if len(skipped) > 5:
        reasons += f"; and {len(skipped) - 5} more"
    seen = f"all of them were skipped ({reasons})" if skipped else "there are none"
    return (
        f"expected at least one article to index, but {seen}: "
        "put articles (.txt, .md, .html, .pdf, .docx, .csv and more) into the corpus. An index that was there before is unchanged."
    )


def _check(snapshot: Snapshot) -> None:
    """Reads a finished version back, and asks it for passages that it must find.

    Raises:
        IndexCorrupt: it does not.
    """
    from rag.corpus import passage_text

    with snapshot:
        for row in np.unique(np.linspace(0, snapshot.n_passages - 1, _CHECKED_PASSAGES, dtype=np.int64)):
            place = snapshot.passages[row]
            article = snapshot.article(place.article_row)
            text = passage_text(article, Passage(article.id, int(place.start), int(place.end)))
            ids, offsets = snapshot.model.encode_ids([text])
            begin, end = snapshot.token_offsets[row : row + 2]
            vector = snapshot.vector(row)
            found, scores = snapshot.dense(vector, 1)
            whole = (
                0 <= place.start < place.end <= len(article.text)
                and np.array_equal(snapshot.token_ids[begin:end], ids)
                and len(found) == 1
                and scores[0] >= vector @ vector - 1e-3
                and (len(ids) == 0 or snapshot.lexical(text)[row] > 0)
            )
            if not whole:
                raise IndexCorrupt(
                    f"expected to find passage {row} of {article.id!r} in the index just written to {snapshot.path}, "
                    "but it reads back differently: the disk or the memory may be faulty; build again"
                )
