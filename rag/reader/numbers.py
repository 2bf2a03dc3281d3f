"""Finds quantities and ordinals in Chinese and English text, with exact spans.

One regular expression per language finds approximation + figure + magnitude + measure word (in
English: the noun counted). cn2an converts Chinese numerals to values, text2num English words.
"""

from __future__ import annotations

import re
import unicodedata

from rag.question.words import lines
from rag.reader.value import Value, find_dates, without_overlap

# ---- Chinese
_HAN = "〇零一二两三四五六七八九十百千万亿"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MORE = "多余来几"  # "and some more" behind a figure: 700多家, 400余名, 十几个
_ABOUT = r"(?:大约|约|将近|接近|近|超过|超|逾|不足|不到|至少|最多|多达|高达|上(?=[百千万亿])|数(?=[十百千万亿]))(?:有|为)?"
MEASURE_WORDS = " ".join(lines("measures.txt")).split()
_UNIT = "|".join(sorted(map(re.escape, dict.fromkeys(MEASURE_WORDS)), key=len, reverse=True))
# Words with 一 or other numerals that count nothing; the expression does not match at them.
_NOT_COUNTED = (
    r"一(?:大|起(?!案|事|火|交|车|重|特|较|命|盗|涉|因|由)|点|步|度|次性|下|面|方面|道|位居|级|把手|门心思|口气|部分|对一|块儿?(?!钱|地|土)|节|根"
    r"|处|笔带|直|周年|层|带|本正经|本书记|成不变)"
    r"|百分(?!之|点)|十分|千万(?!\s?[元人个户吨平立美欧家名亩])|三部曲|两岸|两会|五一|百家争|百姓|万一|万能|万众|百货|百科|千古|一级|二级|三级|两级|四级|百年"
)
_ZH = re.compile(
    # 百分之五, 三分之二. The lookahead for possible first characters saves most of the time.
    rf"(?=[\d{_HAN}几数第首大约将接近超逾不至最多高达上$€£¥￥UH-])"
    rf"(?:(?P<ratio>(?:{_ABOUT})?(?P<base>百分之|千分之|万分之|[二两三四五六七八九十]+分之)(?P<part>{_DIGITS}"
    rf"|[{_HAN}点]+)(?:[{_MORE}以上]*))"
    # 第五届, 首届
    rf"|(?P<nth>第\s?(?P<place>\d+|[{_HAN}]+)\s?(?P<nthunit>{_UNIT})?"
    rf"|首(?=[届次个家批期场])(?P<firstunit>{_UNIT}))"
    # 3至5名, 近1万人次, 数百家, 十几个
    rf"|(?P<about>{_ABOUT})?(?P<money>US\$|HK\$|[$€£¥￥])?(?!{_NOT_COUNTED})"
    rf"(?P<figure>(?:(?<=[%％‰℃]-)|(?<![A-Za-z\d.\-/〔第%％‰℃])-?)"
    rf"(?:{_DIGITS})(?:[万亿]\d+(?=[千百万]))?(?![\d]|\.\d)"
    rf"|(?<![{_HAN}第统唯之同任单专逐某每另进周\d.])(?:[几数](?=[十百千万亿])|[{_HAN}])[{_HAN}{_MORE}]*(?:点[{_HAN}]+)?)"
    rf"(?P<more>[{_MORE}])?(?P<magnitude>\s?[百千万亿]+)?(?P<more2>[{_MORE}])?"
    rf"(?:\s?(?:-|—|~|～|–|至|到)\s?(?P<to>(?:{_DIGITS}|[{_HAN}]+)(?:[{_MORE}])?(?:[百千万亿]+)?"
    rf"(?:[{_MORE}])?))?"
    rf"\s?(?P<unit>{_UNIT})?(?P<more3>多(?![个家名种少次位样元])|余(?!额|下|地|波)|半|以上|以下|左右)?)"
)

