"""Cloze questions: a sentence with a word or figure taken out and a question word in its place.

Where another sentence of the article has the word, it can be found there (Dhingra et al. 2018,
"Simple and effective semi-supervised question answering"). In a smaller part the sentence itself
stays in the passage and the question is a part of it, so that what stands where in a sentence is
learnt; and across languages the passage is a translation.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.reader.encode import GAPS, SHAPES, Encoded
from training.examples import Example
from training.reader.sources import Text, occurrences, size_of, spread, stretch
from training.reader.words import Words

LONGEST = 6  # tokens of an answer
AROUND = 14  # tokens of the sentence that are kept to either side
GONE = 0.30  # share of the passages from which the answer is taken away
ITSELF = 0.35  # share of the questions whose sentence stays in the passage
DROPPED = (
    0.05,
    0.35,
)  # share of the question's words left out: where the sentence is gone, and where it stays
ABROAD = 0.12  # of the questions that are put into the other language word by word
COMMA = GAPS.index("comma")

_ASK = {
    ("zh", "figure"): ("多少", "多少", "几", "多大", "什么"),
    ("zh", "year"): ("哪一", "哪", "几"),
    ("zh", "place"): ("哪里", "什么地方", "哪个地方", "哪", "何处"),
    ("zh", "province"): ("哪个省", "哪里", "什么地方", "哪些省份", "哪个省份"),
    ("zh", "city"): ("哪个城市", "哪里", "哪个市", "什么地方", "哪些城市"),
    ("zh", "country"): ("哪个国家", "哪国", "哪里", "哪些国家"),
    ("zh", "name"): ("谁", "什么", "哪位", "哪家", "哪个公司", "什么机构", "哪个部门", "什么人"),
    ("zh", "word"): ("什么", "什么", "什么", "谁", "哪个", "哪些", "怎么"),
    ("en", "figure"): ("how many", "how much", "what number", "how many"),
    ("en", "year"): ("what year", "which year", "when"),
    ("en", "place"): ("where", "what place", "which place"),
    ("en", "province"): ("which province", "where"),
    ("en", "city"): ("which city", "where", "what city"),
    ("en", "country"): ("which country", "what country", "where"),
    ("en", "name"): ("who", "which company", "what", "who", "which organisation"),
    ("en", "word"): ("what", "what", "which", "who"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """Some neighbouring tokens of a sentence: ``tokens[first:last]`` of sentence ``number``."""

    number: int
    first: int
    last: int


class Clozes:
    """Makes cloze questions.

    Args:
        words: neighbours of tokens.
        places: level ("province", "city", "county", "country") of names of places.
    """

    def __init__(self, words: Words, places: Mapping[str, str]):
        self.words, self.places = words, places

    def of_text(self, rng: random.Random, text: Text, count: int) -> Iterator[Example]:
        """Up to ``count`` examples from an article."""
        if len(text.spans) > 40:
            begin = rng.randrange(len(text.spans) - 40)
            text = Text(text.title, text.text, text.spans[begin : begin + 40], text.lang)
        tokens = self.words.tokens([text.sentence(n) for n in range(len(text.spans))])
        where: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, one in enumerate(tokens):
            for at, token in enumerate(one.ids.tolist()):
                where[token].append((number, at))
        fit = [
            (number, at)
            for token, found in where.items()
            if self.words.weights[token] > 0.9 and 2 <= len({n for n, _ in found}) <= 8
            for number, at in found
        ]
        alone = [
            (n, at)
            for n, one in enumerate(tokens)
            for at, token in enumerate(one.ids.tolist())
            if self.words.weights[token] > 0.9
        ]
        made = 0
        for _ in range(count * 4):
            itself = rng.random() < ITSELF
            if not (alone if itself else fit) or made == count:
                return
            number, at = rng.choice(alone if itself else fit)
            example = (
                self._itself(rng, text, tokens, number, at)
                if itself
                else self._elsewhere(rng, text, tokens, where, number, at)
            )
            if example is not None:
                made += 1
                yield example

    def _elsewhere(
        self, rng, text: Text, tokens: list[Encoded], where, number: int, at: int
    ) -> Example | None:
        """The sentence is not in the passage; another that has the word is."""
        mine = tokens[number]
        others = [(n, p) for n, p in where[int(mine.ids[at])] if n != number]
        around = {int(t) for t in mine.ids if self.words.weights[t] > 0.6}
        shared = [
            (len(around & set(tokens[n].ids.tolist())), rng.random(), n, p) for n, p in others
        ]
        best = max(shared)
        if best[0] < 3:
            return None
        _, _, other, place = best
        first, last, theirs = at, at + 1, tokens[other].ids
        begin, end = place, place + 1
        while (
            first > 0
            and begin > 0
            and mine.ids[first - 1] == theirs[begin - 1]
            and last - first < LONGEST
            and mine.gaps[first] == 0
        ):
            first, begin = first - 1, begin - 1
        while (
            last < len(mine)
            and end < len(theirs)
            and mine.ids[last] == theirs[end]
            and last - first < LONGEST
            and mine.gaps[last] < COMMA
        ):
            last, end = last + 1, end + 1
        if (
            last - first >= LONGEST
            or last - first >= len(mine) - 2
            or _cuts_word(mine, first, last)
        ):
            return None
        sentence = text.sentence(number)
        answer = sentence[mine.spans[first][0] : mine.spans[last - 1][1]]
        question = self._question(rng, text.lang, sentence, mine, first, last, DROPPED[0])
        keep = [n for n in range(len(text.spans)) if n != number]
        gone = rng.random() < GONE
        if gone:
            keep = [n for n in keep if answer not in text.sentence(n)]
            if not keep:
                return None
        near = min(range(len(keep)), key=lambda k: abs(keep[k] - other))
        low, high = stretch(rng, [text.spans[n] for n in keep], near, size_of(rng, text.lang))
        passage = spread(text, keep[low:high])
        title = "" if sentence.startswith(text.title[:20]) or rng.random() < 0.2 else text.title
        spans = () if gone else tuple(occurrences(passage, answer))
        if not gone and not spans or gone and answer in passage:
            return None
        return self._maybe_abroad(
            rng, Example(question, title, passage, spans, kind="cloze-gone" if gone else "cloze")
        )

    def _itself(
        self, rng, text: Text, tokens: list[Encoded], number: int, at: int
    ) -> Example | None:
        """The sentence is in the passage, or all of it but what was asked for is."""
        mine = tokens[number]
        first, last = at, at + 1
        while (
            last < len(mine)
            and mine.gaps[last] == 0
            and last - first < LONGEST
            and rng.random() < 0.5
        ):
            last += 1
        if len(mine) < 6 or last - first > len(mine) - 4 or _cuts_word(mine, first, last):
            return None
        sentence = text.sentence(number)
        start, end = int(mine.spans[first][0]), int(mine.spans[last - 1][1])
        question = self._question(rng, text.lang, sentence, mine, first, last, DROPPED[1])
        chance = rng.random()
        if (
            chance < GONE
        ):  # the sentence itself without the words that answer, or without the sentence
            keep = [
                n
                for n in range(len(text.spans))
                if n != number and sentence[start:end] not in text.sentence(n)
            ]
            if not keep:
                return None
            near = min(range(len(keep)), key=lambda k: abs(keep[k] - number))
            low, high = stretch(rng, [text.spans[n] for n in keep], near, size_of(rng, text.lang))
            return Example(question, text.title, spread(text, keep[low:high]), (), kind="self-gone")
        low, high = stretch(rng, text.spans, number, size_of(rng, text.lang))
        passage = spread(text, list(range(low, high)))
        offset = passage.find(sentence)
        if offset < 0:
            return None
        if chance < 1.4 * GONE and (other := self.words.exchanged(rng, question, passage)):
            return Example(other, "", passage, (), kind="self-near")
        title = "" if low == 0 or rng.random() < 0.3 else text.title
        return self._maybe_abroad(
            rng, Example(question, title, passage, ((offset + start, offset + end),), kind="self")
        )

    def _maybe_abroad(self, rng: random.Random, one: Example) -> Example:
        if rng.random() < ABROAD:
            return Example(
                self.words.abroad(rng, one.question),
                one.title,
                one.text,
                one.spans,
                kind=one.kind + "-abroad",
            )
        return one

    def _question(
        self, rng, lang: str, sentence: str, tokens: Encoded, first: int, last: int, drop: float
    ) -> str:
        """The part of a sentence around some tokens, with a question word in their place."""
        low, high = max(0, first - AROUND), min(len(tokens), last + AROUND)
        for at in range(first - 1, low, -1):  # begin behind a comma, mostly
            if tokens.gaps[at] >= COMMA and rng.random() < 0.5:
                low = at
                break
        for at in range(last, high):
            if tokens.gaps[at] >= COMMA and rng.random() < 0.5:
                high = at
                break
        words = sentence[tokens.spans[first][0] : tokens.spans[last - 1][1]]
        after = sentence[tokens.spans[last - 1][1] :][:2]
        ask = rng.choice(_ASK[lang, self._kind(words, after, lang)])
        parts: list[str] = []
        for at in [*range(low, first), None, *range(last, high)]:
            if at is None:
                parts.append(f" {ask} " if lang == "en" else ask)
            elif rng.random() >= drop or at in (first - 1, last):
                parts.append(
                    (" " if tokens.gaps[at] and lang == "en" else "")
                    + sentence[tokens.spans[at][0] : tokens.spans[at][1]]
                )
        return " ".join("".join(parts).split()) + ("?" if lang == "en" else "？")

    def _kind(self, words: str, after: str, lang: str) -> str:
        """What kind of question word may stand for some words."""
        if words[0].isdigit() or words[0] in "一二三四五六七八九十两":
            year = (
                after.startswith("年")
                if lang == "zh"
                else len(words) == 4 and words[:2] in ("19", "20")
            )
            return "year" if year else "figure"
        level = self.places.get(words, "")
        if level:
            return level if level != "county" else "place"
        return (
            "name"
            if lang == "en"
            and words[0].isupper()
            or words.endswith(("公司", "局", "部", "委员会", "大学", "医院"))
            else "word"
        )

    def across(self, rng: random.Random, pairs: Sequence[dict], at: int) -> Example | None:
        """A cloze question in one language; the passage has the other's sentence, or has it not."""
        ask_in, read_in = rng.choice((("en", "zh"), ("zh", "en")))
        asked, said = pairs[at][ask_in], pairs[at][read_in]
        one, other = self.words.tokens([asked, said])
        if len(one) < 5 or len(other) < 5 or len(other) > 60:
            return None
        span = self._counterpart(rng, asked, said, one, other)
        if span is None:
            return None
        (first, last), (begin, end) = span
        question = self._question(rng, ask_in, asked, one, first, last, 0.1)
        near = [pairs[n][read_in] for n in range(at - 6, at + 7) if 0 <= n < len(pairs) and n != at]
        rng.shuffle(near)
        gone = rng.random() < GONE
        answer = said[other.spans[begin][0] : other.spans[end - 1][1]]
        chosen = [n for n in near[: rng.randint(1, 4)] if answer not in n]
        if not gone:
            chosen.insert(rng.randint(0, len(chosen)), said)
        if not chosen:
            return None
        passage = (" " if read_in == "en" else "").join(chosen)
        if gone:
            return Example(question, "", passage, (), kind="across-gone")
        offset = passage.index(said)
        start, stop = int(other.spans[begin][0]) + offset, int(other.spans[end - 1][1]) + offset
        return Example(question, "", passage, ((start, stop),), kind="across")

    def _counterpart(
        self, rng, asked: str, said: str, one: Encoded, other: Encoded
    ) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Tokens of a sentence and those of its translation that mean the same.

        Nothing else in them means that.
        """
        model = self.words.model
        mine, weights = model.token_vectors(one.ids)
        theirs, others = model.token_vectors(other.ids)
        cosine = mine @ theirs.T
        there, here = cosine.argmax(1), cosine.argmax(0)
        fit = [
            at
            for at in range(len(one))
            if cosine[at, there[at]] > 0.55
            and here[there[at]] == at
            and weights[at] > 0.9
            and others[there[at]] > 0.8
        ]
        digits = [at for at in fit if asked[one.spans[at][0]].isdigit()]
        if not fit:
            return None
        at = rng.choice(digits if digits and rng.random() < 0.6 else fit)
        first, last = at, at + 1
        begin, end = int(there[at]), int(there[at]) + 1
        while (
            last < len(one)
            and end < len(other)
            and one.gaps[last] < COMMA
            and cosine[last, end] > 0.5
            and last - first < 4
        ):
            last, end = last + 1, end + 1
        return (first, last), (begin, end)


def _cuts_word(tokens: Encoded, first: int, last: int) -> bool:
    """Whether a run of tokens begins or ends within a Latin word."""
    latin = {SHAPES.index(name) for name in ("lower", "upper", "capitals", "digit")}
    begins = (
        first > 0
        and tokens.gaps[first] == 0
        and tokens.shapes[first] in latin
        and tokens.shapes[first - 1] in latin
    )
    ends = (
        last < len(tokens)
        and tokens.gaps[last] == 0
        and tokens.shapes[last] in latin
        and tokens.shapes[last - 1] in latin
    )
    return begins or ends
