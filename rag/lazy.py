"""Names of a package that are loaded when they are first used, so that importing it costs nothing
that is not needed.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def lazy(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """A ``__getattr__`` for a package.

    Args:
        package: its name.
        homes: the module of each name.

    The function raises AttributeError for any other name.
    """

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = vars(sys.modules[package])[name] = getattr(import_module(homes[name]), name)
        return value

    return load
