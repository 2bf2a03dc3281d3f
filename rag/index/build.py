"""Building an index: aside, checked, then switched to in one step."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus import SPLITTER, duplicates, passage_text, split
from rag.corpus.article import Article, Passage, Skipped
from rag.embed.protocol import Embedder
from rag.errors import CorpusError, IndexCorrupt, ModelError, YinjuError
from rag.index.changes import Changes, compare, guard
from rag.index.disk import storage_errors, sync_file, sync_tree
from rag.index.features import features, inner_of
from rag.index.lexical import MAX_BATCH, SETTINGS, Kept, LexicalWriter
from rag.index.manifest import FILE_NAME, FORMAT, SKIPPED_KEPT, Counts, Manifest, list_files, read_manifest
from rag.index.named import keys
from rag.index.open import Snapshot, check_models, open_index, spelling
from rag.index.reuse import ReusingEmbedder
from rag.index.sources import Sources
from rag.index.store import Store, StoreWriter, digest_of
from rag.index.survey import Looked, Rows, Survey
from rag.index.texts import scripts
from rag.index.tokens import TokensWriter, open_tokens
from rag.index.vectors import VectorsWriter
from rag.index.versions import KEEP, VERSIONS, building_folder, commit, current, next_stamp, version_name, writing

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

    def rounded(self) -> dict[str, float]:
        """Seconds by phase so far."""
        return {phase: round(spent, 4) for phase, spent in self.phases.items()}

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
    return _write(path, lambda before: articles, embedder, progress, keep, max_removed)


def index_corpus(
    paths: Sequence[Path],
    path: str | Path,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    keep: int = KEEP,
    max_removed: float = 1.0,
    model: str = "",
    program: str = "",
    columns: Mapping[str, str] | None = None,
    afresh: bool = False,
) -> BuildReport | None:
    """As :func:`build_index`, from files and folders; the articles of files that are as they were are taken over.

    The result is that of a build from nothing: the same files, byte for byte, but for what tells times.

    Args:
        paths: files and folders.
        path, embedder, progress, keep, max_removed: as for :func:`build_index`.
        model: the model that was named, "" for the embedded one, for the record.
        program: version of Yinju; another one reads files anew.
        columns: which columns of tables hold what (:func:`rag.corpus.read_corpus`); None for those of the live version.
        afresh: read all, and build a new version even if nothing changed.

    Returns:
        The report; None where nothing has changed.
    """

    def survey(before: _Before) -> Survey | None:
        usable = not afresh and before.usable
        known = columns if columns is not None or before.folder is None else read_columns_of(before.folder)
        looked = Looked.at(paths, program, before.folder if usable else None, known)
        if usable and not looked.changed:
            return None
        return Survey(looked, model, program, before.open() if looked.before else None)

    return _write(path, survey, embedder, progress, keep, max_removed)


def read_columns_of(folder: Path) -> dict[str, str]:
    """Which columns of tables held what when a version was built; none where nothing legible says so."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        if sources := Sources.read(folder):
            return dict(sources.columns)
    return {}


def same_settings(manifest: Manifest) -> bool:
    """Whether an index was made with the settings of this version of Yinju."""
    return (manifest.splitter, manifest.lexical, manifest.duplicates) == (dict(SPLITTER), SETTINGS, dict(duplicates.SETTINGS))


class _Before:
    """The live version as a build finds it.

    Attributes:
        folder: of it; None where there is none.
        usable: whether it was made by the same models with the same settings, so that articles can be taken over from it.
    """

    def __init__(self, path: Path, model: StaticModel, embedder: Embedder, hold: contextlib.ExitStack) -> None:
        self._path, self._embedder, self._hold = path, embedder, hold
        self.folder, self.usable, self._opened = None, False, None
        with contextlib.suppress(YinjuError):  # none, a damaged one, or another model's: everything is made anew
            self.folder = path / VERSIONS / current(path)
            manifest = read_manifest(self.folder)
            check_models(path, manifest, model, embedder)
            self.usable = same_settings(manifest)

    def open(self) -> Snapshot | None:
        """The version, held until the build has ended; None where it cannot be read."""
        if self._opened is None:
            with contextlib.suppress(YinjuError):
                self._opened = self._hold.enter_context(open_index(self._path, self._embedder))
        return self._opened

    def identities(self) -> np.ndarray:
        """Ids and contents of its articles as digests; none where they cannot be read."""
        if self._opened:
            return self._opened.store.identities()
        with contextlib.suppress(YinjuError, OSError, ValueError, KeyError, TypeError):
            if self.folder:
                read_manifest(self.folder)
                return Store(self.folder).identities()
        return np.zeros((0, 2), np.uint64)


