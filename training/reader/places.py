"""Questions for places, from the news: "which provinces" and the rest of a clause naming some.

The passage has the sentence, or its neighbours without it, which mostly name other places.
"""

from __future__ import annotations

import random

from rag.corpus import clauses
from rag.corpus.places import PlaceMention, find_places
from training.examples import Example
from training.reader.sources import Text, size_of, spread, stretch
from training.reader.words import Words

GONE, NEAR = (
    0.25,
    0.10,
)  # share of the passages without the sentence, and of the questions with a word exchanged
# Of the questions for what a later clause of the sentence says, whose place the first one names.
GOVERNED = 0.35
ABROAD = 0.2  # of the questions that are put into the other language word by word
DROPPED = 0.12  # of the words of the question that are left out

_ASK = {
    ("zh", "province"): ("哪些省", "哪些省份", "哪个省", "哪些省市", "哪几个省", "哪些地方"),
    ("zh", "city"): ("哪些城市", "哪个城市", "哪些市", "哪几个城市", "哪些地方"),
    ("zh", "country"): ("哪些国家", "哪个国家", "哪几个国家"),
    ("en", "province"): ("Which provinces", "Which province", "Which regions"),
    ("en", "city"): ("Which cities", "Which city"),
    ("en", "country"): ("Which countries", "Which country", "What countries"),
}
_ENGLISH = {
    "province": ("which provinces", "which province"),
    "city": ("which cities", "which city"),
    "country": ("which countries", "which country"),
}
_JOINERS = {"、", "和", "与", "及", "，", ",", "以及", "and", ", and", "等", ""}


def of_places(words: Words, rng: random.Random, text: Text) -> Example | None:
    """An example from an article; None where its sentence is not fit for one."""
    number = rng.randrange(len(text.spans))
    sentence = text.sentence(number)
    mentions = [
        m
        for m in find_places(sentence)
        if not m.part_of_name and m.place.level in ("province", "city", "country")
    ]
    if not mentions:
        return None
    parts = clauses(sentence, 0, len(sentence))
    first = rng.choice(mentions)
    if (
        first.place.code == "CN" or first.place.level == "country" and rng.random() < 0.6
    ):  # there are too many of them
        return None
    group = _beside(sentence, mentions, first)
    clause = next((part for part in parts if part[0] <= first.start < part[1]), None)
    if clause is None:
        return None
    rest = sentence[clause[0] : group[0].start] + sentence[group[-1].end : clause[1]]
    later = [
        part
        for part in parts
        if part[0] >= clause[1] and not any(part[0] <= m.start < part[1] for m in mentions)
    ]
    if later and first.start - clause[0] < 6 and rng.random() < GOVERNED:
        rest = sentence[slice(*later[0])]
    question = _question(words, rng, rest, first.place.level, text.lang)
    if question is None:
        return None
    gone = rng.random() < GONE
    spans: tuple[tuple[int, int], ...] = ()
    if gone:
        keep = [n for n in range(len(text.spans)) if n != number]
        if not keep:
            return None
        near = min(range(len(keep)), key=lambda at: abs(keep[at] - number))
        low, high = stretch(rng, [text.spans[n] for n in keep], near, size_of(rng, text.lang))
        low, passage = 1, spread(text, keep[low:high])
    else:
        low, high = stretch(rng, text.spans, number, size_of(rng, text.lang))
        passage = spread(text, list(range(low, high)))
        offset = passage.find(sentence)
        if offset < 0:
            return None
        spans = tuple((offset + m.start, offset + m.end) for m in group)
        if rng.random() < NEAR and (other := words.exchanged(rng, question, passage)):
            question, spans = other, ()
    if text.lang == "zh" and rng.random() < ABROAD:
        ask = rng.choice(_ENGLISH[first.place.level])
        question = f"{ask} {words.abroad(rng, question[_asked(question) :])}"
    kind = "place" if spans else "place-none"
    return Example(
        question,
        text.title if low and rng.random() < 0.8 else "",
        passage,
        spans,
        several=True,
        kind=kind,
    )


def _beside(sentence: str, mentions: list[PlaceMention], one: PlaceMention) -> list[PlaceMention]:
    """The mentions of the same level that are joined with one."""
    same = [m for m in mentions if m.place.level == one.place.level]
    at = same.index(one)
    low = high = at
    while low > 0 and sentence[same[low - 1].end : same[low].start].strip() in _JOINERS:
        low -= 1
    while (
        high + 1 < len(same) and sentence[same[high].end : same[high + 1].start].strip() in _JOINERS
    ):
        high += 1
    return same[low : high + 1]


def _question(words: Words, rng: random.Random, rest: str, level: str, lang: str) -> str | None:
    rest = rest.strip(' ，,。.；;：:、！!？?\n“”"（）()')
    for lead in ("等地", "等省", "等国", "等", "省", "市", "的", "在"):
        if rest.startswith(lead):
            rest = rest[len(lead) :]
    (tokens,) = words.tokens([rest])
    if not 4 <= len(tokens) <= 28:
        return None
    kept = [(int(a), int(b)) for a, b in tokens.spans if rng.random() >= DROPPED]
    if len(kept) < 3:
        return None
    joined = "".join((" " if lang == "en" else "") + rest[a:b] for a, b in kept)
    return f"{rng.choice(_ASK[lang, level])}{joined}{'?' if lang == 'en' else '？'}"


def _asked(question: str) -> int:
    """Where the words that ask end in a Chinese question."""
    return max(
        (len(ask) for asks in _ASK.values() for ask in asks if question.startswith(ask)), default=0
    )
