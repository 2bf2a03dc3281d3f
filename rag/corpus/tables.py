"""Loads lists and tables of words and names from the ``data`` folders of packages."""

from __future__ import annotations

from importlib import resources


def lines(package: str, name: str) -> list[str]:
    """The lines of a file in ``data`` of a package, without comments and empty lines."""
    text = resources.files(package).joinpath("data", name).read_text("utf8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def table(name: str) -> list[list[str]]:
    """The rows of a table in ``rag/corpus/data``, as lists of cells."""
    return [line.split("\t") for line in lines("rag.corpus", name)]


def words_of(name: str) -> dict[str, tuple[str, ...]]:
    """A table of two columns, a key and words separated by spaces: the words of each key."""
    return {key: tuple(words.split()) for key, words in table(name)}
