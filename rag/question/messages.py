"""Whole messages by their wording: patterns with names for words, kept as data.

To compile all patterns of a file takes longer than an answer, so a line is compiled when it is
asked about a message of which it knows every word.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from importlib import resources

from rag.question.script import is_traditional, simplified

_NAME = re.compile(r"\{([a-z_]+)\}")
_WORD = re.compile(r"[a-z]+|[\u4e00-\u9fff]")
_PREFIX = 3  # letters by which a word is known to a line, as endings are written apart
# A line may leave words open ("a poem about ..."), and is then tried on a message of which it knows at
# least this share. All examples in benchmarks/talk.jsonl are found with it.
_KNOWN = 0.5


class Line:
    """A line of a data file: ``kind: pattern``, with what may stand around the whole of it."""

    def __init__(self, kind: str, pattern: str) -> None:
        self.kind, self._written = kind, pattern
        begins = {word[:_PREFIX] for word in _WORD.findall(pattern)}
        self._begins, self._parts = begins, {word[:n] for word in begins for n in (1, 2, 3)}
        self._open = ".{" in pattern or r"\S" in pattern
        self._any = "(.+?)" in pattern  # what the message is about may be of any words

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self._written)

    def match(self, text: str) -> re.Match[str] | None:
        """The match of a whole message, or None."""
        found = _WORD.findall(text)
        known = sum(map(self._knows, found))
        enough = known >= _KNOWN * len(found) if self._open else known == len(found)
        return self._pattern.fullmatch(text) if enough or self._any else None

    def _knows(self, word: str) -> bool:
        """Whether a word may be one that the pattern has, ending aside ("an?", "abilit(?:y|ies)")."""
        short = word[:2] in self._begins or word[0] in self._begins
        return short or word[:_PREFIX] in self._parts


@functools.cache
def lines(file: str, lang: str) -> tuple[Line, ...]:
    """The lines "kind lang: pattern" of a data file, in their order.

    ``{name}`` in a pattern stands for the line "name = ...", and the names ``lead_lang`` and
    ``tail_lang`` are what may stand before and behind every one.
    """
    text = resources.files("rag.question").joinpath("data", file).read_text("utf8")
    told = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    words = dict(parts for line in told if len(parts := line.split(" = ", 1)) == 2)
    around = f"(?:{words[f'lead_{lang}']})*", f"(?:{words[f'tail_{lang}']})*"
    return tuple(
        Line(kind, written_out(f"{around[0]}(?:{pattern}){around[1]}", words))
        for kind, pattern in _of(told, f" {lang}: ")
    )


def _of(told: Iterable[str], mark: str) -> Iterator[tuple[str, str]]:
    """Kind and pattern of the lines with a mark between them."""
    for line in told:
        kind, found, pattern = line.partition(mark)
        if found and kind.isidentifier():
            yield kind, pattern


def written_out(pattern: str, words: dict[str, str]) -> str:
    """A pattern with its names put in, those in what a name stands for as well."""
    while (out := _NAME.sub(lambda name: f"(?:{words[name[1]]})", pattern)) != pattern:
        pattern = out
    return pattern


def folded(text: str) -> str:
    """A message in simplified characters, half width and small letters, without apostrophes."""
    text = simplified(text) if is_traditional(text) else text
    text = unicodedata.normalize("NFKC", text).lower()
    return text.translate(dict.fromkeys(map(ord, "'’‘`")))
