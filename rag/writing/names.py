"""Places, bodies, titles and names of a sentence, and whether its evidence names them."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.corpus.gazetteer import Place, all_places, contains, fold
from rag.corpus.places import PlaceMention, find_places
from rag.question.names import names_of
from rag.question.pinyin import family_names, is_pinyin, surnames
from rag.question.script import has_chinese
from rag.question.sounds import ALIKE, sounding, spelled
from rag.writing.data import lines

STANDS, LACKS, UNSURE = 1, 2, 3

_TITLE = re.compile(
    r"《([^《》]{1,60})》|[“「『]([^”」』]{2,60})[”」』]|(?<![\w\"])\"([^\"]{2,80})\""
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z\d&'’-]*")
_MARKS = re.compile(r"[\W_]+")
_QUOTED = (6, 16)  # characters of a quotation that must stand word for word
_LOCAL = {"CN", "100000"}
_FAMILY = "".join(surnames(only_sure=True))
_PERSON = re.compile(
    rf"(?=([{_FAMILY}]([\u4e00-\u9fff]{{2}}))(?:[说称、，。等和与在为的将任]|表示|介绍|认为|指出"
    r"|强调|告诉|透露|出席|担任|出任|主持|当选|宣布))"
)
# Words that no name is known by, and what belongs to a country, by its code.
_WEAK = frozenset(" ".join(lines("common.txt")).split())
_DEMONYMS = dict(line.split("\t") for line in lines("adjectives.txt"))


@dataclass(frozen=True, slots=True)
class SentenceNames:
    """What a sentence names.

    Attributes:
        start, end: character offsets.
        kind: "place" or "name".
        state: ``STANDS`` where the evidence names it, ``LACKS`` where it surely does not, else
            ``UNSURE``.
    """

    start: int
    end: int
    kind: str
    state: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A text with what it names, found once."""

    text: str
    places: tuple[PlaceMention, ...]
    bodies: tuple[tuple[int, int, int], ...]


@functools.lru_cache(maxsize=512)
def known(text: str) -> _Known:
    """What a text names; kept for the next sentence about the same evidence."""
    return _Known(text, tuple(find_places(text)), tuple(_bodies_of(text)))


