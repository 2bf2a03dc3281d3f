"""Recognises asides: short questions that only make sense after an answer.

Examples are "还有呢？", "新华社的呢？", "第二个呢？", "哪个更长？" and "and the number?". Each kind has a pattern
that must match the whole question. In this module, "the question before" is the last one of the
conversation, in full.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.corpus.places import find_places
from rag.question.periods import find_periods
from rag.question.publishers import find_publisher, known_publisher
from rag.question.script import simplified
from rag.question.types import Earlier, Turns
from rag.question.whole import ANY_DAY, language, subject, taken_apart
from rag.question.words import in_other, lines, ordinal, pattern, words

_MAX_TURNS_BACK = 4  # number of earlier turns, at most, in which two things to compare are sought


def asks_more(question: str) -> bool:
    """Whether a question asks for more results than the last answer gave: "还有呢？"."""
    return bool(pattern("more").fullmatch(question.strip()))


def asks_details(question: str) -> bool:
    """Whether a question asks for details from the articles that the last answer cited."""
    return bool(pattern("details").fullmatch(question.strip()))


def is_aside(question: str) -> bool:
    """Whether the form of a question shows that it only makes sense after an answer."""
    forms = ("more", "details", "nth", "all_but")
    return any(pattern(form).fullmatch(question.strip()) for form in forms)


def others_than(question: str, before: str) -> str:
    """The question before, with the exception that is now named ("除了四川呢？").

    "" if the new question names no exception, or the question before has no question word.
    """
    found, whole = pattern("all_but").fullmatch(question.strip()), taken_apart(before)
    if not found or not whole.ask:
        return ""
    excepted, chinese = found["zh"] or found["en"], language(before) == "zh"
    excepted = in_other(excepted, language(question), "zh" if chinese else "en")
    # If the question before has exceptions already, join them: "Besides France and Japan, ...".
    if earlier := pattern("left_out").fullmatch(before):
        others, before = earlier["zh"] or earlier["en"], earlier["rest"]
        both = f"{others}{'和' if chinese else ' and '}{excepted}"
        excepted = others if excepted in others else both
    if chinese:
        return f"除了{excepted}，{before}"
    return f"Besides {excepted}, {before[0].lower()}{before[1:]}"


def article_limits(
    question: str, completed: str, history: Turns
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the articles to leave out, and of those to search alone; () for no such limit.

    "还有呢" leaves out the articles that answers to the completed question cited so far; "详细说说"
    searches only these.

    Args:
        question: the new question as typed.
        completed: the same in full, "" for a question that needs no completion.
        history: the turns before.
    """
    plain = simplified(question) if completed else ""
    given = [one for asked, one in history if completed in (asked, one.completed)]
    cited = tuple(dict.fromkeys(c.article_id for one in given for c in one.citations))
    listed = any(len(one.rows) > 1 and one.rows[0].place for one in given)
    main = cited if listed else cited[:1]  # further citations only repeat a single answer
    if given and (one := quote_asked_for(plain, given[-1])):
        return (), (given[-1].citations[one - 1].article_id,)
    return cited if asks_more(plain) else (), main if asks_details(plain) else ()


def quote_asked_for(question: str, answer: Earlier) -> int:
    """The number, from 1, of the quote that "the second one" means; 0 for none.

    This holds for an answer that consists of quotes; in one with rows, a row would be meant.
    """
    found = pattern("nth").fullmatch(question.strip())
    if not found or any(row.label for row in answer.rows):
        return 0
    number = _number(found, len(answer.citations))
    return number if number <= len(answer.citations) else 0


def reworded(question: str, before: str, answer: Earlier) -> str:
    """Rewords an aside so that :func:`rag.question.followup.leaning` can complete it.

    "第二个呢？" becomes a question about the name in the second row, for example. A question of
    another kind is returned as it is. The result is "" for a row without a name, or one that the
    last answer does not have.

    Args:
        question: the new question in simplified characters.
        before: the question before.
        answer: the answer to it.
    """
    question = question.strip()
    if meant := pattern("meant").fullmatch(question):
        return _what_about(meant["zh"] or meant["en"], bool(meant["zh"]))
    found = pattern("nth").fullmatch(question)
    if found and (answer.rows or not pattern("ordered").search(before)):
        label = _label(found, question, answer)
        return label and _what_about(label, question[:1] > "\u2e80")
    for row in lines("asked_by_name.tsv"):
        zh, en, chinese, english = row.split("\t")
        for lang, name, full in (("zh", zh, chinese), ("en", rf"\b(?:{en})\b", english)):
            asks = words(f"by_name_{lang}").replace("NAME", name)
            if re.fullmatch(asks, question, re.I) and not re.search(name, before, re.I):
                return full
    found = pattern("feast").fullmatch(question)
    feast = found and f"{found['feast']}期间"
    if feast and any(one.kind == "festival" for one in find_periods(feast, ANY_DAY)):
        return f"{feast}呢？"
    return question


