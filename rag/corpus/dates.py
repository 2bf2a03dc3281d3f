"""Publication dates as people write them, to "YYYY-MM-DD"."""

from __future__ import annotations

import functools
import re
from datetime import date
from typing import NamedTuple

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(?P<{0}>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<{0}>(?:1[6-9]|20)\d\d)"
_DIGITS = "〇一二三四五六七八九"
_PATTERNS = re.compile(
    "|".join(
        (
            # 2011-9-21, 2011/09/21, 2011.9.21, 2011年9月21日, with the same mark twice
            rf"(?<!\d){_YEAR.format('y1')}(?:\s?(?P<mark>[-./])\s?(?P<m1>\d{{1,2}})\s?(?P=mark)\s?"
            r"(?P<d1>\d{1,2})(?!\d)|\s?年\s?(?P<m2>\d{1,2})\s?月\s?(?P<d2>\d{1,2})\s?[日号號]?)",
            # 20110921, and with a time joined on
            r"(?<!\d)(?P<y3>(?:19|20)\d\d)(?P<m3>0[1-9]|1[0-2])(?P<d3>0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?(?!\d)",
            # 二〇一一年九月二十一日
            r"(?P<y4>[〇零○一二三四五六七八九]{4})年(?P<m4>[一二三四五六七八九十]{1,2})月"
            r"(?P<d4>[一二三四五六七八九十廿卅]{1,3})[日号號]",
            # Sep 21, 2011
            rf"\b{_MONTH.format('m5')}\s+(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+{_YEAR.format('y5')}(?!\d)",
            # 21 September 2011
            rf"(?<!\d)(?P<d6>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH.format('m6')},?[\s-]+"
            rf"{_YEAR.format('y6')}(?!\d)",
            # 21/9/2011 or 9/21/2011: only where the order can be told
            rf"(?<![\d./-])(?P<a7>\d{{1,2}})(?P<mark7>[-./])(?P<b7>\d{{1,2}})(?P=mark7){_YEAR.format('y7')}(?!\d)",
        )
    ),
    re.IGNORECASE,
)


class FoundDate(NamedTuple):
    """A date in a text: ``iso`` is "YYYY-MM-DD", it is written at ``text[start:end]``."""

    iso: str
    start: int
    end: int


def find_date(text: str) -> FoundDate | None:
    """The first valid full date written in a text, or None. Day and month alone are no full
    date.
    """
    for match in _PATTERNS.finditer(text):
        iso = _iso(match)
        if iso:
            return FoundDate(iso, match.start(), match.end())
    return None


@functools.lru_cache(maxsize=4096)
def normal_date(value: str) -> str:
    """A date in almost any notation as "YYYY-MM-DD"; "" where it is no valid, unambiguous full
    date.

    Relative dates ("yesterday") and 3/4/2011, which is read differently in different countries, are
    "".
    """
    value = value.strip()
    if not 6 <= len(value) <= 80:
        return ""
    found = find_date(value)
    if (
        found
        or _PATTERNS.search(value)
        or not re.search(r"\d{4}", value)
        or not re.search(r"[^\W\d_]{3}", value)
    ):
        return found.iso if found else ""
    return _parsed(value)


def _parsed(value: str) -> str:
    """Month names of other languages, through dateparser (slow to load, so only when needed)."""
    import dateparser

    try:
        parsed = dateparser.parse(
            value,
            languages=["en", "zh", "fr", "de", "es", "it", "pt", "nl", "ru"],
            settings={"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]},
        )
    except Exception:  # it raises many kinds on odd strings, and such a string is no date
        return ""
    return parsed.date().isoformat() if parsed and 1600 <= parsed.year <= 2099 else ""


def _iso(match: re.Match[str]) -> str:
    got = match.groupdict()
    year = next(got[f"y{i}"] for i in range(1, 8) if i != 2 and got[f"y{i}"])
    month = next((got[f"m{i}"] for i in range(1, 7) if got[f"m{i}"]), "")
    day = next((got[f"d{i}"] for i in range(1, 7) if got[f"d{i}"]), "")
    try:
        if got["y4"]:
            return date(chinese_year(year), chinese_number(month), chinese_number(day)).isoformat()
        if got["y7"]:
            first, second = int(got["a7"]), int(got["b7"])
            if first <= 12 and second <= 12 and first != second:
                return ""
            return date(int(year), min(first, second), max(first, second)).isoformat()
        number = int(month) if month.isdigit() else MONTHS.index(month[:3].lower()) + 1
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return ""


def chinese_year(text: str) -> int:
    """二〇一一 as 2011."""
    return int("".join(str(_DIGITS.index(c)) for c in text.replace("零", "〇").replace("○", "〇")))


def chinese_number(text: str) -> int:
    """一 to 三十一, with 十 as a factor or alone."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    if len(ones) > 1 or len(tens) > 1:
        return 0
    return (10 * (_DIGITS.index(tens) if tens else 1) if ten else 0) + (
        _DIGITS.index(ones) if ones else 0
    )
