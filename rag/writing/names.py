"""Finds places, bodies, titles and names in a sentence and checks that its evidence has them.

A body is an organisation with a known list of names (``data/bodies.txt``).
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.corpus.gazetteer import Place, all_places, contains, fold
from rag.corpus.places import PlaceMention, find_places
from rag.corpus.tables import lines
from rag.question.asking import outside_of
from rag.question.names import names_of
from rag.question.pinyin import is_pinyin, spelled, surnames
from rag.question.script import has_chinese

SUPPORTED, UNSUPPORTED, UNDECIDED = 1, 2, 3  # states of a fact, see Fact.state

_TITLE = re.compile(
    r"《([^《》]{1,60})》|[“「『]([^”」』]{2,60})[”」』]|(?<![\w\"])\"([^\"]{2,80})\""
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z\d&'’-]*")
_MARKS = re.compile(r"[\W_]+")
# A quotation of at least 6 and fewer than 16 characters must stand in the evidence word for word.
_QUOTED = (6, 16)
_LOCAL = {"CN", "100000"}  # codes of China, which its own news need not name
_FAMILY = "".join(surnames(only_sure=True))
# A Chinese person: a family name and two characters, before a word that often follows a name.
_PERSON = re.compile(
    rf"(?=([{_FAMILY}]([\u4e00-\u9fff]{{2}}))(?:[说称、，。等和与在为的将任]|表示|介绍|认为|指出"
    r"|强调|告诉|透露|出席|担任|出任|主持|当选|宣布))"
)
# Words too common to identify a name; and demonyms ("Indian") with the code of their country.
_WEAK = frozenset(" ".join(lines("rag.writing", "common.txt")).split())
_DEMONYMS = dict(line.split("\t") for line in lines("rag.writing", "adjectives.txt"))


def state_of(stands: bool) -> int:
    """The state of a fact that either stands in the evidence or is certainly missing."""
    return SUPPORTED if stands else UNSUPPORTED


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure, date, place or name of a sentence.

    Attributes:
        start, end: character offsets into the sentence.
        kind: "figure", "date", "place" or "name".
        state: ``SUPPORTED`` if the evidence has the fact, ``UNSUPPORTED`` if it certainly does not,
            or ``UNDECIDED`` if no rule can decide.
    """

    start: int
    end: int
    kind: str
    state: int


@functools.lru_cache(maxsize=512)
def known(text: str) -> tuple[tuple[PlaceMention, ...], tuple[tuple[int, int, int], ...]]:
    """Returns the places and the bodies (:func:`_bodies_of`) that a text names; cached, as the same
    evidence serves many sentences.
    """
    return tuple(find_places(text)), tuple(_bodies_of(text))


