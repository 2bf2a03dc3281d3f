"""Numbers as readers see them: those that lists count by themselves, and raised ones."""

from __future__ import annotations

import re

SUPERSCRIPTS = dict(zip("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ"))
"""The raised form of each character that powers are written with."""

_POWER = re.compile(r"[+\-−]?(?:\d{1,3}|n)")
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST = 3_999  # Roman figures end here, and no list that people read is longer


def numeral(number: int, form: str) -> str:
    """A number as a list shows it; "" for a list that shows none.

    Args:
        number: from 0; 0 and numbers beyond 3,999 are shown in digits.
        form: the form's name in Word: "decimal", "lowerLetter", "upperLetter", "lowerRoman",
            "upperRoman", "decimalZero", "decimalEnclosedCircle" (up to 20), a name that begins with
            "chinese", "taiwanese", "japaneseCounting" or "ideographDigital", "bullet" or "none".
            Any other form is shown in digits.
    """
    kind = form.casefold()
    if kind in ("bullet", "none"):
        return ""
    text = str(number)
    if kind == "decimalzero":
        text = text.zfill(2)
    elif not 0 < number <= _MOST:
        pass
    elif "letter" in kind:  # z is followed by aa, as Word and browsers have it up to zz
        text = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif "roman" in kind:
        text = _roman(number)
    elif kind.startswith(("chinese", "taiwanese", "japanesecounting", "ideographdigital")):
        import cn2an

        text = cn2an.an2cn(number).replace("一十", "十", 10 <= number < 20)
    elif "enclosedcircle" in kind and number <= 20:
        text = chr(0x2460 + number - 1)
    return text.upper() if kind.startswith("upper") else text


def is_count(value: str) -> bool:
    """Whether an attribute's value is a number of at most four digits, as lists use them."""
    return value.isascii() and value.isdigit() and len(value) < 5


def raised(text: str) -> str:
    """A power that is set above the line, in raised characters ("3" as "³"); any other text
    unchanged.
    """
    power = text.strip()
    if not _POWER.fullmatch(power):
        return text
    return "".join(SUPERSCRIPTS.get(sign, sign) for sign in power)


def _roman(number: int) -> str:
    out = ""
    for value, sign in _ROMAN:
        out += sign * (number // value)
        number %= value
    return out