# ---- English
_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORD = "|".join((_ONES + " " + _TENS).split()[::-1])
_SCALE = "hundred|thousand|million|billion|trillion"
_WORDS = rf"(?:(?:{_WORD}|{_SCALE})(?:(?:[ -]|,? and )(?:{_WORD}|{_SCALE})\b)*)\b"
_SOME = (
    r"(?:(?:more|less|fewer|greater|higher) than|no (?:more|less|fewer) than|at (?:least|most)"
    r"|up to|as many as|as much as|just (?:over|under)"
    r"|well over|close to|an estimated"
    r"|over|under|about|around|nearly|almost|approximately|roughly|some)"
)
_MAGNITUDES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "bn": 1e9,
    "mn": 1e6,
    "tn": 1e12,
    "m": 1e6,
    "k": 1e3,
    "dozen": 12.0,
    "score": 20.0,
}
_EN = re.compile(
    rf"(?<![A-Za-z0-9_.$£€,-])(?=[\da-z$£€¥])(?:(?P<about>{_SOME}) )?(?:"
    r"(?P<nth>\d{1,3}(?:st|nd|rd|th)|(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
    r"|tenth|eleventh|twelfth))(?!\w"
    r"| (?:of )?(?:January|Feb|March|April|May|June|July|August|Sept|Oct|Nov|Dec)| centur)"
    rf"|(?P<money>US\$|HK\$|C\$|A\$|[$£€¥]|RMB ?|Rs\.? ?)?(?P<figure>{_DIGITS}"
    r"|(?P<words>(?:half an? |an? (?=hundred|thousand|million|billion|dozen|score))?"
    rf"(?:{_WORDS}|dozen|score)))"
    rf"(?:(?: |-)?(?P<magnitude>(?:{_SCALE}|bn|mn|tn|dozen)(?![a-z])|(?<=\d)[mk](?![\w/²])))?"
    rf"(?:{'-'}(?P<to>{_DIGITS})(?![\d-]))?"
    r"(?P<percent> ?%| per ?cent(?:age points?)?| percentage points?)?"
    r")(?![\d:/号后]|\.\d|,\d{3}|[A-Z]|-\d)"
    r"(?!%)(?P<unit>(?-i:(?: [a-z][a-z'-]*){0,2}? [a-z][a-z'-]*s(?<!ss)(?<!us)(?<!is)\b"
    r"| (?:[a-z]+ )?(?:people|men|women|children|staff|km|kg|mph|hectares|feet|tonnes)\b"
    r"| [a-z][a-z-]*))?",
    re.IGNORECASE,
)
_STOP = frozenset(" ".join(lines("not_counted.txt")).split())
_NTH = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()


def find_numbers(text: str) -> list[Value]:
    """Quantities and ordinals in ``text``, in order and without overlap.

    A span covers the approximation (近, 约有, "more than"), the figure, the magnitude and the
    measure word. In English it covers the noun counted, with at most two words before the noun:
    约有700多家, 近1万人次, 26个, "13 mobile laboratories", "$1.13bn". 第五届 and "third" are
    ordinals (``ordinal=True``). Dates, years, times, versions, telephone and document numbers are
    left out.
    """
    taken = [(d.start, d.end) for d in find_dates(text)]
    found = [v for m in _ZH.finditer(text) if (v := _chinese(m)) is not None]
    if re.search(r"[A-Za-z]|\d", text):
        found += [v for m in _EN.finditer(text) if (v := _english(m, text)) is not None]
    return _ranges(
        text,
        without_overlap(
            v for v in found if not any(v.start < end and start < v.end for start, end in taken)
        ),
    )


def _ranges(text: str, found: list[Value]) -> list[Value]:
    """Merges the two values of an English range into one, whose ``head`` is the lower end.

    Examples are "between 30 and 40 people" and "30 to 40 people", but not "from 30 to 40".
    """
    out: list[Value] = []
    for value in found:
        if out and not out[-1].ordinal and not value.ordinal and out[-1].unit in ("", value.unit):
            first, joint = out[-1], text[out[-1].end : value.start]
            between = text[max(0, first.start - 8) : first.start].lower() == "between "
            if (
                joint == " and "
                and between
                or joint == " to "
                and text[max(0, first.start - 5) : first.start].lower() != "from "
            ):
                start = first.start - 8 * between
                out[-1] = Value(
                    start, value.end, "number", text[start : value.end], value.unit, first.head
                )
                continue
        out.append(value)
    return out


def chinese_number(text: str) -> float | None:
    """The value of a figure in Arabic digits, Chinese numerals or both ("2.3亿", "十几"), or None.

    Words for "some more" (多, 余, 来, 几 after a numeral) are ignored; 数百 and 几十 have no value.
    """
    figure = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    if not figure or figure[0] in "几数":
        return None
    figure = re.sub(f"[{_MORE}]", "", figure)
    if figure.startswith("-"):
        value = chinese_number(figure[1:])
        return None if value is None else -value
    try:
        return float(figure)
    except ValueError:
        pass
    import cn2an

    if figure[0] in "百千万亿":
        figure = "一" + figure
    try:
        return float(cn2an.cn2an(figure.replace("○", "〇"), "smart"))
    except (ValueError, KeyError, IndexError):
        return None


def english_number(text: str) -> float | None:
    """The value of English number words ("twenty-one", "half a million", "two dozen"), or None."""
    from text_to_num import text2num

    words = text.lower().replace(",", "").strip()
    factor = 1.0
    for start, times in (("half a ", 0.5), ("half an ", 0.5), ("a ", 1.0), ("an ", 1.0)):
        if words.startswith(start):
            words, factor = words[len(start) :], times
            break
    for end in ("dozen", "score"):
        if words.endswith(end):
            words, factor = words[: -len(end)].strip(), factor * _MAGNITUDES[end]
    try:
        return factor * (float(text2num(words, "en")) if words else 1.0)
    except ValueError:
        return None


