"""Packages that only some need, and the extra of ours that brings each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from rag.errors import UsageError

EXTRAS = {
    "pypdfium2": ("pypdfium2", "pdf"),
    "docx": ("python-docx", "word"),
    "feedparser": ("feedparser", "web"),
    "httpcore": ("httpcore", "web"),
    "httpx": ("httpx", "web"),
    "protego": ("protego", "web"),
    "watchfiles": ("watchfiles", "watch"),
    "itsdangerous": ("itsdangerous", "login"),
    "pytrec_eval": ("pytrec-eval-terrier", "eval"),
    "mcp": ("mcp", "mcp"),
    "mcp_types": ("mcp", "mcp"),
    "llama_index": ("llama-index-core", "llamaindex"),
    "haystack": ("haystack-ai", "haystack"),
    "ray": ("ray", "ray"),
    "fsspec": ("fsspec", "s3"),
    "s3fs": ("s3fs", "s3"),
}
"""The package and its extra, by the name that is imported."""
READERS = ("pypdfium2", "docx", "feedparser")
"""Those without which some files are not read."""


def missing(module: str) -> UsageError:
    """The error for a package that is not installed, with the command that installs it."""
    package, extra = EXTRAS[module]
    return UsageError(
        f"expected the package {package}, which is not installed: pip install 'yinju[{extra}]'"
    )


@contextmanager
def extra() -> Iterator[None]:
    """Around the import of a package of an extra. Raises UsageError where it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in EXTRAS:
            raise
        raise missing(module) from error


def absent() -> list[str]:
    """The extras without which some files are not read, of those that are not installed."""
    return [EXTRAS[module][1] for module in READERS if find_spec(module) is None]
