"""Places, bodies, titles and names of a sentence, and whether its evidence names them."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.corpus.gazetteer import Place, all_places, contains, fold
from rag.corpus.places import PlaceMention, find_places
from rag.question.names import names_of
from rag.question.pinyin import family_names, is_pinyin, surnames
from rag.question.script import has_chinese
from rag.question.sounds import spelled
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
class Fact:
    """A figure, date, place or name of a sentence.

    Attributes:
        start, end: character offsets into the sentence.
        kind: "figure", "date", "place" or "name".
        state: ``STANDS`` where the evidence has it, ``LACKS`` where it surely has not, else
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
        self._places |= {code: _countries()[code] for _, code in _adjectives(self.text)}
        self._bodies = {number for one in found for *_, number in one.bodies}
        self._plain = _MARKS.sub("", fold(self.text))
        self._words = {word for m in _LATIN.finditer(self.text) for word in _forms(m[0])}

    def named(self, sentence: str) -> list[Fact]:
        """What a sentence names, in order and without overlap."""
        one = known(sentence)
        bodies = [
            Fact(
                start,
                end,
                "name",
                STANDS if number in self._bodies else self._literal(sentence[start:end]),
            )
            for start, end, number in one.bodies
        ]
        titles = filter(None, map(self._title, _TITLE.finditer(sentence)))
        places = [Fact(m.start, m.end, "place", self._place(m, sentence)) for m in one.places]
        adjectives = [
            Fact(*span, "place", STANDS if code in self._places else UNSURE)
            for span, code in _adjectives(sentence)
        ]
        latin = [
            word for start, end in names_of(sentence) for word in self._latin(sentence, start, end)
        ]
        out: list[Fact] = []
        for found in (*bodies, *titles, *places, *adjectives, *latin):
            if not any(found.start < other.end and other.start < found.end for other in out):
                out.append(found)
        if self.chinese:
            out += [Fact(*m.span(1), "name", LACKS) for m in self._other_family(sentence)]
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

    def _literal(self, words: str) -> int:
        return STANDS if _MARKS.sub("", fold(words)) in self._plain else LACKS

    def _title(self, match: re.Match[str]) -> Fact | None:
        """A title or what is quoted; in the evidence's language it stands there word for word."""
        words = next(filter(None, match.groups()))
        chinese, plain = has_chinese(words), _MARKS.sub("", fold(words))
        if not (self.chinese if chinese else self.latin):
            return None
        state = UNSURE
        if plain in self._plain or not chinese and self._has_words(words):
            state = STANDS
        elif chinese == self.chinese and (match[1] or _QUOTED[0] <= len(plain) < _QUOTED[1]):
            # A word or two in quotation marks need not quote anybody; a long quotation may be
            # mended.
            state = LACKS
        return Fact(*match.span(), "name", state)

    def _has_words(self, words: str) -> bool:
        """Whether the evidence has all words of an English title that a name is known by."""
        latin = [m[0] for m in _LATIN.finditer(words) if m[0].lower() not in _WEAK]
        return bool(latin) and all(_forms(word) & self._words for word in latin)

    def _place(self, mention: PlaceMention, sentence: str) -> int:
        place = mention.place
        there = self._places.values()
        if place.code in self._places or any(contains(place, other) for other in there):
            return STANDS
        if place.code in _LOCAL:
            return UNSURE
        written = (sentence[mention.start : mention.end], place.short)
        if any(self._literal(words) == STANDS for words in written):
            return STANDS
        # A country need not be named beside its own cities, which the gazetteer does not know.
        settled = place.level != "country" or any(other.level == "country" for other in there)
        return UNSURE if mention.part_of_name or not settled else LACKS

    def _latin(self, sentence: str, start: int, end: int) -> list[Fact]:
        """The words of a name in Latin letters, each by itself; figures are looked at elsewhere."""
        out = []
        for match in _LATIN.finditer(sentence, start, end):
            word = match[0].removesuffix("'s").removesuffix("’s")
            if word.lower() in _WEAK or not word[0].isupper() and not has_chinese(sentence):
                continue
            out.append(Fact(match.start(), match.start() + len(word), "name", self._word(word)))
        return self._chinese_name(sentence, out) if self.chinese else out

    def _chinese_name(self, sentence: str, words: list[Fact]) -> list[Fact]:
        """Chinese names in Latin letters are read off the evidence: what is not there, it lacks."""
        out, found = list(words), set()
        for at in range(len(words) - 1):
            one, two = words[at : at + 2]
            written = [sentence[name.start : name.end].lower() for name in (one, two)]
            family = not set(family_names().values()).isdisjoint(written)
            if two.start != one.end + 1 or not all(map(is_pinyin, written)) or not family:
                continue
            orders = ("".join(written), "".join(reversed(written)))
            found |= {at, at + 1} if any(spelled(self.text, name) for name in orders) else set()
            for place in (at, at + 1):
                state = STANDS if place in found else LACKS
                out[place] = dataclasses.replace(out[place], state=state)
        return out

    def _word(self, word: str) -> int:
        if _forms(word) & self._words:
            return STANDS
        if not self.chinese:
            return LACKS if len(word) > 1 else UNSURE
        return STANDS if spelled(self.text, word) else UNSURE


@functools.cache
def _countries() -> dict[str, Place]:
    return {place.code: place for place in all_places() if place.level == "country"}


def _adjectives(text: str) -> list[tuple[tuple[int, int], str]]:
    """The words for the people and things of a country ("Indian"), with the country's code."""
    words = ((m.span(), _DEMONYMS.get(m[0].lower(), "")) for m in _LATIN.finditer(text))
    return [(span, code) for span, code in words if code and text[span[0]].isupper()]


def _forms(word: str) -> set[str]:
    """A word as it may stand elsewhere: without an apostrophe, an ending, a mark."""
    plain = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    return {plain, plain.removesuffix("s")} if len(plain) > 4 else {plain}


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
