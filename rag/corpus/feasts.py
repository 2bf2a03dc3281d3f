"""Feasts: what they are called in Chinese and English, and which days are theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple


def _lunar(month: int, day: int, later: int = 0) -> Callable[[int], date]:
    def of(year: int) -> date:
        from borax.calendars.lunardate import LunarDate

        return LunarDate(year, month, day).to_solar_date() + timedelta(days=later)

    return of


def _solar(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _clear_and_bright(year: int) -> date:
    from borax.calendars.festivals2 import TermFestival

    return TermFestival(name="清明").at(year=year)


def _easter(year: int) -> date:
    from dateutil.easter import easter

    return easter(year)


def _thanksgiving(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


class Feast(NamedTuple):
    """Names as patterns, the day in a year, and how many days before and after belong to it.

    The day of a Chinese feast is reckoned by borax, which raises ``ValueError`` for years before
    1900 and after 2100.
    """

    zh: str
    en: str
    day: Callable[[int], date]
    before: int = 0
    after: int = 0


NONE = "(?!)"  # matches nothing
FEASTS = (
    Feast(
        "春节|农历新年|新春佳节", "(?:chinese|lunar) new year|spring festival", _lunar(1, 1), 1, 7
    ),
    Feast("元宵节?", "lantern festival", _lunar(1, 15)),
    Feast("端午节?", "dragon boat festival", _lunar(5, 5), 1, 2),
    Feast("七夕节?", "qixi festival", _lunar(7, 7)),
    Feast("中秋节?", "mid-autumn (?:festival|day)", _lunar(8, 15), 1, 2),
    Feast("重阳节?(?!木)", "double (?:ninth|nine) festival", _lunar(9, 9)),
    Feast("清明节?", "qingming(?: festival)?|tomb[- ]sweeping day", _clear_and_bright, 1, 1),
    Feast("元旦", "new year['’]s day", _solar(1, 1), 1, 2),
    Feast(
        "五一(?:国际)?(?:劳动节)?|劳动节", "may day|international labou?r day", _solar(5, 1), 2, 4
    ),
    Feast(
        "(?<!国)国庆节?(?!尚)",
        "(?:chinese )?national day(?= (?:holiday|golden|week|break))",
        _solar(10, 1),
        0,
        7,
    ),
    Feast("圣诞节?", "christmas", _solar(12, 25), 1, 1),
    Feast("复活节", "easter", _easter, 2, 1),
    Feast("感恩节", "thanksgiving", _thanksgiving, 0, 3),
    Feast("除夕", NONE, _lunar(1, 1, -1)),
    Feast("儿童节", NONE, _solar(6, 1)),
    Feast("教师节", NONE, _solar(9, 10)),
)
