"""The assistant's own words in reply to talk: who it is, what it can do, what it does not do.

They quote nothing. Example questions are made from titles, places and dates of the index.
"""

from __future__ import annotations

from rag.answer.texts import phrase
from rag.answer.types import Answer
from rag.answer.when import shown_day
from rag.index import Snapshot
from rag.index.catalogue import heading
from rag.question import ParsedQuestion, in_script
from rag.search.facets import by_code, by_province

MAX_TITLE_LENGTH = {"zh": 24, "en": 70}  # most characters of a title that is put into a question

# Kinds of talk after which a few questions to try help; after thanks or goodbyes they would not.
_TRY = frozenset(("hello", "who", "can", "other", "chat", "complaint"))


def talk_answer(snapshot: Snapshot, parsed: ParsedQuestion) -> Answer:
    """The reply to a message that is no question; ``parsed.talk`` is its kind."""
    lang = parsed.frame
    text = phrase(f"talk_{parsed.talk}", lang, n=snapshot.n_articles)
    if parsed.talk in _TRY and (asks := try_questions(snapshot, lang)):
        text += phrase("try", lang, asks=" / ".join(asks))
    return Answer(
        parsed.text,
        "en" if lang == "en" else "zh",
        "talk",
        text,
        False,
        index_version=snapshot.version,
        traditional=lang == "zh-Hant",
    )


def try_questions(snapshot: Snapshot, lang: str) -> list[str]:
    """At most three questions that this index answers, about a title, a place and a month."""
    every = snapshot.columns.story >= 0
    asks = []
    if title := _title(snapshot, "en" if lang == "en" else "zh"):
        asks.append(phrase("ask_title", lang, name=title))
    if places := by_province(snapshot, every):
        place = places[0][0]
        name = place.en if lang == "en" else in_script(place.short, lang)
        asks.append(phrase("ask_count", lang, name=name))
    if months := by_code(snapshot.date_codes, every, 7):
        asks.append(phrase("ask_month", lang, name=shown_day(months[0][0], lang)))
    return asks


def _title(snapshot: Snapshot, lang: str) -> str:
    """The newest short title in a language, among the titles of the 200 newest articles; or ""."""
    newest = snapshot.catalogue.by_date[:200].tolist()
    for _, title, _, _, of, opening in snapshot.listed(newest, 100):
        found = heading(title, opening) if title.strip() else ""
        if found and of == lang and len(found) <= MAX_TITLE_LENGTH[lang]:
            return found
    return ""
