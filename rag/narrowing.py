"""The filters of articles in the form in which programs and models give them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from rag.search.types import Filters


def names(description: str | None, most: int = 100) -> Any:
    """A field that is a list of at most ``most`` texts, empty by default."""
    return Field(default_factory=list, max_length=most, description=description)


class Narrowing(BaseModel):
    """Which articles may be used: those that pass all of these."""

    date_from: str = Field("", description="Only articles of this day or later, YYYY-MM-DD.")
    date_to: str = Field("", description="Only articles of this day or earlier, YYYY-MM-DD.")
    sources: list[str] = names("Only these publishers, as stored.")
    langs: list[str] = names("Only these languages: zh, en.")
    places: list[str] = names("Only articles that name one of these places, or one inside it.")

    def filters(self) -> Filters:
        """The same as :class:`rag.search.types.Filters`."""
        return Filters(
            self.date_from, self.date_to, tuple(self.sources), tuple(self.langs), tuple(self.places)
        )
