"""Feasts: what they are called in Chinese and English, and which days are theirs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from rag.corpus.tables import table

_NEVER = "(?!)"  # the pattern of a name that a language has not


class Feast(NamedTuple):
    """Names as patterns; how the day is reckoned, of which ``month``, and the how many-eth day
    (or Thursday) of it; how many days before and after belong to it.
    """

    zh: str
    en: str
    reckoned: str
    month: int
    number: int
    before: int
    after: int

    def day(self, year: int) -> date:
        """The day in a year. Raises ValueError for years before 1900 and after 2100, where the day
        is one of the Chinese calendar.
        """
        if self.reckoned == "solar":
            return date(year, self.month, self.number)
        if self.reckoned == "term":
            from borax.calendars.festivals2 import TermFestival

            return TermFestival(name="清明").at(year=year)
        if self.reckoned == "easter":
            from dateutil.easter import easter

            return easter(year)
        if self.reckoned == "thursday":
            first = date(year, self.month, 1)
            return first + timedelta(days=(3 - first.weekday()) % 7 + 7 * (self.number - 1))
        from borax.calendars.lunardate import LunarDate

        day = LunarDate(year, self.month, self.number).to_solar_date()
        return day - timedelta(days=self.reckoned == "eve")


FEASTS = tuple(
    Feast(zh, en or _NEVER, reckoned, *map(int, numbers))
    for zh, en, reckoned, *numbers in table("feasts.tsv")
)
