"""What a build reports: its progress, the time of each phase, and its result."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.corpus import SPLITTER, duplicates
from rag.corpus.article import Skipped
from rag.embed.protocol import Embedder
from rag.embed.static import load_static
from rag.index.changes import Changes
from rag.index.disk import sync
from rag.index.lexical import BM25_SETTINGS
from rag.index.manifest import (
    INDEX_FORMAT,
    MANIFEST_FILE,
    MAX_SKIPPED_LISTED,
    AsDict,
    Counts,
    Manifest,
    ShardRecord,
    list_files,
)
from rag.index.versions import next_stamp, version_name

Progress = Callable[[int, int | None, str], None]


class Clock:
    """Adds up wall time by phase: ``with clock("phase"):`` adds the time of the block.

    Attributes:
        begin: when the clock was made, by ``time.perf_counter``.
        phases: seconds by phase.
    """

    def __init__(self) -> None:
        self.begin = time.perf_counter()
        self.phases: dict[str, float] = defaultdict(float)

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return round(time.perf_counter() - self.begin, 4)

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


@dataclass(frozen=True, slots=True)
class BuildReport(AsDict):
    """What a build did.

    Attributes:
        version: name of the new live version.
        articles, passages: number of each.
        reused: passages whose vectors were taken over from the previous version or an interrupted
            build; always 0 for the static model, which is faster than looking them up.
        skipped: what was not indexed, with the reasons.
        seconds: wall time.
        bytes: size of the version on disk.
        phases: seconds by phase: "read", "split", "names", "sketch", "tokenize", "embed",
            "lexical", "store", "stories", "write", "check".
        changes: how the articles differ from those of the version that was live before; without
            one, all count as added.
        stories: how many groups of near-duplicate articles there are.
        repeats: how many articles are in these groups beyond the first of each.
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

    @classmethod
    def of(
        cls,
        manifest: Manifest,
        name: str,
        clock: Clock,
        changes: Changes,
        skipped: Sequence[Skipped],
    ) -> BuildReport:
        """The report of a finished build, from the manifest of its version."""
        counts = manifest.counts
        return cls(
            version=name,
            articles=counts.articles,
            passages=counts.passages,
            reused=manifest.report["reused"],
            skipped=tuple(skipped),
            seconds=clock.elapsed,
            bytes=manifest.bytes,
            phases=clock.rounded(),
            changes=changes,
            stories=counts.stories,
            repeats=counts.repeats,
        )


def describe(
    path: Path,
    folder: Path,
    clock: Clock,
    *,
    embedder: Embedder,
    changes: Changes,
    report: dict[str, int],
    vectors: dict,
    counts: Counts,
    skipped: Sequence[Skipped],
    shards: tuple[ShardRecord, ...] = (),
) -> tuple[Manifest, str]:
    """Writes the manifest of a version, whose other files must be complete.

    Args:
        path, folder: the index folder, and that of the version under construction.
        clock: started when the build began.
        embedder: the model that made the vectors.
        changes: how the articles differ from those of the previous version.
        report: what else the manifest's report is to say; the times are added here.
        vectors, counts, skipped, shards: as in :class:`rag.index.manifest.Manifest`.

    Returns:
        The manifest and the version's name.
    """
    stamp, model = next_stamp(path), load_static()
    entries = {"changes": dataclasses.asdict(changes), **report}
    manifest = Manifest(
        format=INDEX_FORMAT,
        created=stamp.isoformat(timespec="milliseconds"),
        model=embedder.identity,
        static_model=model.identity,
        tokenizer_sha256=model.tokenizer_sha256,
        splitter=dict(SPLITTER),
        duplicates=dict(duplicates.SKETCH_SETTINGS),
        lexical=BM25_SETTINGS,
        vectors=vectors,
        counts=counts,
        skipped=tuple(skipped[:MAX_SKIPPED_LISTED]),
        report=entries | {"seconds": clock.elapsed, "phases": clock.rounded()},
        files=list_files(folder),
        shards=shards,
    )
    text = manifest.to_json()
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8", newline="\n")
    sync(folder / MANIFEST_FILE)
    return manifest, version_name(stamp, text)


def counted(stories: np.ndarray) -> tuple[int, int]:
    """How many stories have several articles, and how many articles these have beyond the first of
    each; ``stories`` holds for each article the row of the first one of its story.
    """
    counts = np.bincount(stories)
    return int((counts > 1).sum()), int((counts[counts > 1] - 1).sum())