def _write(
    path: str | Path, choose: Callable[[_Before], Iterable[Article | Skipped] | Survey | None], embedder: Embedder | None,
    progress: Progress | None, keep: int, max_removed: float,
) -> BuildReport | None:  # fmt: skip
    """Builds a version of what ``choose`` gives."""
    from rag.embed import load_static

    model = load_static()
    embedder = embedder or model
    path, clock = Path(path), _Clock()
    with writing(path), contextlib.ExitStack() as hold, contextlib.ExitStack() as reading:
        before = _Before(path, model, embedder, reading)
        with clock("look"):
            articles = choose(before)
        if articles is None:
            return None
        with storage_errors(path):
            folder = building_folder(path)
        # After the commit there is nothing left under this name.
        hold.callback(shutil.rmtree, folder, ignore_errors=True)
        old = before.open() if isinstance(articles, Survey) and articles.takes_over or embedder is not model else None
        builder = _Builder(path, folder, model, embedder, old, progress or _silent, clock)
        try:
            builder.take(articles)
            identities = before.identities()
            changes = compare(*(dict(some.tolist()) for some in (identities, builder.identities))).counts()
            guard(changes.removed, len(identities), path, max_removed)
            manifest, name = builder.finish(articles.sources if isinstance(articles, Survey) else None, changes)
        finally:
            builder.close()
        reading.close()  # or the version before could not be removed
        with storage_errors(path):
            commit(path, folder, name, keep)
        builder.forget()
    c, seconds = manifest.counts, round(time.perf_counter() - clock.begin, 4)
    return BuildReport(
        name, c.articles, c.passages, builder.reused, builder.skipped, seconds, manifest.bytes, clock.rounded(), changes, c.stories, c.repeats
    )


