"""The characters of a PDF's page as lines, in the order in which a reader reads them.

PDFium gives characters in the order in which the program that made the file drew them. Where it
drew columns or tables row by row, the boxes of the characters tell what belongs together
(:mod:`rag.corpus.readers.pdf_layout`).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rag.corpus.readers.markup import RAISED

SPLIT = "\x02"  # PDFium's sign for a hyphen at the end of a line
_WIDE = (
    1.4  # sizes of a letter: what stands farther apart on a base line are two columns, or two cells
)
_TRACKED = 2.5  # letters that are spaced out stand nearer than this
_CELLS = 0.6  # what may be two cells, where the rows below have a gap there
_SMALL, _ABOVE = 0.93, 0.2  # figures in such letters, so far above the line, are raised
_DIGITS = frozenset("0123456789")
_SAMPLE = 40  # letters that tell how a page is turned
_EVEN = 0.35  # by how much the gaps between them differ at most, in sizes of a letter
_UNREADABLE = 0.1  # share of a page's letters without a meaning: more, and the page is no text
_WORDS = 0.35  # share of its characters that belong to words or figures, at least
_FEW = 20  # characters that tell nothing
_OUTLINES = 60  # drawn shapes on a page without text: fewer are ornaments
_PICTURE = 0.3  # share of a page's area

CONTROL = re.compile("[\x00\x01\x03-\x08\x0b-\x1f\x7f\uffff]|↩\ufe0e?")  # and links back of notes
_WORD = re.compile(
    r"(?<![\w])\d+(?:[.,:/%°-]\d+)*(?=[\s.,;:%)年月日]|$)"  # a figure
    r"|(?i:[b-df-hj-np-tv-z]{0,6}[aeiouyà-ÿ][a-zà-ÿ]+|(?<![a-z])[ai](?![a-z]))"  # a word
    r"|[^\W\d_a-zA-Z\u00aa-\u00ff]"  # a letter of another script
)


_FILLING = re.compile(r"[\s.…·•_—–-]")  # leaders of a table of contents, and rules


class Line(NamedTuple):
    """A line of a page: its text, where its first character begins and its last one ends.

    Places and the size of its letters are in points. ``row`` says whether it is a table's row, with
    tabs between the cells. ``gaps`` are its wider spaces: the offset of the text behind each, where
    it begins and ends.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    row: bool = False
    gaps: tuple[tuple[int, float, float], ...] = ()


