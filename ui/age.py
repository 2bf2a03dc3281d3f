"""Tells how old something is: the index, an answer's evidence, or a source due to be read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from markupsafe import Markup

from rag.answer.types import Answer
from rag.filtering import is_date
from rag.looks import Look
from rag.ui.templating import macro
from rag.ui.texts import reader_date, text

_overdue = macro("start", "overdue")


def age(then: datetime, lang: str, now: datetime | None = None) -> str:
    """Formats how long ago a time was, in minutes, hours, days, months or years: "3 h ago"."""
    minutes = int(((now or datetime.now(UTC)) - then).total_seconds() // 60)
    if minutes < 1:
        return text(lang, "age_now")
    if minutes < 60:
        return text(lang, "age_minutes", n=minutes)
    hours = minutes // 60
    return text(lang, "age_hours", n=hours) if hours < 48 else _days_ago(hours // 24, lang)


def day_age(day: str, today: date, lang: str) -> str:
    """Formats how long ago a day ("2024-06-21") was, in days, months or years."""
    days = (today - date.fromisoformat(day)).days
    return _days_ago(days, lang) if days >= 1 else text(lang, "age_today")


def _days_ago(days: int, lang: str) -> str:
    if days < 60:
        return text(lang, "age_days", n=days)
    if days < 730:
        return text(lang, "age_months", n=days // 30)
    return text(lang, "age_years", n=days // 365)


def built_at(version: str) -> datetime | None:
    """Returns the build time in an index version's name ("20261123T005603704Z-cfc1b5389352").

    It is None for any other name.
    """
    try:
        return datetime.strptime(version[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def ages(answer: Answer, lang: str) -> list[str]:
    """Returns lines with the age of the newest article that an answer cites, and of the index."""
    lines = []
    if answer.citations and not answer.refused:
        newest = max((one.date for one in answer.citations if is_date(one.date)), default="")
        if newest:
            day, old = reader_date(newest, lang), day_age(newest, datetime.now(UTC).date(), lang)
            lines.append(text(lang, "newest_used", date=day, age=old))
        else:
            lines.append(text(lang, "undated_used"))
    if built := built_at(answer.index_version):
        lines.append(text(lang, "index_age", age=age(built, lang)))
    return lines


def overdue(looks: Sequence[Look], lang: str, now: datetime | None = None) -> Markup:
    """Renders a warning for each folder or feed that is overdue to be read again; or ""."""
    warnings = []
    for one in looks:
        day, old = reader_date(one.at[:10], lang), age(datetime.fromisoformat(one.at), lang, now)
        warnings.append(text(lang, f"overdue_{one.kind}", name=one.name, date=day, age=old))
    return _overdue(warnings, lang)
