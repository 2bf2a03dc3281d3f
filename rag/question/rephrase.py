"""An earlier question with another place, time, subject or words that ask, put in where the old
ones stood.

The result is for the reader, who sees how he was understood, and for the search. Where grammar
would need more than replacing words, what was asked about stands first and the new words behind it
("四川举办了演练，有多少人？", "Held the drill: how many people?").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus import detect_lang
from rag.corpus.places import Place, find_places
from rag.embed import load_static
from rag.question.asking import THINGS, asking, is_bare, outside_of
from rag.question.types import Earlier, Span
from rag.question.whole import (
    AUX, LEVELS, NOUN_AUX, PREP, SUBJECT, VERB, Whole, asks_below, context, head_of, leading,
    rest_of, subject, taken_apart,
)  # fmt: skip
from rag.question.words import words as known

# What a follow-up in the other language brings along; its other words stay as they are.
_SAME = {
    "什么时候": "when", "在哪里": "where", "谁": "who", "多少": "how many", "多少人": "how many people",
    "为什么": "why", "如何": "how", "哪些": "which", "哪些省": "which provinces", "今年": "this year",
    "哪些城市": "which cities", "去年": "last year", "上个月": "last month", "上周": "last week",
}  # fmt: skip
_OTHER = _SAME | {en: zh for zh, en in _SAME.items()} | {"which ones": "哪些"}
_MONTH = re.compile(r"[\d一二三四五六七八九十]{1,2}\s?月|(?:in |on )?[A-Z][a-z]+\.?(?: \d{1,2})?$")
_NUMBER = re.compile(r"\d+|(?<=第)[一二三四五六七八九十百]+")
_THERE = "there|[那这][里儿边]"
_PERSON = "he|him|his|she|her|[他她]"


# Cosines of the embedded model: words that can take each other's place had 0.2 and more ("死亡" and
# "失踪", "killed" and "injured"), others of a question less; of two of the same form any may.
NEAR, ALIKE = 0.2, 0.4


@dataclass(frozen=True, slots=True)
class Said:
    """What a question says that leans on an earlier one.

    Attributes:
        whole: it taken apart, without words that only lead over.
        lang: "zh" or "en".
        topic: what takes the place of something that was asked about ("消防演练"), or "".
        pronoun: where a pronoun stands for something earlier; (0, 0) for none.
        tail: whether its own words stay, as it lacks its subject alone ("什么时候通车的").
    """

    whole: Whole
    lang: str
    topic: str = ""
    pronoun: Span = (0, 0)
    tail: bool = False

    @property
    def asks(self) -> str:
        """The words that ask."""
        return self.whole.body[self.whole.ask.start : self.whole.ask.end] if self.whole.ask else ""


def in_full(said: Said, before: str, answer: Earlier) -> str:
    """The earlier question with what is said put in."""
    lang, new, old = "zh" if detect_lang(before) == "zh" else "en", said.whole, taken_apart(before)
    if said.tail:
        text = _of_what(said, old, answer, lang)
        return _question(text, said.lang)
    if said.topic:
        old = taken_apart(exchanged(old, said.topic, lang))
    places = [place for group in new.places for place in group]
    if places:
        words = new.body[new.groups[0][0] : new.groups[-1][1]]
        if said.lang != lang:
            words = ("和" if lang == "zh" else " and ").join(_name(one, lang) for one in places)
        fits = old.ask and not said.asks and not asks_below(old.ask, places)
        old = taken_apart(_put(old, words, "places" if fits else "", old.groups[:1], lang))
    if new.times:
        words = new.body[new.times[0][0] : new.times[-1][1]]
        words = words if said.lang == lang else _other(words, lang)
        old = taken_apart(_put(old, words, "date", old.times, lang))
    if said.asks:
        words = said.asks if said.lang == lang else _other(said.asks, lang)
        return _question(_asking(old, words, lang), lang)
    return _question(old.body, lang)


def _put(whole: Whole, words: str, kind: str, spans: tuple[Span, ...], lang: str) -> str:
    """The question with other words for its place or time, or for those that ask for it."""
    body, ask = whole.body, whole.ask
    within = words if re.match(rf"(?:{PREP}|last|this|next|yester|to)\b", words, re.I) else f"in {words}"
    if spans:
        start, end = spans[0][0], spans[-1][1]
        year = re.search(r"[12]\d{3}\s?年?|[今去前]年", body[start:end])
        year = year[0] if year and kind == "date" and _MONTH.match(words) else ""
        if lang == "zh" or kind != "date":  # "6月" after "2023年5月" is in the same year
            return f"{body[:start]}{year}{words}{body[end:]}"
        return f"{re.sub('(in|on|during|of) $', '', body[:start])}{within} {year}{body[end:]}"
    if ask and ask.kind == kind:  # "where", "when": this is the answer to it
        rest = body[ask.end :].strip()
        if lang == "zh":
            return f"{head_of(whole)}{'在' if body[ask.start] == '在' else ''}{words}{rest}"
        return f"{rest} {within}" if re.match(rf"(?:{AUX})\b", rest) else f"{words} {rest}"
    if lang == "zh":
        return f"{words}{body}"
    context, colon, asks = body.partition(": ")
    return f"{context} {within}{colon}{asks}"


def _asking(whole: Whole, words: str, lang: str) -> str:
    """The question with other words that ask."""
    new, body, old = asking(words)[0], whole.body, whole.ask
    if new.kind == "places" and new.level in LEVELS:  # "哪些省" after a question on one of them
        for (start, end), places in zip(whole.groups, whole.places):
            if all(LEVELS[place.level] >= LEVELS[new.level] for place in places) and lang == "zh":
                return _asking(taken_apart(body[:start] + body[end:]), words, lang)
    if old and is_bare(words) and (old.core < old.end or old.kind in ("number", "which", "what")):
        if new.kind == "which" and old.kind in (*THINGS, "which", "what"):
            return body
        words = re.sub(" ones?$", "", words)
        return f"{body[: old.start].removesuffix('有')}{words}{body[old.core :]}"
    if new.kind == "which":
        return body
    head, after = head_of(whole), body[rest_of(old) :] if old else ""
    within = old is not None and leading(head) == len(head)  # nothing stands before it
    if old and old.kind in THINGS and within and (
        new.kind in THINGS or new.kind == "number" and old.kind == "person"
    ) and not NOUN_AUX.fullmatch(body[old.end :].strip()):
        return f"{head}{words}{body[old.end :]}"
    if lang == "zh" and (new.adverb or new.kind == "places"):
        # What stands behind its verb ("停靠多少艘货轮") leaves a gap that no adverb fills.
        if old and new.adverb and (old.adverb or within or re.search("[有由被]$", body[: old.start])):
            return f"{body[: old.start] if old.adverb else head}{words}{after}"
        rest = context(whole, lang)
        at = leading(rest)
        at = at if new.adverb and re.match(rf"{VERB}|[\u4e00-\u9fff]{{1,2}}了", rest[at:]) else 0
        return f"{rest[:at]}{words}{rest[at:]}"
    if lang == "en" and new.adverb and ": " not in body:
        turned = NOUN_AUX.fullmatch(after.strip())
        if not old and re.match(rf"(?:{AUX})\b", body, re.I):
            return f"{words} {_small(body)}"
        if old and old.adverb:
            return f"{words} {after}"
        if turned and SUBJECT.match(turned["rest"]):  # "What drills did Sichuan hold"
            return f"{words} {turned['aux']} {turned['rest']} {turned['noun']}"
        if old and not old.start and after:
            they = "the" if rest_of(old) < old.end else "they"
            return f"{words} was it that {'' if old.kind == 'number' else they} {after}"
    has = "有" if lang == "zh" and new.kind == "number" and not re.match("[有是a-z]", words) else ""
    return _behind(whole, has + words, lang)


def _behind(whole: Whole, words: str, lang: str) -> str:
    """What the question is about, then the words."""
    comma = "，" if ord(words[0]) > 0x2E80 and lang == "zh" else ": "
    return f"{context(whole, lang)}{comma}{_small(words)}"


def _of_what(said: Said, old: Whole, answer: Earlier, lang: str) -> str:
    """A question of what its pronoun stands for, or of what was asked about before."""
    (start, end), body = said.pronoun, said.whole.body
    word, name = body[start:end].lower(), subject(old, lang)
    if re.fullmatch(f"{_THERE}|{_PERSON}|.*", word) and word:
        kinds = ("places",) if re.fullmatch(_THERE, word) else ("person",) if re.fullmatch(_PERSON, word) else ("organisation", "document")
        labels = list(dict.fromkeys(row.label for row in answer.rows if row.label))
        if answer.kind in kinds and len(labels) == 1:
            name = labels[0]
        if "places" in kinds:
            named = [m.place for m in find_places(name)][:1] or [p for g in old.places for p in g]
            name = _name(named[0], said.lang) if len(set(named)) == 1 else name
    if word and (word == "其中" or re.search(r"\bof $", body[:start])):
        name = ""  # some of them
    if name and word and said.lang == "en":
        own = word in ("its", "his", "their") or word == "her" and re.match(r" \w", body[end:])
        name = f"in {name}" if word == "there" else f"{name}'s" if own else name
    if name and word:
        return f"{body[:start]}{name}{body[end:]}"
    if name and said.lang == "zh" and body[0] not in "从由在给对向被把让":
        return f"{name}{body}{'的' if False else ''}"
    return _behind(old, body, lang)


def _name(place: Place, lang: str) -> str:
    return place.short if lang == "zh" else place.en or place.short


def _other(words: str, lang: str) -> str:
    """Words of one language in the other, where they are known."""
    if year := re.fullmatch(r"(?:in )?([12]\d{3})\s?年?", words, re.I):
        return f"{year[1]}年" if lang == "zh" else year[1]
    known = _OTHER.get(words.lower().removeprefix("in "))
    return known or (f"{words} " if lang == "zh" else words)


def _small(words: str) -> str:
    """A first word that is no name, with a small letter."""
    first = rf"(?:{AUX}|when|where|why|how|who|whom|which|what|it|they|he|she|their|its|the)\b"
    return words[0].lower() + words[1:] if re.match(first, words, re.I) else words


def _question(words: str, lang: str) -> str:
    words = re.sub(r"[?？.!\s]+$", "", " ".join(words.split())).strip(" ,，")
    mark = "？" if lang == "zh" else "?"
    return f"{words[:1].upper()}{words[1:]}{mark}" if lang == "en" else words + mark


# ---- another thing


def exchanged(whole: Whole, topic: str, lang: str) -> str:
    """The question with another thing in place of one of its kind, or of what was asked for."""
    body, ask, name = whole.body, whole.ask, subject(whole, lang)
    span = _counterpart(whole, topic, lang)
    if span:
        return f"{body[: span[0]]}{topic.removesuffix('的')}{body[span[1] :]}"
    asks = body[ask.start : ask.end] if ask else ""
    measure = re.search(f"[量额价资费数率值度积长高宽龄]$|(?:{known('amount_en')})s?$", topic)
    person = re.search(f"(?:{known('person' if lang == 'zh' else 'person_en')})$", topic)
    if lang == "en":
        if re.match(rf"(?:{PREP}) ", topic):
            return f"{body} {topic}"
        topic = re.sub("^(?:the|its|their|his|her) ", "", topic)
        if name:
            return f"{'who' if person else 'what'} is the {topic} of {name}"
        return f"{topic}: {_small(asks or body)}"
    topic, own = topic.strip("的"), topic.startswith("的")
    if topic.endswith("的") and ask and ask.kind == "number" and len(body) - ask.end <= 6:
        return f"{body[: ask.end]}{topic}"
    verb = next((m for m in re.finditer(f"{VERB}?[了过]|{VERB}", body) if ask and m.end() > ask.end), None)
    if verb and not own:
        return f"{body[: verb.end()]}{topic}"
    if name:
        return f"{name}的{topic}{'是谁' if person else '是多少' if measure else '是什么'}"
    return f"{topic}，{asks or body}"


def _counterpart(whole: Whole, topic: str, lang: str) -> Span | None:
    """Where a question names something of the kind of another thing: with another number, of the
    same last word, or of the same form and near in meaning.
    """
    body, ask = whole.body, whole.ask
    core = (ask.start, ask.core if lang == "en" and ask.core < ask.end else ask.end) if ask else (0, 0)
    taken = [*whole.groups, *whole.times, core]
    if _NUMBER.search(topic):  # "第3号" for "第2号", "Line 7" for "Line 3"
        pattern = _NUMBER.sub(lambda _: _NUMBER.pattern, topic)
        spans = [m.span() for m in re.finditer(pattern, body, re.I) if outside_of(m.span(), taken)]
        return spans[0] if spans else None
    last = topic.removesuffix("的")[-2:] if lang == "zh" else topic.split()[-1]
    stem = last if lang == "zh" else rf"\b{re.escape(re.sub('(?:es|s)$', '', last))}(?:es|s)?\b"
    ends = [m.span() for m in re.finditer(stem, body, re.I)]
    ends = [one for one in ends if outside_of(one, taken)][-1:]
    if not ends and not (ends := _near(body, topic.removesuffix("的"), lang, taken)):
        return None
    # It begins behind the words that cannot belong to it.
    stops = rf"[了过，的]|{VERB}" if lang == "zh" else rf"\b(?:{PREP}|{AUX}|\w+ed|{known('did_en')}) |(?=\b(?:the|an?) )"
    begins = [m.end() for m in re.finditer(stops, body[: ends[0][0]], re.I)]
    return max([*begins, *(b for _, b in taken if b <= ends[0][0])], default=0), ends[0][1]


def _near(body: str, topic: str, lang: str, taken: Sequence[Span]) -> list[Span]:
    """The word that is nearest to another one in meaning, of those that are alike in form."""
    model = load_static()
    words = [m.span() for m in re.finditer(r"[\w'’-]+", body)]
    spans = words if lang == "en" else [(int(a), int(b)) for a, b in model.spans(body)[1] if b - a > 1]
    spans = [one for one in spans if outside_of(one, taken)]
    last = topic.split()[-1]
    like = [_form(body[:a], body[a:b], lang) == _form(topic[: -len(last)], last, lang) for a, b in spans]
    vectors = model.embed_passages([topic, *(body[a:b] for a, b in spans)])
    score = vectors[1:] @ vectors[0] + ALIKE * np.array(like)
    if not len(score):
        return []
    best = int(score.argmax())
    fits = score[best] >= NEAR and (like[best] or lang == "zh" and spans[best][0] > taken[-1][0])
    return [spans[best]] if fits else []


def _form(before: str, word: str, lang: str) -> str:
    """What words have alike that can take each other's place: in Chinese the last character."""
    if lang == "zh":
        return word[-1]
    if re.fullmatch(rf"{PREP}|against|without", word, re.I):
        return "preposition"
    if re.fullmatch(rf"\w+ed|{known('did_en')}", word):
        return "verb"
    if word[0].isupper():
        return "name"
    return "a thing" if re.search(r"\b(?:the|an?) (?:\w+ )?$", before, re.I) else "things"
