"""Loads the names of a package when they are first used, so that importing the package loads
nothing that is not needed.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def lazy(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Returns a ``__getattr__`` for a package, which imports a name when it is first used.

    Args:
        package: name of the package.
        homes: the module of each name.

    The returned function raises AttributeError for any other name.
    """

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = vars(sys.modules[package])[name] = getattr(import_module(homes[name]), name)
        return value

    return load
