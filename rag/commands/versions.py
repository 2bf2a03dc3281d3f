"""``yinju status``, ``verify`` and ``rollback``: the versions of an index."""

from __future__ import annotations

from rag import options


@options.command(options.index, options.json)
def status(path: str, as_json: bool) -> None:
    """Show the versions of an index and what they hold."""
    from rag.library import Index
    from rag.terminal import put, put_json, put_skipped, size

    told = Index.status(path)
    if as_json:
        return put_json(told.to_dict())
    for version in told.versions:
        live = "live  " if version.live else "      "
        if version.problem:
            put(f"{live}{version.name}  {version.problem}")
        else:
            counts = version.counts
            put(
                f"{live}{version.name}  {counts.articles:,} articles, {counts.passages:,} passages, "
                f"{size(version.bytes)}, model {version.model.name}"
            )
    put_skipped(told.live.skipped)


@options.command(options.index, options.json)
def verify(path: str, as_json: bool) -> None:
    """Check every byte of an index for damage."""
    from rag.library import Index
    from rag.terminal import put, put_json, size

    told = Index.verify(path)
    if as_json:
        return put_json({"index": path, **told.to_dict()})
    put(f"{path}: whole, {told.files} files, {size(told.bytes)} (version {told.version})")


@options.command(options.index, options.json)
def rollback(path: str, as_json: bool) -> None:
    """Go back to the version before the live one."""
    from rag.library import Index
    from rag.terminal import put, put_json

    version = Index.rollback(path)
    if as_json:
        return put_json({"index": path, "version": version})
    put(f"{path}: version {version} is live")
