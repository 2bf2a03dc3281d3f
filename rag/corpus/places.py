"""Finds places in Chinese and English text: China's divisions down to the county, and countries.

One Aho-Corasick automaton finds all names (:mod:`rag.corpus.gazetteer`) in one pass. The exceptions
in ``place_exceptions.tsv`` (see the head of that file) keep a name from being seen in a word that
only looks like it. A name that several places share means the one whose province or city was
mentioned nearest before it. Where that does not decide, the name is left out: no place is guessed.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from rag.corpus.gazetteer import COUNTY_SUFFIXES, Place, by_code, fold, is_latin, places_by_name
from rag.corpus.tables import table


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """``text[start:end]`` names ``place``.

    Attributes:
        start, end: character offsets into the text searched.
        place: the place named.
        part_of_name: True where the place name is only part of the name of a university, company,
            newspaper and so on, which need not act for the place. Never True for a government body.
    """

    start: int
    end: int
    place: Place
    part_of_name: bool = False


def find_places(text: str) -> list[PlaceMention]:
    """All places named in ``text`` (a sentence, a question, an article), in order and without
    overlap.

    The longest name wins. English names are matched at word boundaries in any case. Traditional
    characters and full-width letters are matched as their plain forms. Offsets are always into
    ``text`` itself.
    """
    return _Scan(text).mentions()


class _Key(NamedTuple):
    """One name in the automaton.

    Attributes:
        size: its characters.
        kind: "name" or a kind explained at the head of place_exceptions.tsv; "group" also for a run
            of provinces of one character each; "listed" for a county without its suffix.
        places: places that it may mean; the first is the main one.
        exact: how it must be written, "" where case does not matter.
        latin: whether it is in Latin letters.
        not_before: pattern of what must not follow it, or None.
    """

    size: int
    kind: str
    places: tuple[Place, ...]
    exact: str = ""
    latin: bool = False
    not_before: re.Pattern[str] | None = None


# What may stand between two names that are beside each other: 南京、鼓楼区 or "Nanshan, Shenzhen".
_NEAR = re.compile(r"(?:、|和|与|及|以及|,|，|\(|（|·|-|的| |, | in | of | and |, and )?")


class _Scan:
    """One pass over one text. It decides which of the names found are really names, and of which
    place.

    Attributes:
        text, folded: the text, and the same with plain letters (:func:`rag.corpus.gazetteer.fold`).
        found: all matches of the automaton, as (start, -end, key).
        accepted: mentions accepted so far.
        last: offset at which each province or city was named last.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self.found = [
            (start, minus_end, key)
            for start, minus_end, key in _matches(self.folded)
            if key.kind != "listed" or _in_list(self.folded, start, -minus_end)
        ]
        self.accepted: list[PlaceMention] = []
        # Keys are the first 2 digits of the code for a province, and 4 for a city.
        self.last: dict[str, int] = {}

    def mentions(self) -> list[PlaceMention]:
        """The mentions of places in the text."""
        at = 0
        for i, (start, minus_end, key) in enumerate(self.found):
            end = -minus_end
            if start < at or not self._stands(key, start, end):
                continue
            if key.kind in ("group", "pair"):
                for offset, place in enumerate(key.places):
                    self._say(start + offset, start + offset + 1, place, False)
            elif key.kind != "mask":
                meant, settled = self._settle(i, start, end, key)
                if meant is not None:
                    self._say(start, end, meant, _names_a_body(self.text, self.folded, start, end))
                elif not settled:
                    continue  # a shorter name at the same start may be one
            at = end
        return self.accepted

    def _stands(self, key: _Key, start: int, end: int) -> bool:
        """Whether the name is really here: at word boundaries, and not the beginning of another
        word.
        """
        if key.latin:
            neighbours = self.folded[start - 1 : start] + self.folded[end : end + 1]
            # a Chinese character beside a Latin name is a word boundary
            if any(c.isalnum() and c < "\u2e80" for c in neighbours):
                return False
            return not key.exact or self.text[start:end] == key.exact
        if key.not_before is not None and key.not_before.match(self.folded, end):
            return False
        return key.kind != "pair" or _RELATION.match(self.folded, end) is not None

    def _say(self, start: int, end: int, place: Place, part_of_name: bool) -> None:
        """Accepts a mention, and notes where its province and city were named."""
        if place.level != "country":
            self.last[place.code[:2]] = start
            if place.level != "province":
                self.last[place.code[:4]] = start
        self.accepted.append(PlaceMention(start, end, place, part_of_name))

    def _settle(self, i: int, start: int, end: int, key: _Key) -> tuple[Place | None, bool]:
        """(place that a name means here or None, whether it is a place name here at all)."""
        places = key.places
        before = self.accepted[-1] if self.accepted else None
        if before and before.end == start and places[0].level in ("city", "county"):
            if before.place.level == "country" and before.place.code != "CN":  # 美国德州
                return None, False
        if key.kind == "name" and len(places) == 1:
            return places[0], True
        near = self._regions_near(i, start, end)
        beside = tuple(p for p in places if _region(p) in near)
        if key.kind in ("weak", "listed"):
            known = (p for p in places if self._is_known(p, key.kind))
            places = beside or tuple(known)
            if not places:
                return None, False
        elif len(beside) == 1:
            return beside[0], True
        if len(places) > 1:
            places = self._named_last(places) or (key.places[:1] if key.kind == "main" else ())
        return (places[0] if len(places) == 1 else None), True

    def _is_known(self, place: Place, kind: str) -> bool:
        """Whether the city, or for a county in a list its city or province, was named before."""
        if kind == "listed":
            return place.code[:2] in self.last
        return place.level == "city" and place.code[:4] in self.last

    def _regions_near(self, i: int, start: int, end: int) -> set[str]:
        """The provinces of the mentions right before and after a name; "country" for a country."""
        near = set()
        if self.accepted and _NEAR.fullmatch(self.folded, self.accepted[-1].end, start):
            near.add(_region(self.accepted[-1].place))
        for next_start, _, key in self.found[i + 1 : i + 9]:
            if next_start > end + 5:
                break
            certain = key.kind == "name" and len(key.places) == 1
            if certain and next_start >= end and _NEAR.fullmatch(self.folded, end, next_start):
                near.add(_region(key.places[0]))
        return near

    def _named_last(self, places: tuple[Place, ...]) -> tuple[Place, ...]:
        """The one place whose city or province was named last, as a 1-tuple; () where that is
        undecided.
        """
        rank = {}
        for p in places:
            province, city = self.last.get(p.code[:2], -1), self.last.get(p.code[:4], -1)
            rank[p] = (max(province, city), city)
        best = max(rank.values())
        nearest = tuple(p for p in places if rank[p] == best)
        return nearest if best[0] >= 0 and len(nearest) == 1 else ()