class Names:
    """What some evidence names, to be asked for what a sentence does."""

    def __init__(self, texts: Sequence[str]):
        found = [known(text) for text in texts]
        self.text = "\n".join(texts)
        self.chinese, self.latin = has_chinese(self.text), bool(_LATIN.search(self.text))
        self._places = {m.place.code: m.place for one in found for m in one.places}
        self._places |= {code: _countries()[code] for code in _adjectives(self.text)}
        self._bodies = {number for one in found for *_, number in one.bodies}
        self._plain = _MARKS.sub("", fold(self.text))
        self._words = {word for m in _LATIN.finditer(self.text) for word in _forms(m[0])}
        self._capitals = [m[0] for m in re.finditer(r"\b[A-Z][A-Za-z'’-]+", self.text)]
        self._initials = _initials(self.text)

    def named(self, sentence: str) -> list[SentenceNames]:
        """What a sentence names, in order and without overlap."""
        one = known(sentence)
        out = [
            SentenceNames(
                start,
                end,
                "name",
                STANDS if number in self._bodies else self._literal(sentence[start:end]),
            )
            for start, end, number in one.bodies
        ]
        free = _Free(out)
        titles = [self._title(match) for match in _TITLE.finditer(sentence)]
        out += [title for title in titles if title and free.take(title)]
        for mention in one.places:
            place = SentenceNames(
                mention.start, mention.end, "place", self._place(mention, sentence)
            )
            if free.take(place):
                out.append(place)
        for start, end in self._adjectives(sentence):
            place = SentenceNames(
                start,
                end,
                "place",
                STANDS if _DEMONYMS[sentence[start:end].lower()] in self._places else UNSURE,
            )
            if free.take(place):
                out.append(place)
        for start, end in names_of(sentence):
            for named in self._latin(sentence, start, end):
                if free.take(named):
                    out.append(named)
        if self.chinese:
            out += [SentenceNames(*m.span(1), "name", LACKS) for m in self._other_family(sentence)]
        return sorted(out, key=lambda named: named.start)

    def _other_family(self, sentence: str) -> list[re.Match[str]]:
        """Chinese persons whose given name the evidence has with another family name only."""
        return [
            match
            for match in _PERSON.finditer(sentence)
            if match[1] not in self.text
            and re.search(rf"[{_FAMILY}]{match[2]}", self.text)
            and match[2] not in re.sub(rf"[{_FAMILY}]{match[2]}", "", self.text)
        ]

    def _literal(self, words: str, else_: int = LACKS) -> int:
        return STANDS if _MARKS.sub("", fold(words)) in self._plain else else_

    def _title(self, match: re.Match[str]) -> SentenceNames | None:
        """A title or what is quoted; in the evidence's language it stands there word for word."""
        words = next(filter(None, match.groups()))
        if (
            has_chinese(words)
            and not self.chinese
            or not has_chinese(words)
            and not _words_known(words, self._words)
            and not self.latin
        ):
            return None
        plain = _MARKS.sub("", fold(words))
        if (
            plain in self._plain
            or _in_order(plain, self._plain)
            or _words_known(words, self._words)
        ):
            return SentenceNames(*match.span(), "name", STANDS)
        same = self.chinese if has_chinese(words) else not self.chinese
        # A word or two in quotation marks need not quote anybody; a long quotation may be mended.
        lacks = same and (match[1] or _QUOTED[0] <= len(plain) < _QUOTED[1])
        return SentenceNames(*match.span(), "name", LACKS if lacks else UNSURE)

    def _place(self, mention: PlaceMention, sentence: str) -> int:
        place = mention.place
        if place.code in self._places or any(
            contains(place, other) for other in self._places.values()
        ):
            return STANDS
        if place.code in _LOCAL:
            return UNSURE
        if (
            self._literal(sentence[mention.start : mention.end], UNSURE) == STANDS
            or self._literal(place.short, UNSURE) == STANDS
        ):
            return STANDS
        if place.level in ("province", "city") and self._letter(place):
            return STANDS
        # A country need not be named beside its own cities, which the gazetteer does not know.
        settled = place.level != "country" or any(
            other.level == "country" for other in self._places.values()
        )
        return UNSURE if mention.part_of_name or not settled else LACKS

    def _letter(self, place: Place) -> bool:
        letter = _LETTERS.get(place.code[:2])
        return place.level == "province" and letter is not None and letter in self.text

    @staticmethod
    def _adjectives(sentence: str) -> list[tuple[int, int]]:
        return [
            m.span()
            for m in _LATIN.finditer(sentence)
            if m[0].lower() in _DEMONYMS and m[0][0].isupper()
        ]

    def _latin(self, sentence: str, start: int, end: int) -> list[SentenceNames]:
        """The words of a name in Latin letters, each by itself; figures are looked at elsewhere."""
        out = []
        for match in _LATIN.finditer(sentence, start, end):
            word = match[0].removesuffix("'s").removesuffix("’s")
            if word.lower() in _WEAK or not word[0].isupper() and not has_chinese(sentence):
                continue
            out.append(
                SentenceNames(match.start(), match.start() + len(word), "name", self._word(word))
            )
        return self._chinese_name(sentence, out) if self.chinese else out

    def _chinese_name(self, sentence: str, words: list[SentenceNames]) -> list[SentenceNames]:
        """Chinese names in Latin letters are read off the evidence: what is not there, it lacks."""
        out, found = list(words), set()
        for at in range(len(words) - 1):
            one, two = words[at : at + 2]
            written = [sentence[name.start : name.end].lower() for name in (one, two)]
            if (
                two.start != one.end + 1
                or not all(map(is_pinyin, written))
                or not set(family_names().values()) & set(written)
            ):
                continue
            there = spelled(self.text, "".join(written)) or spelled(
                self.text, "".join(reversed(written))
            )
            found |= {at, at + 1} if there else set()
            for place, name in ((at, one), (at + 1, two)):
                out[place] = SentenceNames(
                    name.start, name.end, name.kind, STANDS if place in found else LACKS
                )
        return out

    def _word(self, word: str) -> int:
        if _forms(word) & self._words or word.upper() in self._initials and word.isupper():
            return STANDS
        if not self.chinese:
            return LACKS if len(word) > 1 else UNSURE
        if len(word) > 1 and spelled(self.text, word):
            return STANDS
        return STANDS if sounding(self.text, word)[0] >= ALIKE else UNSURE

    def sounds(self, sentence: str) -> list[tuple[int, int]]:
        """Where a Chinese sentence writes names that its evidence writes in Latin letters."""
        if not has_chinese(sentence) or not self._capitals:
            return []
        out = []
        for word in dict.fromkeys(self._capitals):
            if word.lower() in _WEAK or len(word) < 3:
                continue
            out += spelled(sentence, word)
            likeness, span = sounding(sentence, word)
            out += [span] if likeness >= ALIKE else []
        return out


