"""The characters of a PDF's page as stretches: runs of text on a base line, without wide gaps.

PDFium returns characters in the order in which the program that made the file drew them. Where that
program drew columns or tables row by row, the positions of the stretches tell what belongs together
(:mod:`rag.corpus.readers.pdf_layout`).
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple, TypeVar

from rag.corpus.readers.numbering import SUPERSCRIPTS
from rag.corpus.walk import encodable

LINE_END_HYPHEN = "\x02"  # PDFium's sign for a hyphen at the end of a line
# Distances are in font sizes: text farther apart on a base line is of two columns or two cells.
_WIDE = 1.4
_TRACKED = 2.5  # letters that are spaced out ("石 塘 水 库") stand nearer than this
_CELLS = 0.6  # a gap that may part two cells, if the rows below have one there
# A figure whose size is below this share of the line's, and which stands this far above, is raised.
SMALL, ABOVE = 0.93, 0.2
_CHINESE = "\u2e80"  # letters from here on are Chinese
_SAMPLE = 40  # letters of a page that are looked at to tell how it is turned
_EVEN = 0.35  # by which the gaps between letters that are spaced out differ at most
_UNREADABLE = 0.1  # share of a page's letters without a meaning at most, if it is text
_WORDS = 0.35  # share of its characters that belong to words or figures, at least
_FEW = 20  # so few characters tell nothing
_OUTLINES = 60  # drawn shapes on a page without text: fewer are ornaments
# A path counts as a further shape for each so many segments, as a line of text may be one path. A
# box has 5 segments, one with round corners 9; letters of Liberation Sans have 13 on average and
# Noto's Chinese 43.
_SEGMENTS = 6
_PICTURE = 0.3  # share of a page's area that a picture of text takes, at least

# control characters, and links back of notes
CONTROL_CHARACTERS = re.compile("[\x00\x01\x03-\x08\x0b-\x1f\x7f\uffff]|↩\ufe0e?")
_WORD = re.compile(
    r"(?<![\w])\d+(?:[.,:/%°-]\d+)*(?=[\s.,;:%)年月日]|$)"  # a figure
    r"|(?i:[b-df-hj-np-tv-z]{0,6}[aeiouyà-ÿ][a-zà-ÿ]+|(?<![a-z])[ai](?![a-z]))"  # a word
    r"|[^\W\d_a-zA-Z\u00aa-\u00ff]+"  # letters of another script
)


_LINE = re.compile("[^\n\r\ufffe]+\ufffe?|\ufffe")  # PDFium joins lines at a hyphen
_RUN = re.compile("[^\x00-\x20\xa0\u3000]+")  # visible characters
_FIGURE = re.compile("[0-9]+")
_SPLITS = re.compile("[\xad\ufffe]")
_BLANKS = re.compile(r"[ \t\xa0]+")
_FILLING = re.compile(r"[\s.…·•_—–-]")  # leaders of a table of contents, and rules


T = TypeVar("T")
Span = tuple[int, int]
Gap = tuple[float, float, int]


class Line(NamedTuple):
    """A stretch or line of text on a page, with its position and the size of its letters in points.

    ``row`` says whether it is a row of a table, with tabs between the cells. ``gaps`` are its wider
    spaces: for each the offset of the text behind it, its left and its right edge. ``begin`` and
    ``end`` are the indices of its first and last character in :class:`Glyphs`.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    row: bool = False
    gaps: tuple[tuple[int, float, float], ...] = ()
    begin: int = -1
    end: int = -1