def _region(place: Place) -> str:
    """The province of a place, or "country"."""
    return place.province or "country"


# A body, such as a university, that only bears the name of a place. The gap between the two must
# not contain a digit, punctuation or a word that begins a predicate. So "四川组织企业和银行" is
# about Sichuan, and "四川大学" is not.
_GAP = (
    r"(?:(?![的在与和及等了为是有对将把被由从到向于各所家名个多部、"
    r"]|组织|开展|举办|召开|启动|邀请|推动|加强|支持|要求|某)[\u4e00-\u9fff])"
)
_BODY_AFTER = re.compile(
    rf"{_GAP}{{0,6}}?(?:大学(?!生|城)|学院|银行(?!业|卡|间|贷|存)|医院|电视台|广播电台|卫视|晚报|日报|早报|商报|时报|青年报|报社|通讯社"
    rf"|出版社|研究院|研究所|俱乐部)|{_GAP}{{0,12}}?(?:有限公司|有限责任公司|股份公司|集团)|{_GAP}{{0,6}}?(?:公司|证券|保险|基金)"
)
_BODY_AFTER_EN = re.compile(
    r"(?: [A-Z][\w.&'-]*){0,3}"
    r" (?:University|College|Institute|Bank|Hospital|Daily|Evening|News|Times|Post|Television|TV|Co\b"
    r"|Company|Corp|Corporation|Inc|Ltd|Limited|Group|Airlines|Holdings|Press|Securities)"
)
_BODY_BEFORE_EN = re.compile(r"(?:University|Bank|College|Hospital|Institute) of (?:the )?$")


def _names_a_body(text: str, folded: str, start: int, end: int) -> bool:
    """Whether the place name at ``start`` is part of the name of such a body."""
    if is_latin(text[start]) and _BODY_BEFORE_EN.search(text, max(0, start - 24), start):
        return True
    if text[end : end + 1] == " ":
        return _BODY_AFTER_EN.match(text, end) is not None
    return _BODY_AFTER.match(folded, end) is not None


# _SIDE: a side of a river or hill (河南岸, 山西麓). _STREET: a street or village named after a
# place (南京路, 北京东路, 河北镇).
_SIDE = re.compile(r"岸|麓|侧(?!重)|坡|部(?!分|署|门|队|级|委|长|落)")
_STREET = re.compile(
    r"[东南西北中]路|[一二三]?(?:路|大街)(?=[，。、；：）)\s口段与和及号站的街派支]|$)"
    r"|镇(?![江海安平原雄巴坪宁远沅康赉长压定守静住区])|村(?![民庄里级委镇])"
)
_SIDE_OR_STREET = re.compile(f"{_SIDE.pattern}|{_STREET.pattern}")
_REGION = re.compile(r"[域块间位号别划分段]")  # X区域: the name of a district does not end here
_MARKET = re.compile(r"[场值]")  # X市场
# What follows two countries written as one word: 中美关系.
_RELATION = re.compile(
    r"两国|双方|关系|贸易|经贸|元首|首脑|领导人|之间|合作|联合|边境|战略|会谈|会晤|外交|建交|友好|冲突|战争|停火|谈判"
)