class _Free:
    """Which characters of a sentence no name has taken."""

    def __init__(self, taken: Sequence[SentenceNames]):
        self._taken = [(one.start, one.end) for one in taken]

    def take(self, one: SentenceNames) -> bool:
        if any(start < one.end and one.start < end for start, end in self._taken):
            return False
        self._taken.append((one.start, one.end))
        return True


# One character that stands for a province in headlines (沪指 is Shanghai's index).
_CODES = (
    "11 12 13 14 15 21 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 "
    "81 82"
)
_LETTERS = dict(
    zip(
        _CODES.split(),
        "京津冀晋蒙辽黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔滇藏陕甘青宁疆台港澳",
        strict=True,
    )
)


@functools.cache
def _countries() -> dict[str, Place]:
    return {place.code: place for place in all_places() if place.level == "country"}


def _adjectives(text: str) -> set[str]:
    return {
        _DEMONYMS[m[0].lower()]
        for m in _LATIN.finditer(text)
        if m[0][0].isupper() and m[0].lower() in _DEMONYMS
    }


def _forms(word: str) -> set[str]:
    """A word as it may stand elsewhere: without an apostrophe, an ending, a mark."""
    plain = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    return {plain, plain.removesuffix("s")} if len(plain) > 4 else {plain}


def _words_known(words: str, there: set[str]) -> bool:
    latin = [m[0] for m in _LATIN.finditer(words) if m[0].lower() not in _WEAK]
    return bool(latin) and not has_chinese(words) and all(_forms(word) & there for word in latin)


def _in_order(words: str, text: str) -> bool:
    """Whether the characters of a shortened name stand in a text in order, near each other."""
    if len(words) < 3 or len(words) > 12 or words.isascii():
        return False
    pattern = ".{0,4}?".join(map(re.escape, words))
    return re.search(pattern, text) is not None


def _initials(text: str) -> set[str]:
    """The initials of every run of words with capitals: "World Health Organization" gives WHO."""
    out = set()
    for run in re.finditer(
        r"\b[A-Z][\w'’-]*(?:(?: (?:of|and|the|for|on|&))* [A-Z][\w'’-]*)+", text
    ):
        letters = "".join(word[0] for word in run[0].split() if word[0].isupper())
        out |= {letters[a:b] for a in range(len(letters)) for b in range(a + 2, len(letters) + 1)}
    return out


@functools.cache
def _bodies() -> tuple[re.Pattern[str], dict[str, int]]:
    of = {
        fold(name): number
        for number, line in enumerate(lines("bodies.txt"))
        for name in line.split("|")
    }
    names = sorted(of, key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in names if name.isascii())
    return re.compile(
        "|".join(re.escape(name) for name in names if not name.isascii())
        + rf"|(?<![a-z])(?:{latin})(?![a-z])"
    ), of


def _bodies_of(text: str) -> list[tuple[int, int, int]]:
    """Start, end and number of each body that a text names."""
    pattern, of = _bodies()
    return [
        (m.start(), m.end(), of[m[0]])
        for m in pattern.finditer(fold(text))
        if _as_a_name(text[m.start() : m.end()])
    ]


def _as_a_name(written: str) -> bool:
    """Whether an acronym is written in capitals ("who" is not the WHO), a short name with one."""
    if not written.isascii() or " " in written or len(written) > 6:
        return True
    return written.isupper() if len(written) < 6 and written != "Fed" else written[0].isupper()
