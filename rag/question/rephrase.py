"""Completes a follow-up: puts its place, time, topic or question words into the earlier question.

They replace the old ones. If grammar would need more than that, the new words follow what the
earlier question was about ("Held the drill: how many?").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.corpus.places import find_places
from rag.embed import load_static
from rag.question.asking import ENTITY_KINDS, asking, is_bare, kind_of, outside_of
from rag.question.script import HAN_RUN
from rag.question.types import Earlier, Span
from rag.question.whole import AUX, LEVELS, PREP, VERB, WholeQuestion, asks_below
from rag.question.whole import context, head_of, language, leading, rest_of, subject, taken_apart
from rag.question.words import in_other, pattern, words

# Least cosine in the embedded model for a word to be exchanged for another, and bonus for the same
# grammatical form, with which any word passes. Words that can replace each other ("赞成" and
# "反对", "killed" and "injured") had 0.2 and more, other words of a question mostly less.
_MIN_COSINE, _SAME_FORM_BONUS = 0.2, 0.4
_NUMBER = re.compile(words("any_number"))


@dataclass(frozen=True, slots=True)
class LeaningQuestion:
    """A question that is incomplete without an earlier one, taken apart.

    Attributes:
        whole: its parts, without words that lead over ("那").
        lang: its language, "zh" or "en".
        topic: a thing that replaces something in the earlier question ("消防演练"), or "".
        pronoun: span of a pronoun that refers to something earlier; (0, 0) for none.
        tail: whether it keeps its own words and only lacks a subject ("什么时候通车的").
        is_aspect: whether the topic is an aspect of what was asked about ("its length"), not a
            replacement for it.
    """

    whole: WholeQuestion
    lang: str
    topic: str = ""
    pronoun: Span = (0, 0)
    tail: bool = False
    is_aspect: bool = False


def in_full(follow_up: LeaningQuestion, before: str, answer: Earlier, second: bool = False) -> str:
    """Completes a leaning question with the earlier one.

    Args:
        follow_up: the leaning question.
        before: the earlier question in full.
        answer: the answer to it.
        second: whether to return the second reading (:func:`rag.question.followup.otherwise`).
    """
    lang, new, old = language(before), follow_up.whole, taken_apart(before)
    if follow_up.tail:
        return _question(_of_what(follow_up, old, answer, lang, second))
    old = taken_apart(_exchanged(old, follow_up, lang, second)) if follow_up.topic else old
    for kind, spans in (("places", new.groups), ("date", new.times)):
        if spans:
            words = in_other(new.body[spans[0][0] : spans[-1][1]], follow_up.lang, lang)
            old = taken_apart(_put(old, words, kind, follow_up, lang))
    asks = in_other(new.asks, follow_up.lang, lang)
    return _question(_asking(old, asks, lang) if asks else old.body)


def _put(old: WholeQuestion, words: str, kind: str, follow_up: LeaningQuestion, lang: str) -> str:
    """Puts a place or time into a question, for the old one or for question words that ask for it.

    Without either, the words are added at its beginning or end.

    Args:
        old: the earlier question.
        words: the new place or time, in the language of that question.
        kind: "places" or "date".
        follow_up: the leaning question.
        lang: the language of the earlier question.
    """
    body, ask, spans = old.body, old.ask, old.groups[:1] if kind == "places" else old.times
    within = re.sub(rf"^(?!({PREP}|last|this|next|yester\w+|today)\b)", "in ", words, flags=re.I)
    if spans:
        start, end = spans[0][0], spans[-1][1]
        named = re.search(r"[12]\d{3}\s?年?|[今去前]年", body[start:end])
        year = named[0] if named and kind == "date" and pattern("month").match(words) else ""
        if lang == "zh" or kind == "places":  # "6月" after "2023年5月" keeps the year
            return f"{body[:start]}{year}{words}{body[end:]}"
        return f"{re.sub('(in|on|during|of) $', '', body[:start])}{within} {year}{body[end:]}"
    asks = follow_up.whole.asks or ask and asks_below(ask, sum(follow_up.whole.places, ()))
    if ask and not asks and (ask.kind == kind or kind == "places" and ask.level in LEVELS):
        rest = body[ask.end :].strip()  # the words replace "where" or "when"
        if lang == "zh":
            return f"{head_of(old)}{'在' if old.asks[0] == '在' else ''}{words}{rest}"
        return f"{rest} {within}" if re.match(rf"({AUX})\b", rest) else f"{words} {rest}"
    about, colon, asks = body.partition(": ")
    return f"{words}{body}" if lang == "zh" else f"{about} {within}{colon}{asks}"


def _asking(whole: WholeQuestion, words: str, lang: str) -> str:
    """Puts other question words into a question."""
    new, body, old = asking(words)[0], whole.body, whole.ask
    for (start, end), places in zip(whole.groups, whole.places):  # for "哪些省" drop a province
        low = new.level in LEVELS and all(LEVELS[one.level] >= LEVELS[new.level] for one in places)
        if lang == "zh" and low:
            return _asking(taken_apart(body[:start] + body[end:]), words, lang)
    if new.kind == "which" and (not old or old.kind in (*ENTITY_KINDS, "which", "what", "date")):
        return body
    if old and is_bare(words) and (old.core < old.end or old.kind in ("number", "what")):
        words = f"{words.removesuffix(' ones')}{body[old.core :]}"
        return f"{body[: old.start].removesuffix('有')}{words}"
    head, after = head_of(whole), body[rest_of(old) :] if old else ""
    alone = leading(head) == len(head)
    turned = pattern("noun_aux").fullmatch(body[old.end :].strip()) if old else None
    like = new.kind in ENTITY_KINDS or new.kind == "number" and old and old.kind == "person"
    if old and alone and like and not new.adverb and old.kind in ENTITY_KINDS and not turned:
        return f"{head}{words}{body[old.end :]}"
    if lang == "zh" and (new.adverb or new.kind == "places"):
        # An adverb cannot replace the object of a verb, as in "停靠多少艘货轮".
        if new.adverb and old and (old.adverb or alone or body[old.start - 1] in "有由被"):
            return f"{body[: old.start] if old.adverb else head}{words}{after}"
        rest = context(whole, lang)
        at = leading(rest) if new.adverb else 0
        at = at if re.match(rf"{VERB}|[\u4e00-\u9fff]{{1,2}}了", rest[at:]) else 0
        return f"{rest[:at]}{words}{rest[at:]}"
    if lang == "en" and new.adverb and ": " not in body:
        turned = pattern("noun_aux").fullmatch(after.strip())
        if not old and re.match(rf"({AUX})\b", body, re.I) or old and old.adverb:
            return f"{words} {after or body[0].lower() + body[1:]}"
        if turned and pattern("subject_en").match(turned["rest"]):  # "What drills did Sichuan hold"
            return f"{words} {turned['aux']} {turned['rest']} {turned['noun']}"
        if old and not old.start and after:
            they = "" if old.kind == "number" else "the" if rest_of(old) < old.end else "they"
            return f"{words} was it that {they} {after}"
    has = lang == "zh" and new.kind == "number" and not re.match("[有是a-z]", words)
    return _behind(whole, f"有{words}" if has else words, lang)


def _of_what(
    follow_up: LeaningQuestion, old: WholeQuestion, answer: Earlier, lang: str, second: bool
) -> str:
    """Puts a subject into a question that lacks one: in place of its pronoun, or before it.

    The subject is the single name that the answer gave or what the earlier question was about; the
    first if it fits the pronoun, for the second reading the other way round.
    """
    (start, end), body, name = follow_up.pronoun, follow_up.whole.body, subject(old, lang)
    word, labels = body[start:end].lower(), list(dict.fromkeys(row.label for row in answer.rows))
    if follow_up.lang == lang == "zh" and not word:
        name = _owner(old) or name
    if not name and lang == "en" and (thing := pattern("last_noun").search(old.body)):
        name = thing[0]
    there = re.fullmatch("there|[那这][里儿边]", word)
    one = "person" if re.match("h[ei]|she|[他她]", word) else "organisation document"
    # A pronoun does not refer to a figure or a date.
    alone = len(labels) == 1 and any(labels) and answer.kind not in ("number", "date")
    if alone and word and (answer.kind in ("places" if there else one).split()) != second:
        name = labels[0]
    if there:
        places = [m.place for m in find_places(name)][:1] or [p for g in old.places for p in g]
        name = in_other(places[0].name, "", follow_up.lang) if len(set(places)) == 1 else name
    some = word == "其中" or body[:start].endswith("of ")  # "how many of them"
    if not name or some or not word and (follow_up.lang == "en" or body[0] in "从由在给对向被把让"):
        asks = [one.kind for one in (old.ask, follow_up.whole.ask) if one]
        if name and not word and follow_up.lang != lang and not second and asks[:1] == asks[1:]:
            return f"{name}: {body}"  # "造成多少人死亡": "how many were injured?"
        return _behind(old, body, lang)
    possessive = word in ("its", "his", "their") or word == "her" and body[end:].strip()
    name = f"in {name}" if word == "there" else f"{name}'s" if possessive else name
    return f"{body[:start]}{name}{body[end:]}"


def _owner(whole: WholeQuestion) -> str:
    """The thing of which an attribute is asked for: 《长河》 of "《长河》的票房是多少"; or ""."""
    ask = whole.ask
    last = ask and ask.end >= len(whole.body) - 2 and ask.kind != "what"
    thing = pattern("thing_of").match(whole.body[: ask.start]) if ask and last else None
    return thing["owner"] if thing else ""


def _behind(whole: WholeQuestion, words: str, lang: str) -> str:
    """Appends words to what the question is about ("Held the drill: how many")."""
    comma = "，" if words > "\u2e80" and lang == "zh" else ": "
    return f"{context(whole, lang)}{comma}{words[0].lower()}{words[1:]}"


def _question(words: str) -> str:
    """The words as a question, with a question mark and a capital."""
    words = re.sub(r"[?？.!\s]+$", "", " ".join(words.split())).strip(" ,，")
    return f"{words}？" if language(words) == "zh" else f"{words[:1].upper()}{words[1:]}?"


def _exchanged(whole: WholeQuestion, follow_up: LeaningQuestion, lang: str, second: bool) -> str:
    """Puts the topic into a question, for a similar thing in it, or asks for it as an aspect.

    The second reading prefers the aspect where the first replaces, and vice versa.
    """
    topic, body, ask, name = follow_up.topic, whole.body, whole.ask, subject(whole, lang)
    asks, alone = whole.asks or body, topic.removesuffix("的")
    if same := _same_kind(body, follow_up, lang):
        return same
    # Across languages no word is similar to the topic, unless it has a number ("the iPhone 14").
    other = follow_up.lang != lang
    alone = re.sub("^the ", "", alone) if other else alone
    unlike = follow_up.is_aspect or other and not _NUMBER.search(alone)
    span = None if unlike else _counterpart(whole, alone, lang == "zh", second)
    if other and not follow_up.is_aspect and not name:
        return f"{body} {alone}"
    if span:
        return f"{body[: span[0]]}{alone}{body[span[1] :]}"
    if re.match(rf"({PREP}) ", topic):
        return f"{body} {topic}"
    bare = re.sub("^(?:the |its |their |his |her |的)", "", alone)
    who = kind_of(("which " if follow_up.lang == "en" else "哪个") + bare).kind == "person"
    counts = ask and ask.kind == "number" and not follow_up.is_aspect
    if other and not (follow_up.is_aspect or pattern("amount_zh").search(alone)):
        if follow_up.lang == "zh" and counts and topic.endswith("的"):
            return f"{name}有多少人{alone}"  # for "受伤的呢？"
        # "那卡努呢？" names another thing, or an aspect of what was asked about.
        if (bare != bare.lower() or follow_up.lang == "zh") != second:
            return body.replace(name, alone)
        if follow_up.lang == "en" and counts and bare.endswith("ed"):
            return f"{name}: how many were {bare}"
    if follow_up.lang == "en":
        return f"{'who' if who else 'what'} is the {bare} of {name}" if name else f"{topic}: {asks}"
    of_it = other or follow_up.is_aspect or second or pattern("amount_zh").search(alone)
    if ask and ask.kind == "number" and 0 < len(body) - ask.end <= 6 and not of_it:
        return f"{body[: ask.end]}{alone}"  # "受伤的呢" after "多少人死亡"
    verb = re.compile(f"{VERB}?[了过]|{VERB}").search(body, ask.end) if ask and not other else None
    if verb and bare == alone:
        return f"{body[: verb.end()]}{alone}"
    what = "谁" if who else "多少" if pattern("amount_zh").search(bare) else "什么"
    name = _owner(whole) or name
    return f"{name}的{bare}是{what}" if name else f"{bare}，{asks}"


def _same_kind(body: str, follow_up: LeaningQuestion, lang: str) -> str:
    """The question with the topic in place of what is surely of its kind; "" for none.

    Args:
        body: the earlier question.
        follow_up: the leaning question.
        lang: the language of the earlier question.
    """
    topic, alone = follow_up.topic, follow_up.topic.removesuffix("的")
    if one := pattern("such_one").fullmatch(topic):  # "the new one" after "the old ferry"
        return pattern("noun_phrase").sub(rf"\1{one['kind']}\3", body, count=1)
    named = HAN_RUN.findall(body) if lang == "en" else []
    # "And Qin Haiyang?" after "How old is 全红婵?".
    if len(named) == 1 and pattern("person_name").fullmatch(alone):
        return body.replace(named[0], alone)
    # "总工程师呢？" after "这座桥的首席科学家是谁？": one office for the other.
    office = pattern("office_asked").search(body)
    if office and follow_up.lang == lang and pattern("title_end").search(alone):
        return f"{body[: office.start(1)]}{alone}{body[office.end(1) :]}"
    return ""


def _counterpart(whole: WholeQuestion, topic: str, zh: bool, second: bool) -> Span | None:
    """The span of a question that the topic can replace, or None.

    It has the same form with another number, the same last word, or else a similar meaning. For the
    second reading the decision on similar meaning is reversed.
    """
    body, taken = whole.body, [*whole.groups, *whole.times]
    taken += [(whole.ask.start, rest_of(whole.ask))] if whole.ask else []
    stem = re.escape(re.sub("(?:es|s)$", "", topic.split()[-1]))
    like = re.escape(topic[-2:]) if zh else rf"\b{stem}(?:es|s)?\b"
    if number := _NUMBER.search(topic):
        like = _NUMBER.sub(lambda _: _NUMBER.pattern, re.escape(topic))
    for series in map(pattern, ("ordinal_en", "weekly")):  # "周末" replaces "周一"
        if not number and (number := series.fullmatch(topic)):
            like = series.pattern
    ends = [m.span() for m in re.finditer(like, body, re.I) if outside_of(m.span(), taken)][-1:]
    start, end = ends[0] if ends else (0, 0) if number else _near(whole, topic, zh, taken, second)
    if number or not end or not ends and (zh or " " not in topic):
        return (start, end) if end else None
    begins = [0, *(m.end() for m in pattern("noun_begins").finditer(body[:start]))]
    begin = max(*begins, *(at for _, at in taken if at <= start), 0)
    return begin + (body[begin] == " "), end


def _near(whole: WholeQuestion, topic: str, zh: bool, taken: list[Span], second: bool) -> Span:
    """The span of the word most similar to the topic in meaning and form; (0, 0) for none."""
    body, model = whole.body, load_static()
    found = model.spans(body)[1].tolist() if zh else [m.span() for m in re.finditer(r"\S+", body)]
    spans = [(a, b) for a, b in found if b - a > 1 and outside_of((a, b), taken)]
    spans = [(a, b) for a, b in spans if not re.fullmatch(AUX, body[a:b], re.I)]
    vectors = model.embed_passages([topic, *(body[a:b] for a, b in spans)])
    form = _form(topic, zh)
    near = [
        (float(vector @ vectors[0]) + _SAME_FORM_BONUS * (_form(body[:b], zh) == form), (a, b))
        for vector, (a, b) in zip(vectors[1:], spans)
    ]
    score, span = max(near, default=(0, (0, 0)))
    return span if (score >= _MIN_COSINE) != second else (0, 0)


def _form(text: str, zh: bool) -> str:
    """The grammatical form of the last word, by which words can replace each other.

    In Chinese this is the last character; in English "verb", "name", the article, or "many".
    """
    *_, article, word = ["", "", *text.split()]
    known = "verb" if word.endswith("ed") else "name" if word[0].isupper() else article.lower()
    if zh or known in ("verb", "name", "the", "a", "an"):
        return text[-1] if zh else known
    plural = re.search("[^s]s$|men$|people$|children$", word)
    return "many" if plural and not re.fullmatch(PREP, article, re.I) else ""