class Glyphs:
    """The characters of a page, as PDFium gives them, turned so that most stand upright.

    Attributes:
        codes: of UTF-16 or UTF-32.
        unknown: how many of them have no meaning.
        height: of the page as it is turned, in points, at least 1.
    """

    def __init__(self, page) -> None:
        from pypdfium2 import raw

        text_page = page.get_textpage()
        self._raw, self._page = raw, text_page
        self._turns = self._most_turned()
        if page.get_rotation() != 90 * self._turns and text_page.count_chars():
            page.set_rotation(90 * self._turns)  # PDFium makes lines of what is level as shown
            self._page = text_page = page.get_textpage()
        self._width, self._height = _unturned(page)
        self.height = max(self._width if self._turns % 2 else self._height, 1.0)
        self.codes = [
            raw.FPDFText_GetUnicode(text_page, at) for at in range(text_page.count_chars())
        ]
        # A font may not say which letters its shapes are; the codes are then numbers of shapes.
        unknown = [
            at
            for at in range(len(self.codes))
            if raw.FPDFText_HasUnicodeMapError(text_page, at) == 1
        ]
        for at in unknown:
            self.codes[at] = 0xFFFD
        self.unknown = len(unknown)

    def _most_turned(self) -> int:
        """By how many quarters the letters are turned to the left, as some of them tell."""
        count = self._page.count_chars()
        some = range(0, count, max(1, count // _SAMPLE))
        angles = (self._raw.FPDFText_GetCharAngle(self._page, at) for at in some)
        turns = Counter(-round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
        return turns.most_common(1)[0][0] if turns else 0

    def box(self, at: int) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of a character, in points, as the page is turned."""
        left, bottom, right, top = self._page.get_charbox(at, loose=True)
        if not self._turns:
            return left, bottom, right, top
        width, height = self._width, self._height
        if self._turns == 1:
            return bottom, width - right, top, width - left
        if self._turns == 2:
            return width - right, height - top, width - left, height - bottom
        return height - top, left, height - bottom, right

    def size(self, at: int) -> float:
        """Points of the font of a character as it is drawn, at least 1."""
        matrix = self._raw.FS_MATRIX()
        scale = (
            math.hypot(matrix.c, matrix.d)
            if self._raw.FPDFText_GetMatrix(self._page, at, matrix)
            else 1.0
        )
        return max(scale * self._raw.FPDFText_GetFontSize(self._page, at), 1.0)

    def slanted(self, at: int) -> bool:
        """Whether a character stands neither upright nor on its side, as those of watermarks."""
        rest = self._raw.FPDFText_GetCharAngle(self._page, at) % (math.pi / 2)
        return min(rest, math.pi / 2 - rest) > 0.05


def _unturned(page) -> tuple[float, float]:
    """Width and height of a page in points, however it is turned."""
    width, height = page.get_size()
    return (height, width) if page.get_rotation() % 180 else (width, height)


def segments(glyphs: Glyphs) -> list[Line]:
    """The stretches of text of a page as they were drawn; none reaches over a gap of columns."""
    out, codes, begin = [], glyphs.codes, 0
    for at in range(len(codes) + 1):
        if at < len(codes) and codes[at] not in (10, 13):
            continue
        inside = [i for i in range(begin, at) if codes[i] > 32 and codes[i] not in (0xA0, 0x3000)]
        begin = at + 1
        if inside and not glyphs.slanted(inside[0]):
            out += _stretches(glyphs, inside)
    return _upright(out)


def _upright(lines: Sequence[Line]) -> list[Line]:
    """The lines, with Chinese letters that stand one below the other as one: upright text."""
    out: list[Line] = []
    for line in lines:
        above = out[-1] if out else line
        below = (
            out
            and abs(line.left - above.left) < 0.3 * line.size
            and -0.2 * line.size < above.bottom - line.top < 0.8 * line.size
        )
        if (
            below
            and len(line.text) == 1
            and line.text > "\u2e7f"
            and above.text > "\u2e7f"
            and above.right - above.left < 1.3 * above.size
        ):
            out[-1] = above._replace(text=above.text + line.text, bottom=line.bottom)
        else:
            out.append(line)
    return out


def _stretches(glyphs: Glyphs, inside: Sequence[int]) -> list[Line]:
    """The stretches of a line of PDFium's, of which some visible characters are given."""
    size = glyphs.size(inside[0])
    breaks = [n for n in range(1, len(inside)) if inside[n] - inside[n - 1] > 1]
    edges = [(glyphs.box(inside[n - 1])[2], glyphs.box(inside[n])[0]) for n in breaks]
    gaps = [(left - right) / size for right, left in edges]
    joined = _tracked(glyphs.codes, inside, breaks, gaps)
    wide = [n for n, gap in zip(breaks, gaps) if gap > _WIDE and n not in joined]
    out = []
    for first, last in zip([0, *wide], [*wide, len(inside)]):
        skipped = {
            i for n in joined if first < n < last for i in range(inside[n - 1] + 1, inside[n])
        }
        seen = [
            (*edge, inside[n])
            for n, gap, edge in zip(breaks, gaps, edges)
            if first < n < last and gap > _CELLS and n not in joined
        ]
        if line := _line(glyphs, inside[first:last], skipped, seen):
            out.append(line)
    return out


def _line(
    glyphs: Glyphs,
    piece: Sequence[int],
    skipped: set[int],
    seen: Sequence[tuple[float, float, int]],
) -> Line | None:
    """The line of some visible characters, None for one without text.

    Args:
        skipped: characters between them that are no spaces.
        seen: right and left edge of the wider gaps, and the character behind each.
    """
    begin, end, codes = piece[0], piece[-1], glyphs.codes
    up = _raised(glyphs, piece)
    main = next((i for i in piece if i not in up), begin)
    spelt = codes[begin : end + 1]
    for i in up:
        spelt[i - begin] = ord(RAISED[chr(codes[i])])
    text = spelled([code for i, code in enumerate(spelt, begin) if i not in skipped])
    if not text:
        return None
    first, last = glyphs.box(begin), glyphs.box(end)
    base = glyphs.box(main) if main != begin else first
    gaps = []
    for right, left, at in seen:
        rest = spelled(
            [code for i, code in enumerate(spelt, begin) if i >= at and i not in skipped]
        )
        gaps.append((len(text) - len(rest), right, left))
    edges = (first[0], last[2]) if first[0] <= last[2] else (last[0], first[2])  # right to left
    bottom = base[1] if up else last[1]
    return Line(text, edges[0], base[3], edges[1], bottom, glyphs.size(main), gaps=tuple(gaps))


def _raised(glyphs: Glyphs, piece: Sequence[int]) -> set[int]:
    """Which figures of a stretch are set smaller and above its line: 10³."""
    signs = [chr(glyphs.codes[i]) if glyphs.codes[i] <= 0x10FFFF else "" for i in piece]
    ends = [
        at
        for at, sign in enumerate(signs)
        if sign in _DIGITS
        and (piece[at + 1 : at + 2] != [piece[at] + 1] or signs[at + 1] not in _DIGITS)
    ]
    if not ends or len(piece) == 1:
        return set()
    main = next((i for i, sign in zip(piece, signs) if sign not in RAISED), piece[0])
    size, bottom = glyphs.size(main), glyphs.box(main)[1]
    out: set[int] = set()
    for at in ends:  # the last digit of a figure tells whether others are looked at
        while at >= 0 and signs[at] in RAISED and glyphs.size(piece[at]) < _SMALL * size:
            if glyphs.box(piece[at])[1] - bottom <= _ABOVE * size:
                break
            out.add(piece[at])
            at -= 1
    return out


def _tracked(
    codes: Sequence[int], inside: Sequence[int], breaks: Sequence[int], gaps: Sequence[float]
) -> set[int]:
    """Which gaps of a line are no spaces, as its letters are spaced out: "石 塘 水 库", "姓
    名：王小明".

    The letter before such a gap and the one behind it stand alone, but for marks, and the gaps are
    alike.
    """
    borders = [0, *breaks, len(inside)]
    alone = [
        _alone(codes, inside[borders[at] : borders[at + 1]][::-1])
        and _alone(codes, inside[borders[at + 1] : borders[at + 2]])
        for at in range(len(breaks))
    ]
    out: set[int] = set()
    at = 0
    while at < len(breaks):
        end = at
        while (
            end < len(breaks)
            and alone[end]
            and abs(gaps[end] - gaps[at]) <= _EVEN
            and gaps[end] <= _TRACKED
        ):
            end += 1
        chinese = any(0x2E80 <= codes[inside[n]] for n in (breaks[at] - 1, *breaks[at:end]))
        if end - at >= (2 if chinese else 4) or chinese and end - at == 1 and gaps[at] <= 1.2:
            out.update(breaks[at:end])
        at = max(end, at + 1)
    return out


def _alone(codes: Sequence[int], piece: Sequence[int]) -> bool:
    """Whether the first letter of a piece stands alone in it, or a mark behind it."""
    return len(piece) == 1 or not chr(min(codes[piece[1]], 0x10FFFF)).isalnum()


def spelled(codes: Sequence[int]) -> str:
    """The characters of codes of UTF-16 or UTF-32, :data:`SPLIT` for a hyphen at a line's end."""
    text = "".join(
        SPLIT if code in (0x02, 0xAD, 0xFFFE) else chr(code) for code in codes if code <= 0x10FFFF
    )
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return re.sub(r"[ \t\xa0]+", " ", CONTROL.sub("", text)).strip()


def is_text(glyphs: Glyphs, lines: Sequence[Line]) -> bool:
    """Whether what stands on a page are words, not the numbers of a font's shapes."""
    visible = "".join(line.text for line in lines)
    if glyphs.unknown > _UNREADABLE * max(len(visible), 1):
        return False
    count = len(_FILLING.sub("", visible))
    words = sum(len(word) for line in lines for word in _WORD.findall(line.text))
    return count < _FEW or words >= _WORDS * count


def is_picture(page) -> bool:
    """Whether a page without text shows a picture, or shapes that may be letters."""
    from pypdfium2 import raw

    area, shapes = page.get_width() * page.get_height(), 0
    for thing in page.get_objects(max_depth=3):
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            if (right - left) * (top - bottom) > _PICTURE * area:
                return True
        shapes += thing.type in (
            raw.FPDF_PAGEOBJ_PATH,
            raw.FPDF_PAGEOBJ_TEXT,
            raw.FPDF_PAGEOBJ_IMAGE,
        )
    return shapes >= _OUTLINES
