"""Handles of quotes, made anew for each request, and the text in which a model uses them.

A model is told of each quote under a handle, ``<c37>``, that it cannot know otherwise. What comes
back is turned into citation numbers as it streams: handles that were not given are deleted, and one
that has only half arrived is held back.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping

from rag.corpus.sentences import sentences

_RANDOM = random.SystemRandom()
_TAG = re.compile(r"<\s*/?\s*([A-Za-z][\w,;，、 -]{0,38})>|\[\d{1,4}\]")
# What may still become a handle, or a number in brackets that the model made up.
_HALF = re.compile(r"\s*(?:<[^<>\n]{0,42}|\[\d{0,4})?$")
# Where a server passes on what ends a turn, the model goes on with a conversation of its own.
_OVER = re.compile(r"<\|\w+\|>|<(?:end|start)_of_turn>|</s>")
_THOUGHT = re.compile(r"^\s*<think>")
_THOUGHT_BEGINS = "<think>"
_THOUGHT_ENDS = "</think>"
# Marks of headings, lists and emphasis, our own mark, and what a terminal or a page would obey.
_IDLE = re.compile(
    "[*`#⚠\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_BULLET = re.compile(r"^\s*(?:[-•–]\s+|\d{1,2}[.)、]\s*(?=\D))")
_HALF_BULLET = re.compile(r"^\s*(?:[-•–]|\d{1,2}[.)、]?)?\s*$")
_NUMBERS = re.compile(r"\s*\[(\d+)\]")
_TAIL = re.compile(r"\s*(?:\[\d+\]\s*)+[。．.]?")
_GOES_ON = re.compile(r"[；;…]\s*(?:\[\d+\])*\s*$")


def new_handles(numbers: Iterable[int]) -> dict[str, int]:
    """A handle for each citation number, chosen at random: {"c37": 1, "c82": 2}."""
    numbers = list(numbers)
    chosen = _RANDOM.sample(range(11, max(100, 12 * len(numbers))), len(numbers))
    return {f"c{one}": number for one, number in zip(chosen, numbers)}


def unmarked(text: str) -> str:
    """A sentence without its [n]."""
    return _NUMBERS.sub("", text).strip()


def numbers_of(text: str) -> tuple[int, ...]:
    """The citation numbers in a sentence, each once."""
    return tuple(dict.fromkeys(int(one) for one in _NUMBERS.findall(text)))


class FinishedSentence(str):
    """A sentence that is complete, with its [n]; all of it was given before in pieces."""


class Sentences:
    """A model's text as it streams: pieces to show, and each sentence when it is complete.

    Attributes:
        over: whether the model's turn has ended, so that no more of its text is read.
    """

    def __init__(self, handles: Mapping[str, int]) -> None:
        """
        Args:
            handles: citation number by handle.
        """
        self._handles = {name.lower(): number for name, number in handles.items()}
        self._raw = ""  # what may still become something else
        self._text = ""  # the sentence that is under way, and what follows
        self.over = False
        self._given = 0  # how much of it was given in pieces
        self._thinks: bool | None = None  # None until the first characters tell

    def feed(self, text: str) -> list[str]:
        """What a further part of the text gives: pieces, and behind the last a FinishedSentence."""
        self._raw += "" if self.over else text
        if ends := _OVER.search(self._raw):
            self._raw, self.over = self._raw[: ends.start()], True
        if self._thinks is not False and not self._after_thoughts():
            return []
        half = _HALF.search(self._raw)
        at = half.start() if half else len(self._raw)
        ready, self._raw = self._raw[:at], self._raw[at:]
        self._text += self._mapped(ready)
        return self._told(final=False)

    def end(self, cut: bool = False) -> list[str]:
        """What is left at the end; with ``cut`` what did not come to its end is no sentence."""
        if self._thinks:
            return []
        half = re.sub(r"(?:<[^<>\n]*|\[\d{0,4})$", "", self._raw)
        self._text += self._mapped(half)
        self._raw = ""
        return self._told(final=True, cut=cut)

    def _after_thoughts(self) -> bool:
        """Whether what a thinking model tells itself is over; it is dropped."""
        if self._thinks is None:
            begun = self._raw.lstrip()
            if len(begun) < len(_THOUGHT_BEGINS) and _THOUGHT_BEGINS.startswith(begun):
                return False
            self._thinks = bool(_THOUGHT.match(self._raw))
        if self._thinks:
            _, ended, rest = self._raw.partition(_THOUGHT_ENDS)
            if not ended:
                return False
            self._raw, self._thinks = rest, False
        return True

    def _mapped(self, text: str) -> str:
        def number(found: re.Match) -> str:
            names = re.findall(r"\w+", (found[1] or "").lower())
            return "".join(f"[{self._handles[name]}]" for name in names if name in self._handles)

        return _IDLE.sub("", _TAG.sub(number, text))

    def _told(self, final: bool, cut: bool = False) -> list[str]:
        out: list[str] = []
        while True:
            end, complete = self._first_end(final, cut)
            if not complete:
                break
            whole = _line(self._text[:end])
            if _says(whole):
                out += [piece for piece in [whole[self._given :]] if piece]
                out.append(FinishedSentence(whole))
            self._text, self._given = self._text[end:], 0
        # What stands behind an end that is not certain yet waits.
        line = "" if _HALF_BULLET.match(self._text) else _line(self._text[:end])
        if len(line) > self._given and _says(line):
            out.append(line[self._given :])
            self._given = len(line)
        return out

    def _first_end(self, final: bool, cut: bool) -> tuple[int, bool]:
        """Where the first sentence ends as far as it has come, and whether it is complete."""
        text, end = self._text, 0
        for _, stop in sentences(text):
            if stop <= end:
                continue
            tail = _TAIL.match(text, stop)
            end = tail.end() if tail else stop
            rest = text[end:].strip()
            if _GOES_ON.search(text[:end]) and rest:
                continue
            # Whether a full stop is one shows in the word behind it.
            if rest:
                return end, final or not rest.isascii() or " " in rest
            ended = re.search(r"[。！？!?.\]][”’」』）)\"']*\s*$", text[:end])
            return end, final and bool(ended or not cut)
        return len(text), False


def _line(text: str) -> str:
    """A text in one line, without spaces where handles were deleted before a full stop."""
    return re.sub(r" (?=[.,;:!?。，；：！？])", "", " ".join(_BULLET.sub("", text).split()))


def _says(line: str) -> bool:
    """Whether there is a word in a line."""
    return bool(re.search(r"[^\W_]", unmarked(line)))