# By measure word the characters that make another word with it: 个 counts in 三个, not in 三个性.
_LONGER = {word[0]: word[1:] for word in " ".join(lines("measures_longer.txt")).split()}
_NO_FIGURE = re.compile(r"(?:1[89]|20)\d\d|\d{7,}|0\d+")  # a year, a telephone number


def _chinese(m: re.Match[str]) -> Value | None:
    if m["ratio"]:
        base, part = chinese_number(m["base"][:-2]), chinese_number(m["part"])
        unit = {"百": "%", "千": "‰"}.get(m["base"][0], "")
        head = None if part is None or not base else part if unit else part / base
        return _value(m, m.end(), unit, head)
    if m["nth"]:
        nth = chinese_number(m["place"]) if m["place"] else 1.0
        return _value(m, m.end(), m["nthunit"] or m["firstunit"] or "", nth, ordinal=True)
    unit, figure, magnitude = m["unit"] or "", m["figure"], (m["magnitude"] or "").strip()
    if unit and m.string[m.end("unit") : m.end("unit") + 1] in tuple(_LONGER.get(unit, "")):
        unit = ""
    end = m.end()
    if not unit:
        end = max(m.end(group) for group in ("figure", "more", "magnitude", "more2", "to"))
    bare = not magnitude and not m["about"]
    if not unit and not m["money"]:
        after = m.string[end : end + 1]
        if not (figure[-1].isdecimal() or figure.lstrip("-")[0].isdecimal()):
            if len(figure + magnitude) < 2 or not re.search("[百千万亿]", figure + magnitude):
                return None  # 一 as a part of a word, 三 of 三亚
        elif not magnitude and re.match(r"[\w.:/：号后日-]", after, re.ASCII):
            return None  # 5号文件, 5G, 1.2.0, 10:30
        elif bare and _NO_FIGURE.fullmatch(figure):
            return None
    if unit in ("年", "") and bare and re.fullmatch(r"[12]\d{3}", figure):
        return None
    if not magnitude and m["to"]:
        magnitude = m["to"][len(m["to"].rstrip("百千万亿")) :]  # 10至20万
    head = chinese_number(figure + (m["more"] or "") + magnitude)
    return _value(m, end, m["money"] or unit, head)


# Nouns of which "5m" counts millions; before a singular noun ("a 5m wall") it means metres.
_COUNTED = re.compile(r"s$|(?:people|men|women|children|staff|euro|yen|yuan|won)$", re.I)
_PEOPLE = re.compile(r"(?:^| )(?:people|men|women|children)$")


def _english(m: re.Match[str], text: str) -> Value | None:
    if m["nth"]:
        word = m["nth"].lower()
        nth = _NTH.index(word) + 1 if word in _NTH else int(word[:-2])  # "21st"
        return _value(m, m.end("nth"), "", float(nth), ordinal=True, start=m.start("nth"))
    figure, magnitude = m["figure"], (m["magnitude"] or "").lower()
    if m["words"] and " " in figure and figure.istitle():  # the Ford Five Hundred
        return None
    head = english_number(figure) if m["words"] else chinese_number(figure)
    end = max(m.end(group) for group in ("figure", "magnitude", "to", "percent"))
    unit, unit_end = _noun(m["unit"], end)
    if magnitude == "m" and not m["money"] and unit and not _COUNTED.search(unit):
        return _value(m, end, "m", head)  # "800m gold": metres
    if head is not None and magnitude:
        head *= _MAGNITUDES[magnitude]
    if m["percent"]:
        return _value(m, end, "percentage points" if "point" in m["percent"] else "%", head)
    if m["money"]:
        return _value(m, end, m["money"].strip(), head)
    if m["words"]:
        alone = figure.lower() in ("one", "a", "score", "dozen") and not unit
        return None if alone else _value(m, unit_end, unit, head)
    if not magnitude and not m["about"]:
        if _NO_FIGURE.fullmatch(figure) and not _PEOPLE.search(unit):
            return None
        if not unit and re.match("[A-Za-z]", text[end:]):
            return None
    return _value(m, unit_end, unit, head)


def _noun(words: str | None, end: int) -> tuple[str, int]:
    """The noun counted and where it ends: up to three words, none of them a function word.

    If one of the words is a function word or an adverb, only the first word can be the noun.

    Args:
        words: the words behind the figure, or None.
        end: where the figure ends, which is returned where there is no noun.
    """
    taken = (words or "").split()
    says = [word.lower() not in _STOP and not word.lower().endswith("ly") for word in taken]
    if words and all(says):
        return " ".join(taken), end + len(words)
    return (taken[0], end + 1 + len(taken[0])) if says[:1] == [True] else ("", end)


def _value(
    m: re.Match[str],
    end: int,
    unit: str,
    head: float | None,
    *,
    ordinal: bool = False,
    start: int | None = None,
) -> Value:
    start = m.start() if start is None else start
    return Value(start, end, "number", m.string[start:end], unit, head, None, ordinal)
