"""Optional packages, and the extra of Yinju that installs each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from rag.errors import UsageError

PACKAGE_AND_EXTRA = {
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
"""The package to install and the extra that brings it, by the name of the imported module."""
READER_MODULES = ("pypdfium2", "docx", "feedparser")
"""Modules without which some kinds of files are not read."""


def missing(module: str) -> UsageError:
    """The error for a package that is not installed, with the command that installs it."""
    package, extra = PACKAGE_AND_EXTRA[module]
    return UsageError(
        f"expected the package {package}, which is not installed: pip install 'yinju[{extra}]'"
    )


@contextmanager
def extra() -> Iterator[None]:
    """The context for importing an optional package. Raises UsageError if it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in PACKAGE_AND_EXTRA:
            raise
        raise missing(module) from error


def absent() -> list[str]:
    """The extras that are not installed, and without which some kinds of files are not read."""
    return [PACKAGE_AND_EXTRA[module][1] for module in READER_MODULES if find_spec(module) is None]
