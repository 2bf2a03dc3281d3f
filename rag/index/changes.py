"""What an update changes, and the guard that stops one which would drop too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.errors import TooMuchRemoved
from rag.index.manifest import AsDict

MAX_REMOVED = 0.2  # share of the articles that an update may take out unasked
GUARDED_FROM = 10  # a corpus of fewer articles is quickly told over: its owner sees what goes


@dataclass(frozen=True, slots=True)
class ArticleChanges(AsDict):
    """How one set of articles differs from another, by id and content.

    Attributes:
        added: ids that are new, with a content that is new.
        removed: ids that are gone, with a content that is gone.
        changed: ids whose article is another now.
        moved: (old id, new id) of articles whose content is the same.
        unchanged: how many stayed as they were.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    unchanged: int = 0

    def counts(self) -> Changes:
        """The numbers alone."""
        return Changes(
            len(self.added), len(self.removed), len(self.changed), len(self.moved), self.unchanged
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """How many articles an update added, removed, changed and moved (another id, the same content),
    and left.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0

    @property
    def none(self) -> bool:
        """Whether all stayed as it was."""
        return not (self.added or self.removed or self.changed or self.moved)


def compare(old: Mapping[Any, object], new: Mapping[Any, object]) -> ArticleChanges:
    """The difference between two sets of articles, given as id -> digest of the content, in the
    order of ``new`` and ``old``.
    """
    gone: dict[object, list[str]] = {}
    for name, digest in old.items():
        if name not in new:
            gone.setdefault(digest, []).append(name)
    added, changed, moved, unchanged = [], [], [], 0
    for name, digest in new.items():
        if name in old:
            if old[name] == digest:
                unchanged += 1
            else:
                changed.append(name)
        elif gone.get(digest):
            moved.append((gone[digest].pop(0), name))
        else:
            added.append(name)
    left = {name for names in gone.values() for name in names}
    removed = [name for name in old if name in left]
    return ArticleChanges(tuple(added), tuple(removed), tuple(changed), tuple(moved), unchanged)


def compared(old: np.ndarray, new: np.ndarray) -> Changes:
    """The numbers of the difference between two sets of articles, given as digests of their ids and
    contents, uint64 (n, 2).
    """
    return compare(dict(old.tolist()), dict(new.tolist())).counts()


def guard(removed: int, before: int, index: object, share: float = MAX_REMOVED) -> None:
    """Stops an update that takes out more than a share of the articles.

    Args:
        removed: how many it takes out.
        before: how many there were.
        index: the index folder, for the message.
        share: 0 to 1; 1 lets everything pass.

    Raises:
        TooMuchRemoved: it does.
    """
    if before >= GUARDED_FROM and removed > share * before:
        raise TooMuchRemoved(
            f"expected most of the {before:,} articles of {index} to be in the corpus still, but"
            f" {removed:,} are gone from it ({removed / before:.0%}): check that the folder is the"
            " right one and complete; if it is meant so, say --yes. The index is unchanged"
        )
