"""Makes true sentences false: another number, date, place, name or word, an opposite, a denial."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable

from rag.corpus.gazetteer import all_places
from rag.corpus.places import find_places
from rag.corpus.tables import lines
from rag.question.glossed import TRANSCRIPTION_CHARACTERS
from rag.question.pinyin import surnames
from rag.question.script import has_chinese
from rag.writing.opposites import denials, poles
from training.reader.words import Words

Altered = tuple[str, list[tuple[int, int]]]
"""A sentence and the spans of it that are false."""

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_HAN_FIGURE = re.compile(
    r"(?<![第统唯之同任单专逐某每另进周万星期])[二两三四五六七八九](?=[个家名位人项条所台部次座年天月日十百千万亿成倍级])"
)
_WORDS = (
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty"
).split()
_LARGE = "hundred thousand million billion".split()
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS + _LARGE)})\b", re.I)
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_CALENDAR = re.compile(
    rf"\b(?:{'|'.join(_MONTHS + _DAYS)})\b|(?<=周|期)[一二三四五六日](?!年|[岁围])"
)
_MEASURE = re.compile(r"(?<=\d)[百千万亿](?!\d)|万亿")
_SURNAMES = "".join(one for one in surnames() if len(one) == 1)
_SAYS = "表示|介绍|认为|指出|强调|透露|告诉|称|说|出席|主持|宣布|在|担任|会见"
_PERSON = re.compile(
    r"(?:(?<=[长任员师席理记授者家士民人事生客官裁])|(?<=[、，。：]))"
    rf"([{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?={_SAYS}|、|，)"
)
_FOREIGN = re.compile(rf"[{TRANSCRIPTION_CHARACTERS}]{{3,7}}")
_CAPITAL = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")
_LATIN = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]{2,}(?![A-Za-z])")
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英建国华文辉力玲鹏飞斌宇浩凯健俊帆帅旭宁龙林浩然子涵志新晓东立海波春梅"


class Pools:
    """Names to exchange for others, collected from the texts themselves."""

    def __init__(self, texts: list[str]):
        people, foreign, capital = set(), set(), set()
        for text in texts:
            people |= {m[1] for m in _PERSON.finditer(text)}
            foreign |= {m[0] for m in _FOREIGN.finditer(text)}
            capital |= {m[0] for m in _CAPITAL.finditer(text)} if not has_chinese(text) else set()
        self.people, self.foreign, self.capital = sorted(people), sorted(foreign), sorted(capital)


def number(rng: random.Random, text: str, evidence: str) -> Altered | None:
    """Another figure, in digits or words; of a date too."""
    found = [
        m
        for pattern in (_DIGITS, _HAN_FIGURE, _NUMBER_WORD, _MEASURE)
        for m in pattern.finditer(text)
    ]
    rng.shuffle(found)
    for match in found[:3]:
        for _ in range(4):
            other = _other_figure(rng, match[0])
            if other != match[0] and not re.search(
                rf"(?<![\d.]){re.escape(other)}(?![\d.])", evidence
            ):
                return _put(text, match.span(), other)
    return None


def _other_figure(rng: random.Random, figure: str) -> str:
    low = figure.lower()
    if low in _WORDS or low in _LARGE:
        other = rng.choice(_WORDS if low in _WORDS else _LARGE)
        return other.capitalize() if figure[0].isupper() else other
    if not figure[0].isdigit():
        return rng.choice(
            "百千万亿" if figure in ("百", "千", "万", "亿", "万亿") else "二三四五六七八九"
        )
    if figure.isdigit() and len(figure) < 3:
        return str(max(1, int(figure) + rng.choice((-9, -5, -3, -2, -1, 1, 2, 3, 4, 6, 10))))
    digits = list(figure)
    places = [n for n, c in enumerate(digits) if c.isdigit()]
    for at in rng.sample(places, rng.choice((1, 1, 2))):
        digits[at] = str(rng.randint(1, 9))
    return "".join(digits)


def day(rng: random.Random, text: str, evidence: str) -> Altered | None:
    """Another month or day of the week."""
    found = list(_CALENDAR.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    pool = _MONTHS if match[0] in _MONTHS else _DAYS if match[0] in _DAYS else "一二三四五六日"
    other = rng.choice([one for one in pool if one != match[0]])
    return None if len(other) > 1 and other in evidence else _put(text, match.span(), other)


@functools.cache
def _by_level() -> dict[str, list]:
    out: dict[str, list] = {}
    for place in all_places():
        if place.en:
            out.setdefault(place.level, []).append(place)
    return out


def place(rng: random.Random, text: str, evidence: str) -> Altered | None:
    """Another place of the same level."""
    found = [m for m in find_places(text) if m.end - m.start > 1]
    if not found:
        return None
    one = rng.choice(found)
    pool = _by_level().get(one.place.level if rng.random() < 0.8 else "province", [])
    there = {m.place.code for m in find_places(evidence)}
    for other in rng.sample(pool, min(len(pool), 8)):
        written = text[one.start : one.end]
        name = (
            other.en
            if written.isascii()
            else other.name
            if written == one.place.name
            else other.short
        )
        if other.code not in there and name not in evidence:
            return _put(text, (one.start, one.end), name)
    return None


def name(rng: random.Random, text: str, evidence: str, pools: Pools) -> Altered | None:
    """Another name of a person or thing."""
    found = [(m.span(1), pools.people) for m in _PERSON.finditer(text)]
    found += [(m.span(), pools.foreign) for m in _FOREIGN.finditer(text)]
    found += [
        (m.span(), pools.capital)
        for m in (_CAPITAL if not has_chinese(text) else _LATIN).finditer(text)
    ]
    if not found:
        return None
    (start, end), pool = rng.choice(found)
    if pool is pools.people and rng.random() < 0.4:
        other = text[start] + "".join(rng.sample(_GIVEN, end - start - 1))
        other = other if rng.random() < 0.5 else rng.choice(_SURNAMES) + text[start + 1 : end]
    else:
        other = rng.choice(pool) if pool else ""
    return _put(text, (start, end), other) if other and other not in evidence else None


def word(rng: random.Random, text: str, evidence: str, words: Words) -> Altered | None:
    """Another word of the same kind, by the vectors: near, but not the same."""
    ((ids, spans),) = words.model.located([text])
    fit = [
        (token, start, end)
        for token, (start, end) in zip(ids.tolist(), spans.tolist())
        if words._near.get(token) and words.weights[token] > 0.8 and not text[start:end].isdigit()
    ]
    rng.shuffle(fit)
    for token, start, end in fit[:4]:
        others = [
            o
            for o in words._near[token]
            if words.pieces[o] not in evidence and len(words.pieces[o]) > 1
        ]
        if others:
            return _put(text, (start, end), words.pieces[rng.choice(others)])
    return None


def opposite(rng: random.Random, text: str, evidence: str) -> Altered | None:
    """The opposite of a word that has one."""
    found = [one for one in poles(text)]
    rng.shuffle(found)
    for one in found:
        pool = _other_side(text[one.start : one.end].lower(), one.pair)
        fit = [w for w in pool if w.isascii() == text[one.start : one.end].isascii()]
        if fit:
            return _put(text, (one.start, one.end), rng.choice(fit))
    return None


@functools.cache
def _lines() -> list[list[list[str]]]:
    return [
        [side.replace("-", " ").split() for side in line.removeprefix("= ").split(" | ")]
        for line in lines("rag.writing", "opposites.txt")
    ]


def _other_side(written: str, pair: int) -> list[str]:
    first, second = _lines()[pair]
    ours = any(written == w or w.endswith("*") and written.startswith(w[:-1]) for w in first)
    other = second if ours else first
    if not written.isascii():
        return [w for w in other if not w.isascii()]
    ending = next((e for e in ("ing", "ed", "s") if written.endswith(e)), "")
    whole = [w for w in other if "*" not in w and w.isascii()]
    made = [w[:-1] + ending for w in other if w.endswith("*") and len(w) > 4]
    return whole + made


_VERBS_ZH = re.compile(
    r"(?<!不)(?<!没)(?<!未)(?:将(?=[在于对继进开举采推从为会派向])|已经?(?=[经完开启投被在])"
    r"|可以?(?=[在使用享])|(?<![大机社委议才学集年])会(?=[在有对继被])|是(?=[一由在我中目])|有(?=[一所助望])"
    r"|获得|通过|完成|实现|达成|参加|出席|举行|发现|宣布|同意|允许|开放|影响)"
)
_VERBS_EN = re.compile(
    r"\b(?:will|would|can|could|should|must|is|are|was|were|has|have|had)\b(?! not|n't)"
)


def denial(rng: random.Random, text: str, evidence: str) -> Altered | None:
    """Denied where it was not, or not where it was."""
    denied = [
        (a, b)
        for a, b, _ in denials(text)
        if text[a:b].lower()
        in (
            "not",
            "没有",
            "未",
            "不",
            "尚未",
            "没",
            "并未",
            "无法",
            "不会",
            "不能",
            "不是",
            "never",
        )
    ]
    if denied and rng.random() < 0.8:
        start, end = rng.choice(denied)
        put = {
            "无法": "能够",
            "不会": "会",
            "不能": "能",
            "不是": "是",
            "尚未": "已经",
            "没有": "",
            "并未": "",
        }.get(text[start:end], "")
        if put == "" and text[end : end + 1] == " ":
            end += 1
        made = text[:start] + put + text[end:]
        return made, [(max(0, start - 2), min(len(made), start + len(put) + 2))]
    pattern = _VERBS_ZH if has_chinese(text) else _VERBS_EN
    found = list(pattern.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    if text.isascii() or not has_chinese(text):
        at = match.end()
        return text[:at] + " not" + text[at:], [(match.start(), at + 4)]
    verb = match[0]
    no = {
        "将": "将不",
        "已": "尚未",
        "已经": "尚未",
        "可": "不可",
        "可以": "不可以",
        "会": "不会",
        "是": "不是",
        "有": "没有",
    }.get(verb)
    no = no or rng.choice(("未", "没有", "并未")) + verb
    return text[: match.start()] + no + text[match.end() :], [
        (match.start(), match.start() + len(no))
    ]


def _put(text: str, span: tuple[int, int], other: str) -> Altered:
    made = text[: span[0]] + other + text[span[1] :]
    return made, [(span[0], span[0] + len(other))]


# How often each way is tried first.
WAYS = {"number": 3, "day": 1, "place": 2, "name": 3, "word": 2, "opposite": 5, "denial": 5}


class Alter:
    """All ways, for a text and its evidence."""

    def __init__(self, words: Words, pools: Pools):
        self._by: dict[str, Callable] = {
            "number": number,
            "day": day,
            "place": place,
            "opposite": opposite,
            "denial": denial,
            "name": lambda rng, text, evidence: name(rng, text, evidence, pools),
            "word": lambda rng, text, evidence: word(rng, text, evidence, words),
        }

    def __call__(self, rng: random.Random, text: str, evidence: str) -> tuple[str, Altered] | None:
        """A false sentence, with the way it was made so; None where no way was found."""
        ways = sorted(WAYS, key=lambda way: rng.random() ** (1 / WAYS[way]), reverse=True)
        for way in ways:
            if made := self._by[way](rng, text, evidence):
                return way, made
        return None
