"""What a build and an update tell: how far they are, and at the end what they did."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Collection, Mapping

from rag.corpus.article import Skipped
from rag.errors import YinjuError
from rag.library import Index
from rag.terminal import put, put_json, put_skipped, size

MAX_REMOVED = 0.2  # share of the articles that an update may drop without --yes


def skipped_before(path: str) -> frozenset[Skipped]:
    """What the live version of an index left out; nothing where there is none."""

    with contextlib.suppress(YinjuError):
        return frozenset(Index.status(path).live.skipped)
    return frozenset()


def put_report(
    report, path: str, quiet: bool, as_json: bool, known: Collection[Skipped] = ()
) -> None:
    """What a build did, and what was skipped, but for what is ``known``."""

    put_skipped(one for one in report.skipped if one not in known)
    if as_json:
        put_json({"index": path, "built": True, **report.to_dict()})
    elif not quiet:
        put(f"{path}: {summary(report)}")


def summary(report) -> str:
    """What a build did, in one line."""

    all_new = report.changes.added == report.articles
    changes = "" if all_new else f" ({counted(dataclasses.asdict(report.changes))})"
    what = [f"{several(report.articles, 'article')}{changes}"]
    what += [f"{several(report.repeats, 'repeat')} of a story"] if report.repeats else []
    what += [several(report.passages, "passage")]
    what += [f"{report.reused:,} vectors taken over"] if report.reused else []
    what += [f"{len(report.skipped):,} skipped"] if report.skipped else []
    made = f"{size(report.bytes)} in {report.seconds:.1f} s (version {report.version})"
    return f"{', '.join(what)}, {made}"


def several(count: int, of: str) -> str:
    """3 and "article" as "3 articles"."""
    return f"{count:,} {of}{'' if count == 1 else 's'}"


def counted(counts: Mapping[str, int]) -> str:
    """{"added": 3, "changed": 0, "unchanged": 9} as "3 added, 9 unchanged"."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def put_current(path: str, as_json: bool) -> None:

    live = Index.status(path).live
    if as_json:
        put_json({"index": path, "built": False, "version": live.name})
    else:
        count = live.counts.articles if live.counts else 0
        put(f"{path}: up to date, {several(count, 'article')} (version {live.name})")