def _what_about(thing: str, chinese: bool) -> str:
    """A follow-up question about a thing, in Chinese or English."""
    return f"那{thing}呢？" if chinese else f"What about {thing}?"


def _label(found: re.Match[str], question: str, answer: Earlier) -> str:
    """The label of the row of the last answer that a match of "nth" means; "" for none."""
    number = _number(found, len(answer.rows))
    label = answer.rows[number - 1].label if 1 <= number <= len(answer.rows) else ""
    if label and answer.kind == "places":  # "临沂市（山东）", "Sichuan 四川"
        latin = question[:1] < "\u2e80" and label[:1].isascii()
        label = re.split(r"\s*[\u4e00-\u9fff（(]" if latin else "[（(]", label)[0].strip()
    return label


def _number(found: re.Match[str], last: int) -> int:
    """The number in a match of "nth": "第二个" is 2, "the last one" is ``last``."""
    word = found["zh"] or found["en"].lower()
    return last if word.startswith(("最后", "last")) else ordinal(word.removeprefix("第"))


def row_asked_for(question: str, before: str, answer: Earlier) -> str:
    """The question before, about the row that "第二个呢？" means: its label replaces the question
    words. "" for no such question, and for answers with places or quotes.
    """
    found = pattern("nth").fullmatch(question.strip())
    if not found or answer.kind in ("places", "text"):
        return ""
    chinese = language(before) == "zh"
    label = _label(found, question.strip(), answer)
    if label and answer.kind == "corpus":  # a list of articles
        quoted = f"“{label.rstrip('…')}”"
        return f"{quoted}说了什么？" if chinese else f"What is said about {quoted}?"
    whole = taken_apart(before)
    if whole.ask is None or not label:
        return ""
    rest = whole.body[whole.ask.core if whole.ask.kind == "number" else whole.ask.end :]
    # The measure must not stand twice: 120万册 replaces "多少册", not just "多少".
    sizes = (size for size in (3, 2, 1) if rest[:size].strip() and label.endswith(rest[:size]))
    full = f"{whole.body[: whole.ask.start]}{label}{rest[next(sizes, 0) :]}"
    return f"{full}？" if chinese else f"{full[0].upper()}{full[1:]}?"


def of_publisher(question: str, before: str, sources: Sequence[str]) -> str:
    """The question before, limited to the publisher that is now named; "" if none is."""
    asked = question.strip()
    found = pattern("says_zh").fullmatch(asked) or pattern("says_en").fullmatch(asked)
    name = found["name"].strip() if found else ""
    place = any(one.end - one.start == len(name) for one in find_places(name))
    if not name or place or not known_publisher(name, sources):
        return ""  # "那四川呢？" names no publisher of Sichuan
    # A publisher that the question before named is replaced even if the corpus does not have it.
    named = [
        group for one in pattern("reported_by").finditer(before) for group in one.groups() if group
    ]
    if old := find_publisher(before, (*sources, *named)):
        return f"{before[: old.start]}{name}{before[old.end :]}"
    if language(before) == "zh":
        return f"据{name}报道，{before}"
    small = before[0].lower() + before[1:] if pattern("first_word").match(before) else before
    return f"According to {name}, {small}"


def of_two(question: str, history: Turns) -> str:
    """Completes "哪个更长？", "Which one is longer?" or "Compare the two" with the two things that
    were asked about last; "" for other questions.
    """
    which = pattern("which_of_two").fullmatch(question.strip())
    compare = pattern("compare").fullmatch(question.strip().rstrip("。.?？"))
    if compare and not pattern("these_two").fullmatch(compare[1] or compare[2]):
        compare = None
    chinese = bool(which and which["zh"] or compare and compare[1])
    both = _both(history, "zh" if chinese else "en") if which or compare else ""
    if both and which and chinese:
        return f"{both}哪个{which['zh']}？"
    if both and which:
        either = pattern("two_joined").sub(" or ", both)
        return f"Which {which['verb'].lower()} {which['en']}, {either}?"
    return both and (f"比较{both}" if chinese else f"Compare {both}")


def _both(history: Turns, lang: str) -> str:
    """The two things that were asked about last, joined by "and" or 和; "" for fewer than two."""
    things: list[str] = []
    for asked, answer in reversed(history[-_MAX_TURNS_BACK:]):
        whole = taken_apart(answer.completed or asked)
        if language(whole.body) != lang and not answer.about:
            continue
        if compared := pattern("compare").match(whole.body):  # "Compare A and B"
            name = compared[1] or compared[2]
        else:  # a question about the corpus may have been in the other language
            name = answer.about or re.sub("(?:分别|各自?|都)+$", "", subject(whole, lang))
        if name and name not in things:
            things.insert(0, name)
        if len(things) == 2 or pattern("two_joined").search(name):
            break
    both = ("和" if lang == "zh" else " and ").join(things)
    return both if pattern("two_joined").search(both) else ""
