"""Tidies the lines of a plain text, and joins lines that a program had wrapped."""

from __future__ import annotations

import re

_ENDS_SENTENCE = re.compile(r"[。！？!?….；;：:][”’」』）)】\]\"']*$")
_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003fffd]+"
)

# Soft hyphens, characters of no width, and the arrows of footnotes that lead back to the text.
_UNSEEN = ("\u00ad", "\u200b", "\u2060", "\ufeff", "↩\ufe0e", "↩")
# columns at which mail programs and editors wrap
_WRAP_WIDTHS = range(60, 101)
_WRAP_LINES = 4  # fewer lines are too few to tell


def width(line: str) -> int:
    """The columns of a line in a terminal: two for a Chinese character, one for a Latin letter."""
    return len(line) if line.isascii() else len(line) + len("".join(_WIDE.findall(line)))


def tidy(text: str) -> str:
    """The text with stripped lines, unwrapped, and with at most one blank line between lines.

    Invisible characters are removed, because they would split words. Lines that a mail program or
    an editor broke at 60 to 100 columns are joined into paragraphs; otherwise every quote would be
    half a sentence. Verse and lists stay, because their lines differ in length.
    """
    for sign in _UNSEEN:
        text = text.replace(sign, "")
    lines: list[str] = []
    for line in text.splitlines():
        line = line.strip()
        if line or (lines and lines[-1]):
            lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(_unwrapped(lines))


def _unwrapped(lines: list[str]) -> list[str]:
    """The lines, joined into paragraphs if most are full and at most half end a sentence."""
    inner = [line for line, following in zip(lines, lines[1:]) if line and following]
    if len(inner) < _WRAP_LINES:
        return lines
    widths = [width(line) for line in lines]
    limit = max(widths)
    full = sum(width(line) >= 0.8 * limit for line in inner)
    ended = sum(bool(_ENDS_SENTENCE.search(line)) for line in inner)
    if limit not in _WRAP_WIDTHS or full < 0.75 * len(inner) or ended > 0.5 * len(inner):
        return lines
    out: list[str] = []
    open_line = False
    for line, columns in zip(lines, widths):
        if open_line and line:
            both_latin = not _WIDE.match(out[-1][-1]) and not _WIDE.match(line[0])
            out[-1] += (" " if both_latin and not out[-1].endswith("-") else "") + line
        else:
            out.append(line)
        open_line = bool(line) and columns >= 0.6 * limit
    return out
