"""How old something is: the index, what an answer rests on, what should have been read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from rag.answer.types import Answer
from rag.filtering import is_date
from rag.looks import Look
from rag.ui.templating import macro
from rag.ui.texts import reader_date, text

_overdue = macro("start", "overdue")


def age(then: datetime, now: datetime, lang: str) -> str:
    """How long ago something was: "3 h ago"."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return text(lang, "age_now")
    if minutes < 60:
        return text(lang, "age_minutes", n=minutes)
    return (
        text(lang, "age_hours", n=minutes // 60)
        if minutes < 48 * 60
        else text(lang, "age_days", n=minutes // 1440)
    )


def day_age(day: str, today: date, lang: str) -> str:
    """How long ago a day ("2024-06-21") was, in days, months or years."""
    days = (today - date.fromisoformat(day)).days
    if days < 1:
        return text(lang, "age_today")
    if days < 60:
        return text(lang, "age_days", n=days)
    return (
        text(lang, "age_months", n=days // 30)
        if days < 730
        else text(lang, "age_years", n=days // 365)
    )


def built_at(version: str) -> datetime | None:
    """When an index version was built, by its name ("20261123T005603704Z-cfc1b5389352"); None for
    another name.
    """
    try:
        return datetime.strptime(version[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def ages(answer: Answer, lang: str, now: datetime | None = None) -> list[str]:
    """The date of the newest article that an answer rests on, and the age of the index, each with
    how long ago that is.
    """
    now = now or datetime.now(UTC)
    told = []
    if answer.citations and not answer.refused:
        days = [one.date for one in answer.citations if is_date(one.date)]
        newest = max(days, default="")
        if newest:
            told.append(
                text(
                    lang,
                    "newest_used",
                    date=reader_date(newest, lang),
                    age=day_age(newest, now.date(), lang),
                )
            )
        else:
            told.append(text(lang, "undated_used"))
    if built := built_at(answer.index_version):
        told.append(text(lang, "index_age", age=age(built, now, lang)))
    return told


def overdue(looks: Sequence[Look], lang: str, now: datetime | None = None) -> str:
    """A warning for each folder or feed that has not been read for long; or ""."""
    now = now or datetime.now(UTC)
    warnings = [
        text(
            lang,
            f"overdue_{one.kind}",
            name=one.name,
            date=reader_date(one.at[:10], lang),
            age=age(datetime.fromisoformat(one.at), now, lang),
        )
        for one in looks
    ]
    return _overdue(warnings, lang)
