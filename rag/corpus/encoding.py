"""Decodes the bytes of a file: finds their encoding, and whether they are text at all."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    *((mark, "utf-32") for mark in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)),
    *((mark, "utf-16") for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)),
)
# The most frequent characters of Chinese, simplified and traditional. They make up about a fifth of
# any Chinese text, and are rare in bytes decoded with the wrong encoding.
_FREQUENT = frozenset(
    "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生会后能自着去对过"
    "家学发用成日公市与及等月将业全多新这為來個們說國時會後對過學發業與將這於並由被其所行方法本高分部"
    "工经经動动開开關关長长產产電电記记者省区區政府作第三二十，。、“”「」；：！？"
)
# Characters that are rare in Chinese text, but common in bytes decoded with the wrong encoding.
_ODD = re.compile(
    "[\u0080-\u009f\u0370-\u052f\u2500-\u259f\u3100-\u312f\ue000-\uf8ff\uff61-\uff9f\ufffd]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_LONE_HIGH = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")  # é between ASCII letters
# characters or bytes that are examined
_SAMPLE = 20_000
# characters or bytes in which damage and bytes above 0x7F are counted
_HEAD = 1_000_000
# bytes above 0x7F: a text with no more of them is too short for character frequencies
_FEW = 40
_MIN_SCORE = 0.08  # real Chinese scores above 0.1, wrongly decoded bytes below 0.05
_HOW_TO = "save it as UTF-8"


class NotText(ValueError):
    """The bytes are not text in an encoding that can be recognised. The message is the reason."""


def decode(data: bytes, declared: str = "") -> str:
    """The text of a file, with "\\n" for every kind of line end and without a byte order mark.

    These are tried in turn: the byte order mark, the encoding declared inside the file (HTML),
    UTF-8, UTF-16 without a mark, GB18030 and Big5, Windows-1252, then charset-normalizer. GB18030
    and Big5 are told apart by frequent characters, because general detectors misjudge short Chinese
    texts. A few damaged bytes in UTF-8 become U+FFFD.

    Raises:
        NotText: the data is binary, or no encoding fits.
    """
    return "\n".join(_checked(_decode(data, declared)[1]).splitlines())


def encoding_of(sample: bytes) -> str:
    """The encoding of a file that begins with ``sample``, as :func:`decode` would find it.

    It is "utf-8-sig" for UTF-8.

    Raises:
        NotText: the data is binary, or no encoding fits.
    """
    name, text = _decode(sample, "")
    _checked(text)
    return {"utf-8": "utf-8-sig"}.get(name, name)


def _checked(text: str) -> str:
    """The text. Raises NotText where NUL or many control characters show that the data is
    binary.
    """
    if "\0" in text:
        raise NotText(
            f"expected text, found NUL bytes: this is a binary file, or damaged; {_HOW_TO}"
        )
    controls = len(_CONTROL.findall(text[:_SAMPLE]))
    if controls * 50 > min(len(text), _SAMPLE):
        raise NotText(
            f"expected text, found {controls} control characters: this is a binary file; {_HOW_TO}"
        )
    return text


def _decode(data: bytes, declared: str) -> tuple[str, str]:
    """(name of the encoding, text without a byte order mark).

    The encoding named is one that skips the byte order mark where there is one.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name, data.decode(name, "replace")
    if declared:
        name = "gb18030" if declared.lower() in ("gb2312", "gbk", "gb_2312-80") else declared
        text = _try(data, name)
        if text is not None:
            return name, text
    text = _try(data, "utf-8")
    if text is None or "\0" in text:  # the caller refuses a text with NUL
        if wide := _utf16_without_mark(data):
            return wide
    return _by_frequency(data) if text is None else ("utf-8", text)


def _by_frequency(data: bytes) -> tuple[str, str]:
    """The encoding (and text) in which frequent Chinese characters are most common.

    Damaged UTF-8 wins if it scores as high. Text that is not Chinese is decoded as Windows-1252 or
    GB2312 where that is likely, else by a guess.
    """
    tried = {name: _try(data, name) for name in ("gb18030", "big5hkscs")}
    found = {name: text for name, text in tried.items() if text is not None}
    scores = {name: _score(text) for name, text in found.items()}
    best = max(scores, key=lambda name: scores[name], default="")
    score = scores.get(best, 0.0)
    damaged = data.decode("utf-8", "replace")
    begin = damaged[:_HEAD]
    if begin.count("\ufffd") * 10 < sum(c > "\x7f" for c in begin) and _score(damaged) >= score:
        return "utf-8", damaged
    if score >= _MIN_SCORE:
        return best, found[best]
    head = data[:_HEAD]
    high = len(_HIGH.findall(head))
    names = ["cp1252"] * (len(_LONE_HIGH.findall(head)) * 5 > high * 4)
    # a note of a few characters is too short to judge by frequency
    names += ["gb2312"] * (high <= _FEW)
    for name in names:
        if (text := _try(data, name)) is not None:
            return name, text
    return _guess(data)


def _try(data: bytes, name: str) -> str | None:
    """The data decoded in an encoding, or None where that fails."""
    try:
        return data.decode(name)
    # not text in this encoding, or no such encoding (a name with NUL raises ValueError)
    except (ValueError, LookupError):
        return None


def _utf16_without_mark(data: bytes) -> tuple[str, str] | None:
    """(encoding, text) for UTF-16 without a byte order mark, else None.

    In UTF-16 every second byte of spaces and digits is NUL.
    """
    if len(data) % 2 or len(data) < 4:
        return None
    even, odd = data[0:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
    if not (even or odd) or min(even, odd) * 10 > max(even, odd):
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = _try(data, name)
    if text is None or "\0" in text:
        return None
    sample = text[:_SAMPLE]
    plain = sum(c.isalnum() or c.isspace() or c in _FREQUENT for c in sample)
    return (name, text) if plain * 2 > len(sample) and not _ODD.search(sample) else None


def _score(text: str) -> float:
    """How much a decoded text looks like Chinese: the share of frequent characters less odd ones.

    Only characters outside ASCII count, and an odd one counts twice.
    """
    sample = [c for c in text[:_SAMPLE] if c > "\x7f"]
    if not sample:
        return 0.0
    frequent = sum(c in _FREQUENT for c in sample)
    return (frequent - 2 * len(_ODD.findall("".join(sample)))) / len(sample)


def _guess(data: bytes) -> tuple[str, str]:
    """The encoding (and text) by charset-normalizer. Raises NotText where it finds none."""
    import charset_normalizer

    found = charset_normalizer.from_bytes(data[: 4 * _SAMPLE]).best()
    text = _try(data, found.encoding) if found else None
    if found is None or text is None:
        raise NotText(
            f"cannot tell its encoding, expected UTF-8, GB18030, Big5 or UTF-16; {_HOW_TO}"
        )
    return found.encoding, text
