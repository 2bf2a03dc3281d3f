"""``yinju status``, ``versions``, ``diff``, ``verify``, ``rollback`` and ``gc``: the versions of an
index.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime

import click

from rag import options
from rag.commands.report import counted, several
from rag.library import Index
from rag.looks import overdue
from rag.terminal import printable, put, put_json, put_skipped, size


@options.command(options.index, options.json)
def status(path: str, as_json: bool) -> None:
    """Show the versions of an index and what they hold."""
    state = Index.status(path)
    if as_json:
        return put_json(state.to_dict())
    for one in overdue(path):
        missed = (
            f"yinju: the {one.kind} {one.what} was last read on {one.at[:10]}; what is new there"
            " since is not in the index"
        )
        put(printable(missed), error=True)
    for version in state.versions:
        what, counts = version.problem, version.counts
        if counts and version.model:
            repeat = "repeat" if counts.repeats > 1 else "repeats"
            repeats = f" ({counts.repeats:,} {repeat} the story of another)" * bool(counts.repeats)
            held = f"{counts.articles:,} articles{repeats}, {counts.passages:,} passages"
            what = f"{held}, {size(version.bytes)}, model {version.model.name}"
        put(f"{'live' if version.live else '    '}  {version.name}  {what}")
    put_skipped(state.live.skipped)


@options.command(options.index, options.json)
def versions(path: str, as_json: bool) -> None:
    """List the versions of an index, the newest first."""
    state = Index.status(path)
    if as_json:
        return put_json({"index": path, "versions": state.to_dict()["versions"]})
    for version in state.versions:
        what = version.problem
        if version.counts:
            made = datetime.fromisoformat(version.created).astimezone()
            articles = several(version.counts.articles, "article")
            what = f"{made:%Y-%m-%d %H:%M}  {articles:>18}  {size(version.bytes):>10}"
        put(f"{'live' if version.live else '    '}  {version.name}  {what}")


@options.command(
    options.index,
    click.option(
        "--keep",
        default=2,
        show_default=True,
        type=click.IntRange(1),
        help="Versions to keep, with the live one.",
    ),
    options.json,
)
def gc(path: str, keep: int, as_json: bool) -> None:
    """Remove old versions of an index, and what killed builds left.

    The live version stays, and so does the trash.
    """
    freed = Index.gc(path, keep)
    if as_json:
        return put_json({"index": path, **freed.to_dict()})
    in_use = f", {len(freed.in_use)} still in use" if freed.in_use else ""
    removed = several(len(freed.removed), "version")
    left = several(len(freed.leftovers), "leftover")
    what = f"{removed} and {left} of builds removed{in_use}"
    put(f"{path}: {what}, {size(freed.bytes)} freed")


@options.command(
    click.argument("old", default=""),
    click.argument("new", default=""),
    options.index,
    options.json,
)
def diff(old: str, new: str, path: str, as_json: bool) -> None:
    """Show how the articles of version NEW differ from those of OLD.

    NEW is the live version where it is not named, OLD the one before it. Both may be cut short.
    """
    comparison = Index.diff(path, old, new)
    if as_json:
        return put_json({"index": path, **comparison.to_dict()})
    found = comparison.difference
    rows = [
        ("+", found.added),
        ("-", found.removed),
        ("~", found.changed),
        (">", [f"{was} is {now} now" for was, now in found.moved]),
    ]
    for mark, ids in rows:
        for one in ids:
            put(printable(f"{mark} {one}"))
    counts = counted(dataclasses.asdict(found.counts())) or "no articles"
    put(f"{comparison.old} to {comparison.new}: {counts}")


@options.command(options.index, options.json)
def verify(path: str, as_json: bool) -> None:
    """Check every byte of an index for damage."""
    verified = Index.verify(path)
    if as_json:
        return put_json({"index": path, **verified.to_dict()})
    whole = f"{verified.files} files, {size(verified.bytes)} (version {verified.version})"
    put(f"{path}: whole, {whole}")


@options.command(options.index, options.json)
def rollback(path: str, as_json: bool) -> None:
    """Go back to the version before the live one."""
    version = Index.rollback(path)
    if as_json:
        return put_json({"index": path, "version": version})
    put(f"{path}: version {version} is live")
