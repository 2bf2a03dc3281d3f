"""What a build tells: how far it is, how long each part took, what came of it."""

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
from rag.index.disk import sync_file
from rag.index.lexical import SETTINGS
from rag.index.manifest import (
    FILE_NAME,
    FORMAT,
    SKIPPED_KEPT,
    AsDict,
    Counts,
    Manifest,
    ShardRecord,
    list_files,
)
from rag.index.versions import next_stamp, version_name

Progress = Callable[[int, int | None, str], None]


class Clock:
    """Adds up wall time by phase."""

    def __init__(self) -> None:
        self.begin = time.perf_counter()
        self.phases: dict[str, float] = defaultdict(float)

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
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
        reused: passages whose vectors were taken over from the version before; always 0 for the
            static model, which is faster than looking them up.
        skipped: what was not indexed, with the reasons.
        seconds: wall time.
        bytes: size of the version on disk.
        phases: seconds by phase: "read", "split", "names", "sketch", "tokenize", "embed",
            "lexical", "store", "stories", "write", "check".
        changes: how the articles differ from those of the version that was live before; all are
            added where none was.
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

    @classmethod
    def of(
        cls,
        manifest: Manifest,
        name: str,
        clock: Clock,
        changes: Changes,
        skipped: tuple[Skipped, ...],
    ) -> BuildReport:
        """What a version says of its build, after the last step of it."""
        counts = manifest.counts
        return cls(
            version=name,
            articles=counts.articles,
            passages=counts.passages,
            reused=manifest.report["reused"],
            skipped=skipped,
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
    """Writes the manifest of a version beside its files, which are complete.

    Args:
        path, folder: of the index, and of the version under construction.
        clock: since the build began.
        embedder: what made the vectors.
        changes: how the articles differ from those of the version before.
        report: what else the build did; times are added.
        vectors, counts, skipped, shards: as the manifest has them.

    Returns:
        The manifest and the version's name.
    """
    stamp, model = next_stamp(path), load_static()
    told = {"changes": dataclasses.asdict(changes), **report}
    manifest = Manifest(
        format=FORMAT,
        created=stamp.isoformat(timespec="milliseconds"),
        model=embedder.identity,
        static_model=model.identity,
        tokenizer_sha256=model.tokenizer_sha256,
        splitter=dict(SPLITTER),
        duplicates=dict(duplicates.SETTINGS),
        lexical=SETTINGS,
        vectors=vectors,
        counts=counts,
        skipped=tuple(skipped[:SKIPPED_KEPT]),
        report=told | {"seconds": clock.elapsed, "phases": clock.rounded()},
        files=list_files(folder),
        shards=shards,
    )
    text = manifest.to_json()
    (folder / FILE_NAME).write_text(text, encoding="utf-8", newline="\n")
    sync_file(folder / FILE_NAME)
    return manifest, version_name(stamp, text)


def counted(stories: np.ndarray) -> tuple[int, int]:
    """How many stories several articles tell, and how many of these articles repeat the first."""
    counts = np.bincount(stories)
    return int((counts > 1).sum()), int((counts[counts > 1] - 1).sum())
