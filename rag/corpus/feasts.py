"""Feasts: their names in Chinese and English, and the days on which they fall."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from rag.corpus.tables import table

_NEVER = "(?!)"  # matches nothing: for a feast without a name in a language


class Feast(NamedTuple):
    """One feast, a row of ``data/feasts.tsv``.

    Attributes:
        zh, en: patterns of its names.
        reckoned: how its day is found: "solar", "term", "easter", "thursday", else by the lunar
            calendar ("eve": a day earlier).
        month, number: month, and day (or which Thursday) in it.
        before, after: number of days around it that belong to it.
    """

    zh: str
    en: str
    reckoned: str
    month: int
    number: int
    before: int
    after: int

    def day(self, year: int) -> date:
        """The day of the feast in a year.

        Raises ValueError for a feast of the Chinese calendar before 1900 or after 2100.
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
