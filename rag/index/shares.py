"""Divides the files of a corpus among the shards: each shard gets a run of files, in their order.

The run of one shard is called its share. A file with an article in each line may be cut between
lines; any other file goes into one shard as a whole. An update leaves known files in their shards,
and puts a new file into the shard of the file before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import accumulate

from rag.corpus.article import Skipped
from rag.corpus.stretch import stretches
from rag.index.file_scan import File, Item
from rag.index.sources import FileState

_LINES = (".jsonl",)
Share = list[Item]


def divide(files: Sequence[Item], count: int) -> list[Share]:
    """Divides files into shares of about equal size in bytes.

    Args:
        files: what :func:`rag.corpus.walk.files_of` gives.
        count: how many shares are wanted, at least 1.

    Returns:
        At most ``count`` shares, none of them empty. Raises OSError.
    """
    sizes = [0 if isinstance(one, Skipped) else one[2] for one in files]
    each = max(-(-sum(sizes) // count), 1)
    shares: list[Share] = [[] for _ in range(count)]
    for item, begin, size in zip(files, accumulate(sizes, initial=0), sizes):
        first, last = begin // each, max(begin + size - 1, begin) // each
        if first == last or isinstance(item, Skipped) or item[0].suffix.lower() not in _LINES:
            shares[min((begin + size // 2) // each, count - 1)].append(item)
            continue
        begins = [max(share * each - begin, 0) for share in range(first, last + 1)]
        _cut(shares, item, begins, range(first, last + 1))
    return [share for share in shares if share]


def divide_as(files: Sequence[Item], known: Sequence[Iterable[FileState]]) -> list[Share]:
    """Divides files as they were divided before; ``known`` are the files that each shard was read
    from. There is a share for each shard; some may be empty.

    Raises OSError.
    """
    homes: dict[tuple[str, str], list[tuple[int, FileState]]] = {}
    for number, states in enumerate(known):
        for state in states:
            homes.setdefault((state.path, state.root), []).append((number, state))
    shares: list[Share] = [[] for _ in known]
    at = 0
    for item in files:
        if isinstance(item, Skipped):
            shares[at].append(item)
            continue
        path, root = item[:2]
        homes_of_file = homes.get((os.path.abspath(path), os.path.abspath(root)), [])
        numbers = [number for number, _ in homes_of_file]
        if len(homes_of_file) > 1 and numbers[0] >= at:
            begins = [state.stretch[0] for _, state in homes_of_file if state.stretch]
            _cut(shares, item, begins, numbers)
        else:
            shares[max([at, *numbers[:1]])].append(item)
        at = max([at, *numbers])
    return shares


def _cut(shares: list[Share], item: File, begins: list[int], numbers: Iterable[int]) -> None:
    """Cuts a file near the bytes ``begins``, and adds the stretches to the shares ``numbers``."""
    for number, stretch in zip(numbers, stretches(item[0], begins)):
        if stretch:
            path, root, size = item[:3]
            shares[number].append((path, root, size, stretch))
