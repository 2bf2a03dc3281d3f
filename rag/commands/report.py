"""What a build and an update tell: how far they are, and at the end what they did."""

from __future__ import annotations

from collections.abc import Callable


def with_progress(work: Callable) -> object:
    from rag.terminal import Progress

    with Progress() as progress:
        return work(progress=progress)


def put_report(report, path: str, quiet: bool, as_json: bool) -> None:
    from rag.terminal import put, put_json, put_skipped, size

    put_skipped(report.skipped)
    if as_json:
        put_json({"index": path, "built": True, **report.to_dict()})
    elif not quiet:
        skipped = f", {len(report.skipped):,} skipped" if report.skipped else ""
        reused = f", {report.reused:,} vectors taken over" if report.reused else ""
        repeats = f" ({report.repeats:,} repeat the story of another)" if report.repeats else ""
        put(
            f"{path}: {report.articles:,} articles{repeats}, {report.passages:,} passages{reused}{skipped}, "
            f"{size(report.bytes)} in {report.seconds:.1f} s (version {report.version})"
        )


def put_current(path: str, as_json: bool) -> None:
    from rag.library import Index
    from rag.terminal import put, put_json

    live = Index.status(path).live
    if as_json:
        put_json({"index": path, "built": False, "version": live.name})
    else:
        put(f"{path}: up to date, {live.counts.articles:,} articles (version {live.name})")