# Codes of provinces by one character each, as in a run of several (京津冀晋豫). Four or more are such a run anywhere,
# three only before "省", "等地" and the like.
_LETTERS = dict(row[1:] for row in table("place_exceptions.tsv") if row[0] == "letter")
_LETTER = f"(?!青[年少])[{''.join(_LETTERS)}]"
_RUN = re.compile(
    f"(?:{_LETTER}){{3}}(?:(?:{_LETTER})+|(?=[三四五六七八九十][省地市区]|省|地区|等[地省]))"
)


# How a list goes on behind the name of a county without its suffix, and ends with what the names
# are: "柘荣、寿宁两县", "霞山、坡头等区".
_JOINTS = frozenset("、和及与")
_GOES_ON = re.compile(
    r"(?:[、和及与][\u4e00-\u9fff]{2,4}){0,9}?等?[\d二两三四五六七八九十]?个?"
    r"(?:县市区?|市县区?|区县|县区|[区县旗](?![域间块位号别划分段长委级])|(?<=[等\d二两三四五六七八九十])地(?!区))"
)


def _in_list(folded: str, start: int, end: int) -> bool:
    """Whether ``folded[start:end]`` stands in such a list, with others."""
    if folded[start - 1 : start] not in _JOINTS and folded[end : end + 1] not in _JOINTS:
        return False
    return _GOES_ON.match(folded, end) is not None


def _matches(folded: str) -> list[tuple[int, int, _Key]]:
    """Every match of a name in folded text as (start, -end, key), by start, the longest first.

    The automaton runs over the UTF-8 bytes, as Latin-1 characters. That is five times as fast as
    over the text: a node searches its children one by one, and the root would have a thousand.
    """
    raw = folded.encode("utf8", "surrogatepass")
    found = []
    chars = counted = 0  # characters in the first `counted` bytes
    for last, key in _automaton().iter(raw.decode("latin-1")):
        if last >= counted:
            chars += len(raw[counted : last + 1].decode("utf8", "surrogatepass"))
            counted = last + 1
        found.append((chars - key.size, -chars, key))
    for run in _RUN.finditer(folded):
        provinces = tuple(by_code()[_LETTERS[letter]] for letter in run[0])
        found.append((run.start(), -run.end(), _Key(len(provinces), "group", provinces)))
    return sorted(found, key=lambda one: one[:2])


@functools.cache
def _automaton() -> Any:
    """The automaton of all names and exceptions, built once."""
    import ahocorasick

    automaton = ahocorasick.Automaton()

    def add(name: str, *key: Any) -> None:
        automaton.add_word(name.lower().encode("utf8").decode("latin-1"), _Key(len(name), *key))

    special: dict[str, set[str]] = {"mask": set(), "weak": set(), "case": set(), "main": set()}
    for kind, words, *codes in table("place_exceptions.tsv"):
        if kind in special:
            special[kind].update(words.split("|"))
        elif kind != "letter":
            add(words, kind, tuple(by_code()[c] for c in codes[0].split(",")))
    for name, places in places_by_name().items():
        latin = is_latin(name)
        exact = name if name in special["case"] else ""
        is_county = places[0].level == "county" and name[-1] in COUNTY_SUFFIXES
        # a county of two characters, such as 和县, is mostly another word
        if name in special["weak"] or is_county and len(name) == 2:
            kind = "weak"
        else:
            kind = "main" if name in special["main"] else "name"
        add(name, kind, places, exact, latin, _not_before(name, places[0]))
        if is_county and len(name) > 2 and name[:-1] not in places_by_name():
            add(name[:-1], "listed", _sharing(name[:-1]))
    for word in special["mask"]:
        add(word, "mask", (), "", is_latin(word))
    automaton.make_automaton()
    return automaton


def _sharing(short: str) -> tuple[Place, ...]:
    """The counties that have a name but for the suffix: 城关 may be the district or the county."""
    named = (places_by_name().get(short + suffix, ()) for suffix in COUNTY_SUFFIXES)
    return tuple(place for places in named for place in places)


def _not_before(name: str, place: Place) -> re.Pattern[str] | None:
    """The pattern of what must not follow a name, or None."""
    if is_latin(name):
        return None
    if place.level == "county" and name[-1] == "区":
        return _REGION
    # 吉林市场 may be the market of the province 吉林; no other city has this problem
    if name == "吉林市":
        return _MARKET
    if place.level in ("province", "city") and name == place.short:
        return _SIDE_OR_STREET if name[-1] in "东西南北" else _STREET
    return None
