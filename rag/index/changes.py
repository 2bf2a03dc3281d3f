"""Which articles an update changes, and a guard against an update that removes too many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.errors import TooMuchRemoved
from rag.index.manifest import AsDict

MAX_REMOVED = 0.2  # share of the articles that an update may remove without confirmation
GUARDED_FROM = 10  # articles; a smaller corpus is not guarded: its owner sees what goes


@dataclass(frozen=True, slots=True)
class ArticleChanges(AsDict):
    """How one set of articles differs from another, by id and content.

    Attributes:
        added: ids that are new, but for those of ``moved``.
        removed: ids that are gone, but for those of ``moved``.
        changed: ids whose content is another now.
        moved: (id that is gone, new id) of articles whose content is the same.
        unchanged: how many articles have the same id and content.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    unchanged: int = 0

    def counts(self) -> Changes:
        """The same differences as numbers of articles."""
        return Changes(
            len(self.added), len(self.removed), len(self.changed), len(self.moved), self.unchanged
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """How many articles an update added, removed, changed, moved (the same content under another
    id) and left unchanged.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0

    @property
    def none(self) -> bool:
        """Whether the update changed no article."""
        return not (self.added or self.removed or self.changed or self.moved)


def compare(old: Mapping[Any, object], new: Mapping[Any, object]) -> ArticleChanges:
    """The difference between two sets of articles, each given as id -> digest of the content.

    Removed ids come in the order of ``old``, all others in that of ``new``.
    """
    removed_by_digest: dict[object, list[str]] = {}
    for name, digest in old.items():
        if name not in new:
            removed_by_digest.setdefault(digest, []).append(name)
    added, changed, moved, unchanged = [], [], [], 0
    for name, digest in new.items():
        if name in old:
            if old[name] == digest:
                unchanged += 1
            else:
                changed.append(name)
        elif removed_by_digest.get(digest):
            moved.append((removed_by_digest[digest].pop(0), name))
        else:
            added.append(name)
    left = {name for names in removed_by_digest.values() for name in names}
    removed = [name for name in old if name in left]
    return ArticleChanges(tuple(added), tuple(removed), tuple(changed), tuple(moved), unchanged)


def compared(old: np.ndarray, new: np.ndarray) -> Changes:
    """Counts the differences between two sets of articles, each given as an array uint64 (n, 2)
    with the digest of the id and that of the content of every article.
    """
    return compare(dict(old.tolist()), dict(new.tolist())).counts()


def guard(removed: int, before: int, index: object, share: float = MAX_REMOVED) -> None:
    """Stops an update that removes more than a share of the articles.

    Args:
        removed: how many articles the update removes.
        before: how many there were.
        index: the index folder, for the message.
        share: the share that may be removed, 0 to 1; 1 lets every update pass.

    Raises:
        TooMuchRemoved: the update removes more. An index of fewer than :data:`GUARDED_FROM`
            articles is not guarded.
    """
    if before >= GUARDED_FROM and removed > share * before:
        raise TooMuchRemoved(
            f"expected most of the {before:,} articles of {index} to be in the corpus still, but"
            f" {removed:,} are gone from it ({removed / before:.0%}): check that the folder is the"
            " right one and complete; if it is meant so, say --yes. The index is unchanged"
        )
