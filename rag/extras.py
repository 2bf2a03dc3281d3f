"""Optional packages: what to install where one is missing."""

from __future__ import annotations

from rag.errors import UsageError


def missing(package: str, extra: str) -> UsageError:
    """The error for a package that is not installed, and belongs to an extra of ours."""
    return UsageError(
        f'expected the package {package}, which is not installed: pip install "yinju[{extra}]"'
    )
