"""Words and names that are kept as tables, in ``data/*.tsv``."""

from __future__ import annotations

from importlib import resources


def table(name: str) -> list[list[str]]:
    """The rows of a file of ``data``, cell by cell; remarks and empty lines are left out."""
    text = resources.files("rag.corpus").joinpath("data", name).read_text("utf8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def words_of(name: str) -> dict[str, tuple[str, ...]]:
    """A table whose rows are a key and its words, with spaces between them."""
    return {key: tuple(words.split()) for key, words in table(name)}