class Glyphs:
    """The characters of a page, as PDFium returns them, with the page turned so that most of them
    stand upright.

    Attributes:
        text: one character (in UTF-16 or UTF-32) for each of PDFium's; U+FFFD if the font does not
            say which letter it is.
        unknown: number of characters of which the font does not say that.
        height: of the page as it is turned, in points, at least 1.
    """

    def __init__(self, page) -> None:
        from pypdfium2 import raw

        self._raw, self._page = raw, page.get_textpage()
        self._rect, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._turns = self._most_turned()
        if page.get_rotation() != 90 * self._turns and self._page.count_chars():
            page.set_rotation(90 * self._turns)  # PDFium makes lines of what is level as shown
            self._page = page.get_textpage()
        self._text = self._page.raw  # kept, as it is needed for every letter
        self._width, self._height = _unturned(page)
        self.height = max(self._width if self._turns % 2 else self._height, 1.0)
        count = self._page.count_chars()
        codes = (raw.FPDFText_GetUnicode(self._text, at) for at in range(count))
        signs = (chr(code) if code <= sys.maxunicode else "\0" for code in codes)
        # A font may not say which letters its shapes are: the codes are then numbers of shapes.
        errors = [raw.FPDFText_HasUnicodeMapError(self._text, at) for at in range(count)]
        known = ("\ufffd" if error == 1 else sign for sign, error in zip(signs, errors))
        self.text, self.unknown = "".join(known).replace("\x02", "\ufffe"), errors.count(1)

    def _most_turned(self) -> int:
        """By how many quarter turns to the left most letters of a sample are turned."""
        count = self._page.count_chars()
        some = range(0, count, max(1, count // _SAMPLE))
        angles = (self._raw.FPDFText_GetCharAngle(self._page, at) for at in some)
        turns = Counter(-round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
        return turns.most_common(1)[0][0] if turns else 0

    def box(self, at: int) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of a character, in points, as the page is turned."""
        box = self._rect
        self._raw.FPDFText_GetLooseCharBox(self._text, at, box)
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        width, height = self._width, self._height
        for _ in range(self._turns):
            left, bottom, right, top = bottom, width - right, top, width - left
            width, height = height, width
        return left, bottom, right, top

    def size(self, at: int) -> float:
        """The font size of a character as it is drawn, in points, at least 1."""
        size, matrix = self._raw.FPDFText_GetFontSize(self._text, at), self._matrix
        if self._raw.FPDFText_GetMatrix(self._text, at, matrix):
            size *= math.hypot(matrix.c, matrix.d)
        return max(size, 1.0)

    def is_added(self, at: int) -> bool:
        """Whether PDFium added a character, as a space between two that stand apart."""
        return self._raw.FPDFText_IsGenerated(self._text, at) == 1

    def slanted(self, at: int) -> bool:
        """Whether a character stands neither upright nor on its side, as in watermarks."""
        rest = self._raw.FPDFText_GetCharAngle(self._text, at) % (math.pi / 2)
        return min(rest, math.pi / 2 - rest) > 0.05


def _unturned(page: Any) -> tuple[float, float]:
    """Width and height of a page in points before it is turned."""
    width, height = page.get_size()
    return (height, width) if page.get_rotation() % 180 else (width, height)


def grouped(items: Iterable[T], joins: Callable[[list[T], T], bool]) -> list[list[T]]:
    """The items in groups, in their order: one that ``joins`` the group before it, or begins
    another.
    """
    out: list[list[T]] = []
    for one in items:
        if out and joins(out[-1], one):
            out[-1].append(one)
        else:
            out.append([one])
    return out


def segments(glyphs: Glyphs, finer: bool = False) -> list[Line]:
    """The stretches of text of a page, in the order in which they were drawn.

    No stretch reaches over a gap as wide as that between columns. The ``finer`` ones also end at
    smaller gaps, and where PDFium added a space that was not drawn.
    """
    out = []
    for line in _LINE.finditer(glyphs.text):
        words = [word.span() for word in _RUN.finditer(glyphs.text, *line.span())]
        if words and not glyphs.slanted(words[0][0]):
            out += _stretches(glyphs, words, finer)
    return _upright(out)


def _upright(lines: Sequence[Line]) -> list[Line]:
    """The lines, with Chinese letters that stand one below the other (vertical text) as one."""
    out: list[Line] = []
    for line in lines:
        above = out[-1] if out else line
        size = line.size
        near = abs(line.left - above.left) < 0.3 * size
        below = out and near and -0.2 * size < above.bottom - line.top < 0.8 * size
        letter = len(line.text) == 1 and min(line.text, above.text) > "\u2e7f"
        if below and letter and above.right - above.left < 1.3 * above.size:
            out[-1] = above._replace(text=above.text + line.text, bottom=line.bottom, end=line.end)
        else:
            out.append(line)
    return out


def _stretches(glyphs: Glyphs, words: Sequence[Span], finer: bool) -> list[Line]:
    """The stretches of one line as PDFium has it, given its runs of visible characters."""
    size = glyphs.size(words[0][0])
    # For each gap: where the word before it ends, and where the next one begins.
    edges = [(glyphs.box(one[1] - 1)[2], glyphs.box(other[0])[0]) for one, other in pairwise(words)]
    gaps = [(left - right) / size for right, left in edges]  # the first is before the second word
    joined = _tracked(glyphs.text, words, gaps)
    parted = [(n, gap) for n, gap in enumerate(gaps, 1) if n not in joined]
    wide = [
        n
        for n, gap in parted
        if gap > _WIDE or finer and (gap > _CELLS or glyphs.is_added(words[n - 1][1]))
    ]
    out = []
    for first, last in pairwise([0, *wide, len(words)]):
        inside = range(first + 1, last)
        skipped = {i for n in joined if n in inside for i in range(words[n - 1][1], words[n][0])}
        seen = [(*edges[n - 1], words[n][0]) for n, gap in parted if gap > _CELLS and n in inside]
        if line := _line(glyphs, words[first:last], skipped, seen):
            out.append(line)
    return out


def _line(
    glyphs: Glyphs, words: Sequence[Span], skipped: set[int], seen: Sequence[Gap]
) -> Line | None:
    """The line of some runs of visible characters; None if it has no text.

    Args:
        glyphs: the characters of the page.
        words: the runs, as spans of indices in it.
        skipped: indices of characters between the runs that are not to count as spaces.
        seen: for each wider gap, where it begins and ends, and the index of the character behind.
    """
    begin, end = words[0][0], words[-1][1] - 1
    up = _raised(glyphs, words)
    main = next((i for i in _visible(words) if i not in up), begin) if up else begin

    def spelt(at: int) -> str:
        if not up and not skipped:
            return spelled(glyphs.text[at : end + 1])
        signs = enumerate(glyphs.text[at : end + 1], at)
        return spelled(
            "".join(SUPERSCRIPTS[c] if i in up else c for i, c in signs if i not in skipped)
        )

    text = spelt(begin)
    if not text:
        return None
    first, last = glyphs.box(begin), glyphs.box(end)
    base = glyphs.box(main) if main != begin else first
    gaps = tuple((len(text) - len(spelt(at)), right, left) for right, left, at in seen)
    edges = (first[0], last[2]) if first[0] <= last[2] else (last[0], first[2])  # right to left
    place = (edges[0], base[3], edges[1], base[1] if up else last[1])
    return Line(text, *place, glyphs.size(main), gaps=gaps, begin=begin, end=end)


def _visible(words: Sequence[Span]) -> Iterator[int]:
    return chain.from_iterable(range(*word) for word in words)


def _raised(glyphs: Glyphs, words: Sequence[Span]) -> set[int]:
    """The indices of the figures in a stretch that are set smaller and above the line: 10³."""
    begin, end, text = words[0][0], words[-1][1], glyphs.text
    figures = list(_FIGURE.finditer(text, begin, end)) if end - begin > 1 else []
    if not figures:
        return set()
    main = next((i for i in _visible(words) if text[i] not in SUPERSCRIPTS), begin)
    size = glyphs.size(main)
    out: set[int] = set()
    for figure in figures:  # its last digit tells whether others are looked at
        for at in range(figure.end() - 1, begin - 1, -1):
            if text[at].isspace():
                continue
            if text[at] not in SUPERSCRIPTS or glyphs.size(at) >= SMALL * size:
                break
            if glyphs.box(at)[1] - glyphs.box(main)[1] <= ABOVE * size:
                break
            out.add(at)
    return out


def _tracked(text: str, words: Sequence[Span], gaps: Sequence[float]) -> set[int]:
    """The numbers of the words of a line before which there is no true space, because letters are
    spaced out: "石 塘 水 库", "姓 名：王小明".

    The letters on both sides of such a gap stand alone, except for punctuation, and the gaps are
    alike.
    """
    alone = [
        (end - begin == 1 or not text[end - 2].isalnum())
        and (last - first == 1 or not text[first + 1].isalnum())
        for (begin, end), (first, last) in pairwise(words)
    ]
    if not any(alone):
        return set()
    out: set[int] = set()
    at = 0
    while at < len(gaps):
        end = at
        while end < len(gaps) and alone[end] and gaps[end] <= _TRACKED:
            if abs(gaps[end] - gaps[at]) > _EVEN:
                break
            end += 1
        letters = [text[words[at][1] - 1], *(text[words[n + 1][0]] for n in range(at, end))]
        chinese = max(letters) >= _CHINESE
        if end - at >= (2 if chinese else 4) or chinese and end - at == 1 and gaps[at] <= 1.2:
            out.update(range(at + 1, end + 1))
        at = max(end, at + 1)
    return out


def spelled(text: str) -> str:
    """A piece of PDFium's text, cleaned and in one line; :data:`LINE_END_HYPHEN` is a hyphen at its
    end.
    """
    text = encodable(_SPLITS.sub(LINE_END_HYPHEN, text))
    return _BLANKS.sub(" ", CONTROL_CHARACTERS.sub("", text)).strip()


def is_text(glyphs: Glyphs, lines: Sequence[Line]) -> bool:
    """Whether the characters of a page are words, not the numbers of a font's shapes."""
    visible = "".join(line.text for line in lines)
    if glyphs.unknown > _UNREADABLE * max(len(visible), 1):
        return False
    count = len(_FILLING.sub("", visible))
    words = len("".join(_WORD.findall("\n".join(line.text for line in lines))))
    return count < _FEW or words >= _WORDS * count


def is_picture(page) -> bool:
    """Whether a page without text shows a picture, or shapes that may be letters."""
    from pypdfium2 import raw

    kinds = (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_IMAGE)
    area, shapes = page.get_width() * page.get_height(), 0
    for thing in page.get_objects(max_depth=3):
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            if (right - left) * (top - bottom) > _PICTURE * area:
                return True
        shapes += thing.type in kinds
        if thing.type == raw.FPDF_PAGEOBJ_PATH:
            shapes += max(0, raw.FPDFPath_CountSegments(thing) // _SEGMENTS - 1)
    return shapes >= _OUTLINES
