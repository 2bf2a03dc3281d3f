"""Makes random handles for quotes, and turns those in a model's text into citation numbers.

The prompt gives each quote a handle, such as ``<c37>``, new for each request, so that the model
cannot guess one. In the text that streams back, handles become citation numbers, unknown handles
are deleted, and a handle of which only a part has arrived is held back.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping

from rag.corpus.sentences import sentences

_RANDOM = random.SystemRandom()
# One or several handles in angle brackets, or a number in brackets that the model made up.
_TAG = re.compile(r"<\s*/?\s*([A-Za-z][\w,;，、 -]{0,38})>|\[\d{1,4}\]")
# The beginning of such a tag at the end of the text, of which the rest may still arrive.
_HALF = re.compile(r"\s*(?:<[^<>\n]{0,42}|\[\d{0,4})?$")
# End-of-turn tokens. If a server passes one on, the model goes on by inventing a conversation.
_OVER = re.compile(r"<\|\w+\|>|<(?:end|start)_of_turn>|</s>")
_THOUGHT_BEGINS = "<think>"
_THOUGHT_ENDS = "</think>"
# Characters that are deleted: Markdown, our own mark, and what controls a terminal or a page.
_IDLE = re.compile(
    "[*`#⚠\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# The bullet or number of a list item; below, a line so far that may be only that.
_BULLET = re.compile(r"^\s*(?:[-•–]\s+|\d{1,2}[.)、]\s*(?=\D))")
_HALF_BULLET = re.compile(r"^\s*(?:[-•–]|\d{1,2}[.)、]?)?\s*$")
_NUMBERS = re.compile(r"\s*\[(\d+)\]")
_TAIL = re.compile(r"\s*(?:\[\d+\]\s*)+[。．.]?")
# Ends after which the sentence goes on if more text follows.
_GOES_ON = re.compile(r"[；;…]\s*(?:\[\d+\])*\s*$")


def new_handles(numbers: Iterable[int]) -> dict[str, int]:
    """Returns a random handle for each citation number: {"c37": 1, "c82": 2}."""
    numbers = list(numbers)
    chosen = _RANDOM.sample(range(11, max(100, 12 * len(numbers))), len(numbers))
    return {f"c{one}": number for one, number in zip(chosen, numbers)}


def unmarked(text: str) -> str:
    """Returns a sentence without its citations [n]."""
    return _NUMBERS.sub("", text).strip()


def numbers_of(text: str) -> tuple[int, ...]:
    """Returns the citation numbers in a sentence, each once, in order."""
    return tuple(dict.fromkeys(int(one) for one in _NUMBERS.findall(text)))


class FinishedSentence(str):
    """A complete sentence with its citations [n]; all of its text was returned before in pieces."""


class Sentences:
    """Splits a model's streamed text into pieces to show, and sentences as they complete.

    Attributes:
        over: whether the model's turn has ended, so that further text is ignored.
    """

    def __init__(self, handles: Mapping[str, int]) -> None:
        """
        Args:
            handles: citation number by handle.
        """
        self._handles = {name.lower(): number for name, number in handles.items()}
        self._raw = ""  # text that may still become a handle, or the model's thoughts
        self._text = ""  # the current sentence and what follows it, with citation numbers
        self.over = False
        self._given = 0  # characters of the current sentence that were returned in pieces
        self._thinks: bool | None = None  # None until the first characters decide

    def feed(self, text: str) -> list[str]:
        """Takes more text; returns its pieces, and each FinishedSentence after its last piece."""
        self._raw += "" if self.over else text
        if ends := _OVER.search(self._raw):
            self._raw, self.over = self._raw[: ends.start()], True
        if self._thinks is not False and not self._after_thoughts():
            return []
        half = _HALF.search(self._raw)
        at = half.start() if half else len(self._raw)
        ready, self._raw = self._raw[:at], self._raw[at:]
        self._text += self._mapped(ready)
        return self._new_pieces(final=False)

    def end(self, cut: bool = False) -> list[str]:
        """Returns what is left at the end of the stream, as :meth:`feed` does.

        Args:
            cut: whether the text was cut off, so that an unfinished sentence does not count.
        """
        if self._thinks:
            return []
        half = re.sub(r"(?:<[^<>\n]*|\[\d{0,4})$", "", self._raw)
        self._text += self._mapped(half)
        self._raw = ""
        return self._new_pieces(final=True, cut=cut)

    def _after_thoughts(self) -> bool:
        """Drops the thoughts of a thinking model; returns whether they are over."""
        if self._thinks is None:
            begun = self._raw.lstrip()
            if len(begun) < len(_THOUGHT_BEGINS) and _THOUGHT_BEGINS.startswith(begun):
                return False
            self._thinks = begun.startswith(_THOUGHT_BEGINS)
        if self._thinks:
            _, ended, rest = self._raw.partition(_THOUGHT_ENDS)
            if not ended:
                return False
            self._raw, self._thinks = rest, False
        return True

    def _mapped(self, text: str) -> str:
        """Replaces handles by citation numbers; deletes unknown ones and unwanted characters."""

        def number(found: re.Match) -> str:
            names = re.findall(r"\w+", (found[1] or "").lower())
            return "".join(f"[{self._handles[name]}]" for name in names if name in self._handles)

        return _IDLE.sub("", _TAG.sub(number, text))

    def _new_pieces(self, final: bool, cut: bool = False) -> list[str]:
        """Returns the new pieces and sentences in ``_text``.

        Args:
            final: whether no more text follows.
            cut: as in :meth:`end`.
        """
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
        # Text after an end that is still uncertain is held back.
        line = "" if _HALF_BULLET.match(self._text) else _line(self._text[:end])
        if len(line) > self._given and _says(line):
            out.append(line[self._given :])
            self._given = len(line)
        return out

    def _first_end(self, final: bool, cut: bool) -> tuple[int, bool]:
        """Returns where the first sentence of ``_text`` ends so far, and whether it is complete."""
        text, end = self._text, 0
        for _, stop in sentences(text):
            if stop <= end:
                continue
            tail = _TAIL.match(text, stop)
            end = tail.end() if tail else stop
            rest = text[end:].strip()
            if _GOES_ON.search(text[:end]) and rest:
                continue
            # Only the next word shows whether a full stop ends a sentence, so it must be complete.
            if rest:
                return end, final or not rest.isascii() or " " in rest
            ended = re.search(r"[。！？!?.\]][”’」』）)\"']*\s*$", text[:end])
            return end, final and bool(ended or not cut)
        return len(text), False


def _line(text: str) -> str:
    """Returns a text as one line without a bullet, and without spaces before punctuation."""
    return re.sub(r" (?=[.,;:!?。，；：！？])", "", " ".join(_BULLET.sub("", text).split()))


def _says(line: str) -> bool:
    """Whether a line has a word besides its citations."""
    return bool(re.search(r"[^\W_]", unmarked(line)))