class Names:
    """The names of the evidence, against which the names of a sentence are checked.

    Attributes:
        text: the texts of the evidence, joined.
        chinese, latin: whether it contains Chinese characters, and words in Latin letters.
    """

    def __init__(self, texts: Sequence[str]):
        found = [known(text) for text in texts]
        self.text = "\n".join(texts)
        self.chinese, self.latin = has_chinese(self.text), bool(_LATIN.search(self.text))
        self._places = {m.place.code: m.place for places, _ in found for m in places}
        self._places |= {code: _countries()[code] for _, code in _adjectives(self.text)}
        self._bodies = {number for _, bodies in found for *_, number in bodies}
        self._plain = _MARKS.sub("", fold(self.text))
        self._words = {word for m in _LATIN.finditer(self.text) for word in _forms(m[0])}

    def named(self, sentence: str) -> list[Fact]:
        """Returns the facts that a sentence names, in order.

        Of overlapping ones the first kind counts: bodies, titles, places, demonyms, Latin names.
        """
        mentions, found_bodies = known(sentence)
        bodies = []
        for start, end, number in found_bodies:
            stands = number in self._bodies or self._has(sentence[start:end])
            bodies.append(Fact(start, end, "name", state_of(stands)))
        titles = filter(None, map(self._title, _TITLE.finditer(sentence)))
        places = [Fact(m.start, m.end, "place", self._place(m, sentence)) for m in mentions]
        adjectives = [
            Fact(*span, "place", SUPPORTED if code in self._places else UNDECIDED)
            for span, code in _adjectives(sentence)
        ]
        latin = [word for span in names_of(sentence) for word in self._latin(sentence, *span)]
        out: list[Fact] = []
        for found in (*bodies, *titles, *places, *adjectives, *latin):
            if outside_of((found.start, found.end), ((one.start, one.end) for one in out)):
                out.append(found)
        if self.chinese:
            out += [Fact(*m.span(1), "name", UNSUPPORTED) for m in self._other_family(sentence)]
        return sorted(out, key=lambda named: named.start)

    def _other_family(self, sentence: str) -> list[re.Match[str]]:
        """Finds Chinese persons whose given name the evidence has only with another family name."""
        return [
            match
            for match in _PERSON.finditer(sentence)
            if match[1] not in self.text
            and re.search(rf"[{_FAMILY}]{match[2]}", self.text)
            and match[2] not in re.sub(rf"[{_FAMILY}]{match[2]}", "", self.text)
        ]

    def _has(self, words: str) -> bool:
        """Whether the evidence has the words, marks and case aside."""
        return _MARKS.sub("", fold(words)) in self._plain

    def _title(self, match: re.Match[str]) -> Fact | None:
        """Returns the fact of a title or quotation; None if the evidence has nothing in its script.

        It stands if the evidence has it word for word or, for an English one, all its words.
        """
        words = next(filter(None, match.groups()))
        chinese, plain = has_chinese(words), _MARKS.sub("", fold(words))
        if not (self.chinese if chinese else self.latin):
            return None
        state = UNDECIDED
        if plain in self._plain or not chinese and self._has_words(words):
            state = SUPPORTED
        elif chinese == self.chinese and (match[1] or _QUOTED[0] <= len(plain) < _QUOTED[1]):
            # A word or two in quotation marks need not be a quotation, and a long quotation may
            # have been edited. Titles in 《》 are checked at any length.
            state = UNSUPPORTED
        return Fact(*match.span(), "name", state)

    def _has_words(self, words: str) -> bool:
        """Whether the evidence has all words of an English title but the common ones."""
        latin = [m[0] for m in _LATIN.finditer(words) if m[0].lower() not in _WEAK]
        return bool(latin) and all(_forms(word) & self._words for word in latin)

    def _place(self, mention: PlaceMention, sentence: str) -> int:
        """The state of a place: evidence that names the place, or one within it, supports it."""
        place = mention.place
        there = self._places.values()
        if place.code in self._places or any(contains(place, other) for other in there):
            return SUPPORTED
        if place.code in _LOCAL:
            return UNDECIDED
        written = (sentence[mention.start : mention.end], place.short)
        if any(map(self._has, written)):
            return SUPPORTED
        # Evidence may name only cities of a country, and the gazetteer does not know foreign
        # cities. So a country is missing for certain only if the evidence names another country.
        settled = place.level != "country" or any(other.level == "country" for other in there)
        return UNDECIDED if mention.part_of_name or not settled else UNSUPPORTED

    def _latin(self, sentence: str, start: int, end: int) -> list[Fact]:
        """Returns a fact for each word of a name in Latin letters, common words left out.

        Figures in the name are checked by :mod:`rag.writing.figures`.
        """
        out = []
        for match in _LATIN.finditer(sentence, start, end):
            word = match[0].removesuffix("'s").removesuffix("’s")
            if word.lower() in _WEAK or not word[0].isupper() and not has_chinese(sentence):
                continue
            out.append(Fact(match.start(), match.start() + len(word), "name", self._word(word)))
        return self._chinese_name(sentence, out) if self.chinese else out

    def _chinese_name(self, sentence: str, words: list[Fact]) -> list[Fact]:
        """Decides on the words of a pinyin name by the characters of Chinese evidence.

        Two adjacent pinyin words, one of them a family name, are a Chinese person. Both stand if
        the evidence has characters that are read so, in either order, and else it lacks both.
        """
        out, found = list(words), set()
        for at in range(len(words) - 1):
            one, two = words[at : at + 2]
            written = [sentence[name.start : name.end].lower() for name in (one, two)]
            family = not set(surnames().values()).isdisjoint(written)
            if two.start != one.end + 1 or not all(map(is_pinyin, written)) or not family:
                continue
            orders = ("".join(written), "".join(reversed(written)))
            found |= {at, at + 1} if any(spelled(self.text, name) for name in orders) else set()
            for place in (at, at + 1):
                out[place] = dataclasses.replace(out[place], state=state_of(place in found))
        return out

    def _word(self, word: str) -> int:
        """The state of a Latin word; Chinese evidence may spell it but cannot rule it out."""
        if _forms(word) & self._words:
            return SUPPORTED
        if not self.chinese:
            return UNSUPPORTED if len(word) > 1 else UNDECIDED
        return SUPPORTED if spelled(self.text, word) else UNDECIDED


@functools.cache
def _countries() -> dict[str, Place]:
    return {place.code: place for place in all_places() if place.level == "country"}


def _adjectives(text: str) -> list[tuple[tuple[int, int], str]]:
    """Returns the spans of demonyms ("Indian") in a text, with the code of their country."""
    words = ((m.span(), _DEMONYMS.get(m[0].lower(), "")) for m in _LATIN.finditer(text))
    return [(span, code) for span, code in words if code and text[span[0]].isupper()]


def _forms(word: str) -> set[str]:
    """Returns a word's forms for matching: in lower case, without a possessive or plural s."""
    plain = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    return {plain, plain.removesuffix("s")} if len(plain) > 4 else {plain}


@functools.cache
def _bodies() -> tuple[re.Pattern[str], dict[str, int]]:
    """Returns a pattern of all names of bodies, and the number of the body for each folded name."""
    of = {
        fold(name): number
        for number, line in enumerate(lines("rag.writing", "bodies.txt"))
        for name in line.split("|")
    }
    names = sorted(of, key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in names if name.isascii())
    chinese = "|".join(re.escape(name) for name in names if not name.isascii())
    return re.compile(rf"{chinese}|(?<![a-z])(?:{latin})(?![a-z])"), of


def _bodies_of(text: str) -> list[tuple[int, int, int]]:
    """Returns (start, end, number of the body) of each name of a body in a text."""
    pattern, of = _bodies()
    found = [m for m in pattern.finditer(fold(text)) if _as_a_name(text[m.start() : m.end()])]
    return [(*m.span(), of[m[0]]) for m in found]


def _as_a_name(written: str) -> bool:
    """Whether a short name is written as a name: an acronym in capitals ("who" is not the WHO).

    A name of six letters, or "Fed", need only begin with a capital. Others always count.
    """
    if not written.isascii() or " " in written or len(written) > 6:
        return True
    return written.isupper() if len(written) < 6 and written != "Fed" else written[0].isupper()