def _silent(done: int, total: int | None, phase: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class _New:
    """An article to be indexed: its passages, what it names, what it is compared with others by."""

    article: Article
    passages: list[Passage]
    names: set[str]
    sketch: np.ndarray


class _Builder:
    """The parts of one version under construction."""

    def __init__(
        self, path: Path, folder: Path, model: StaticModel, embedder: Embedder, old: Snapshot | None, progress: Progress, clock: _Clock
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
        self._kept: list[Kept] = []
        self._spool = folder / "spool"
        # Tokenizing leaves Python to the other work: it runs a batch ahead.
        self._ahead = ThreadPoolExecutor(1)
        self._begun: tuple[list[_New | Rows], list[str], Future] | None = None
        with storage_errors(path):
            self._spool.mkdir()
            self._store = StoreWriter(folder)
            self._tokens = TokensWriter(folder, model.size)
            self._vectors = VectorsWriter(embedder.identity.dim, "int8" if embedder is model else "fp16")
        self._lexical = LexicalWriter(self._spool, inner_of(model))

    @property
    def reused(self) -> int:
        """Passages whose vectors were taken over."""
        return (self._source.reused if self._source else 0) + (self._kept_passages if self._embedder is not self._model else 0)

    @property
    def identities(self) -> np.ndarray:
        """Ids and contents of the articles taken in, in order, as digests, uint64 (n, 2)."""
        return self._store.identities()

    def forget(self) -> None:
        """Removes what an interrupted build would go on from."""
        if self._source:
            self._source.forget()

    def close(self) -> None:
        """Closes the files; what was not finished is thrown away by the caller."""
        self._ahead.shutdown(cancel_futures=True)
        for part in (self._tokens, self._store, self._source):
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
                self._keep(item)
            elif reason := self._add(item):
                self._skipped.append(Skipped(item.path or item.id, reason))
                if isinstance(articles, Survey):
                    articles.refused(self._skipped[-1])
            done += item.last - item.first if isinstance(item, Rows) else 1
            if self._texts >= self._batch:
                self._flush()
                self._progress(done, articles.expected(done) if isinstance(articles, Survey) else total, "passages")
        self._flush()
        self._settle()
        self._progress(done, total or done, "passages")
        if not self._store.rows:
            raise CorpusError(_nothing(self._skipped))

    def _keep(self, rows: Rows) -> None:
        last = self._waiting[-1] if self._waiting else None
        if isinstance(last, Rows) and last.last == rows.first:
            self._waiting[-1] = Rows(last.first, rows.last)
        else:
            self._waiting.append(rows)

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
            "".join(dataclasses.astuple(article)[:-1]).encode("utf-8")  # all but the pages
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
        texts = [passage_text(new.article, passage) for new in waiting if isinstance(new, _New) for passage in new.passages]
        begun = waiting, texts, self._ahead.submit(self._model.encode_ids, texts)
        self._settle()
        self._begun = begun

    def _settle(self) -> None:
        if not self._begun:
            return
        (waiting, texts, future), self._begun = self._begun, None
        with self._clock("tokenize"):
            ids, offsets = future.result()
        new = [one for one in waiting if isinstance(one, _New)]
        with self._clock("embed"):
            vectors = self._embed(texts, ids, offsets)
        with self._clock("texts"):
            told = scripts(self._model, [(one.article, one.passages) for one in new], texts, ids, offsets)
        numbers = self._numbers(waiting)
        for begin in range(0, len(texts), MAX_BATCH):
            with self._clock("lexical"), storage_errors(self._path):
                own = slice(begin, begin + MAX_BATCH)
                some = ids[offsets[begin] : offsets[min(begin + MAX_BATCH, len(texts))]]
                at = offsets[begin : begin + MAX_BATCH + 1] - offsets[begin]
                found, owner = features([self._model.normalize(text) for text in texts[own]], some, at)
                self._lexical.add(found, owner, some, at, numbers[own])
        with self._clock("store"), storage_errors(self._path):
            at, number = 0, 0
            for one in waiting:
                if isinstance(one, Rows):
                    self._take_over(one)
                    continue
                end = at + len(one.passages)
                self._tokens.add(ids[offsets[at] : offsets[end]])
                self._vectors.add(vectors[at:end])
                self._store.add(one.article, one.passages, np.diff(offsets[at : end + 1]), told[number], one.names, one.sketch)
                at, number = end, number + 1

    def _numbers(self, waiting: list[_New | Rows]) -> np.ndarray:
        """The numbers of the passages of the new articles; notes which passages are kept, and under which."""
        out = [np.zeros(0, np.int64)]
        for one in waiting:
            if isinstance(one, Rows):
                first, last = self._old.store.first_passage[[one.first, one.last]].tolist()
                self._kept.append(Kept(first, last - first, self._passages))
                self._passages += last - first
                self._kept_passages += last - first
            else:
                out.append(np.arange(self._passages, self._passages + len(one.passages)))
                self._passages += len(one.passages)
        return np.concatenate(out)

    def _take_over(self, rows: Rows) -> None:
        old = self._old
        first, last = old.store.first_passage[[rows.first, rows.last]].tolist()
        self._tokens.add(old.token_ids[old.token_offsets[first] : old.token_offsets[last]])
        self._vectors.keep(old.dense_index, first, last)
        self._store.keep(old.store, rows.first, rows.last)

    def _embed(self, batch: list[str], ids: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        if self._source is None:
            # One text more, of no tokens: a single one is summed in another order, and its vector differs in the last bit.
            return self._model.embed_ids(ids, np.append(offsets, offsets[-1]))[: len(batch)]
        if not batch:
            return np.zeros((0, self._embedder.identity.dim), np.float32)
        with storage_errors(self._path):
            vectors, model = np.asarray(self._source.embed_passages(batch)), self._embedder.identity
        if vectors.shape != (len(batch), model.dim) or not np.isfinite(vectors).all():
            odd = "" if np.isfinite(vectors).all() else " with NaN or infinity"
            raise ModelError(
                f"expected {len(batch)} finite vectors of {model.dim} dimensions from the model {model.name}, "
                f"got an array of shape {vectors.shape}{odd}: the model or its folder is faulty, "
                "use another with --model"
            )
        return vectors

    def finish(self, sources: Sources | None, changes: Changes) -> tuple[Manifest, str]:
        """Writes, syncs and checks everything; returns the manifest and the version's name."""
        old = self._old
        with self._clock("stories"), storage_errors(self._path):
            self._progress(0, 1, "stories")
            self._tokens.close()
            characters, stories = self._store.commit(spelling(self._model, open_tokens(self._folder, self._model.size), self._store.token_offsets()), old.store if old else None)
            self._progress(1, 1, "stories")
        with self._clock("write"), storage_errors(self._path):
            self._progress(0, 3, "write")
            vectors = self._vectors.write(self._folder)
            self._progress(1, 3, "write")
            count = self._lexical.write(self._folder, self._passages, old.lexical_index if old else None, self._kept)
            shutil.rmtree(self._spool)
            self._progress(2, 3, "write")
            if sources:
                sources.write(self._folder)
            sync_tree(self._folder)
            self._progress(3, 3, "write")
        with self._clock("check"), storage_errors(self._path):
            self._progress(0, 1, "check")
            counts = Counts(self._store.rows, self._passages, characters, self._tokens.count, count, *_counted(stories))
            manifest, name = self._describe(counts, vectors, changes)
            self_query(Snapshot(self._folder, manifest, self._model, self._embedder))
            self._progress(1, 1, "check")
        return manifest, name

    def _describe(self, counts: Counts, vectors: dict, changes: Changes) -> tuple[Manifest, str]:
        stamp = next_stamp(self._path)
        files = list_files(self._folder)
        report = {
            "changes": dataclasses.asdict(changes), "skipped": len(self._skipped), "reused": self.reused,
            "seconds": round(time.perf_counter() - self._clock.begin, 3), "phases": self._clock.rounded(),
        }
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
            counts=counts,
            skipped=tuple(self._skipped[:SKIPPED_KEPT]),
            report=report,
            files=files,
        )
        text = manifest.to_json()
        (self._folder / FILE_NAME).write_text(text, encoding="utf-8", newline="\n")
        sync_file(self._folder / FILE_NAME)
        return manifest, version_name(stamp, text)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """All that was not indexed, with the reasons."""
        return tuple(self._skipped)


def _counted(stories: np.ndarray) -> tuple[int, int]:
    """How many stories several articles tell, and how many of these articles repeat the first."""
    counts = np.bincount(stories)
    return int((counts > 1).sum()), int((counts[counts > 1] - 1).sum())


def _nothing(skipped: list[Skipped]) -> str:
    reasons = "; ".join(f"{entry.path}: {entry.reason}" for entry in skipped[:5])
    if len(skipped) > 5:
        reasons += f"; and {len(skipped) - 5} more"
    seen = f"all of them were skipped ({reasons})" if skipped else "there are none"
    return (
        f"expected at least one article to index, but {seen}: "
        "put articles (.txt, .md, .html, .pdf, .docx, .csv and more) into the corpus. An index that was there before is unchanged."
    )


def self_query(snapshot: Snapshot) -> None:
    """Reads a version back, asks it for passages that it must find, and closes it.

    Raises:
        IndexCorrupt: it does not.
    """
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
                    f"expected to find passage {row} of {article.id!r} in the index at {snapshot.path}, "
                    "but it reads back differently: the disk or the memory may be faulty; build it again"
                )
