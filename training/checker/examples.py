"""Sentences with evidence that says them or not, made from the training data alone."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from rag.embed.static import StaticModel
from rag.question.script import has_chinese
from rag.writing.aligned import Aligned, _touched, align
from rag.writing.facts import EvidenceFacts
from rag.writing.network import attended
from rag.writing.opposites import poles
from training.checker.alter import Alter, Pools
from training.data import rows
from training.reader.words import Words

_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?[”」』）)]*")
_SENTENCE_EN = re.compile(r"[^\n]+?(?:[.!?][\"”’)]*(?=\s+[A-Z\"“])|\n|$)")
_CLAUSE = re.compile(r"[^，；;]+[，；;]?")
_FURNITURE = re.compile(
    r"广告声明|责任编辑|原标题|本报记者|（完）|来源[:：]|编辑[:：]|^\W*[（(]?记者"
)
_SAID_ZH = (
    "据报道，",
    "报道称，",
    "文章提到，",
    "据介绍，",
    "据了解，",
    "资料显示，",
    "根据报道，",
    "报道指出，",
)
_SAID_EN = (
    "According to the report, ",
    "The article says ",
    "It was reported that ",
    "The report says that ",
)
DOCS = 12_000  # articles without a title that are read
_TENTHS = dict(zip("123456789", "一二三四五六七八九", strict=True))
_EMPTY = re.compile(r"近日|日前|目前|已经|进行|进一步|正式|的(?=[\u4e00-\u9fff])")
SYNONYM = 0.68  # cosine from which a word may stand for another


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A sentence beside its evidence.

    Attributes:
        aligned: as the network reads it.
        false: whether the evidence does not say it.
        wrong: float32 (n,), of each token 1 where it is false, 0 where not, -1 where that is not
            known.
        kind: how it was made.
        heard, denied: what its tokens attend to, see :func:`rag.writing.network.attended`.
    """

    aligned: Aligned
    false: bool
    wrong: np.ndarray
    kind: str
    heard: np.ndarray
    denied: np.ndarray


@dataclass(frozen=True, slots=True)
class Made:
    """A sentence, its evidence, what is false in it; ``spans`` is None where that is not known."""

    sentence: str
    evidence: tuple[str, ...]
    false: bool
    spans: tuple[tuple[int, int], ...] | None
    kind: str


def example(model: StaticModel, made: Made) -> Example | None:
    """A made sentence as the network reads it."""
    facts = EvidenceFacts(made.evidence).facts(made.sentence)
    aligned = align(model, made.sentence, made.evidence, facts)
    if aligned is None:
        return None
    wrong = np.full(len(aligned.tokens), 0.0 if made.spans is not None else -1.0, np.float32)
    for start, end in made.spans or ():
        wrong[_touched(aligned.tokens.spans, start, end)] = 1
    _, heard, denied = attended(model, aligned)
    return Example(aligned, made.false, wrong, made.kind, heard.astype(np.float16), denied)


def sentences(text: str) -> list[str]:
    """The sentences of an article that may be said."""
    pattern = _SENTENCE if has_chinese(text[:200]) else _SENTENCE_EN
    return [one for m in pattern.finditer(text) if (one := m[0].strip())]


def _sayable(one: str) -> bool:
    return (
        12 <= len(one) <= 140 if has_chinese(one) else 40 <= len(one) <= 300
    ) and not _FURNITURE.search(one)


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"\W+", "", text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


class Maker:
    """Makes sentences, true and false, from news and sentence pairs.

    Args:
        model: the embedded model.
        data: folder that has ``train/``.
        part: which of ``parts`` equal parts of the data.
    """

    def __init__(self, model: StaticModel, data: Path, part: int = 0, parts: int = 1):
        self.model, self.words = model, Words(model, 16_000)
        self.news = [
            (r["title"], r["text"])
            for n, r in enumerate(rows(data, "titled_news"))
            if n % parts == part and len(r["text"]) > 80
        ]
        self.docs = [
            r["text"]
            for n, r in enumerate(islice(rows(data, "news_docs"), DOCS))
            if n % parts == part
        ]
        pairs = [r for r in rows(data, "parallel") if _good_pair(r)]
        news = [
            r
            for r in pairs
            if r["src"] in ("alma-zhen", "china-dashboard-headlines", "tico19", "prc-laws")
        ]
        chosen = [*news, *news, *(r for n, r in enumerate(pairs) if n % 8 == 0)]
        self.pairs = [(r["zh"], r["en"]) for n, r in enumerate(chosen) if n % parts == part]
        self.same = [pair for n, pair in enumerate(_same_language(pairs)) if n % parts == part]
        self.alter = Alter(
            self.words,
            Pools([text for _, text in self.news[::8]] + [en for _, en in self.pairs[:8000]]),
        )
        self._synonyms: dict[int, list[int]] = {}

    def stream(self, rng: random.Random) -> Iterator[Made]:
        """Sentences without end."""
        while True:
            kind = rng.random()
            if kind < 0.30:
                yield from self.of_news(rng)
            elif kind < 0.45:
                yield from self.of_docs(rng)
            elif kind < 0.85:
                yield from self.of_pair(rng)
            else:
                yield from self.of_same(rng)

    def of_news(self, rng: random.Random) -> Iterator[Made]:
        """From an article with a title: the title, which its text says in other words."""
        title, text = rng.choice(self.news)
        title = re.sub(
            r"^【[^】]*】|^[（(][^)）]*[)）]|^\[[^\]]*\]|快讯：|组图：|视频：", "", title
        ).strip()
        yield from self.of_article(rng, text, title)

    def of_docs(self, rng: random.Random) -> Iterator[Made]:
        """From an article without a title."""
        yield from self.of_article(rng, rng.choice(self.docs), "")

    def of_article(self, rng: random.Random, text: str, title: str) -> Iterator[Made]:
        parts = [one for one in sentences(text[:2400]) if len(one) > 5]
        parts = [one for one in parts if one[:12] != title[:12] or not title]
        if len(parts) < 4:
            return
        first = rng.randint(0, max(0, len(parts) - 12)) if not title else 0
        parts = parts[first : first + rng.randint(4, 16)]
        held = sorted(rng.sample(range(1, len(parts)), min(2, len(parts) - 2)))
        if rng.random() < 0.5:  # what comes after the evidence
            held = [len(parts) - 2, len(parts) - 1]
        left = [one for n, one in enumerate(parts) if n not in held]
        evidence = ("".join(left),) if has_chinese(text[:200]) else (" ".join(left),)
        if rng.random() < 0.25:
            evidence = tuple(left[:5])
            left = left[:5]
        whole = "".join(evidence)
        known = _pairs(whole)
        out = [
            parts[n]
            for n in held
            if _sayable(parts[n]) and len(_pairs(parts[n]) - known) > 0.35 * len(_pairs(parts[n]))
        ]
        for one in out:
            yield Made(
                self.reworded(rng, one) if rng.random() < 0.3 else one,
                evidence,
                True,
                None,
                "held",
            )
            if rng.random() < 0.15:
                yield Made(self.words.abroad(rng, one)[:-1], evidence, True, None, "held abroad")
        inside = [one for one in left if _sayable(one)]
        if title and 8 <= len(title) <= 120:
            yield from self.both(rng, title, evidence, "title", 1.0 if has_chinese(title) else 0.5)
        if not inside:
            return
        one = rng.choice(inside)
        said = self.reworded(rng, one)
        yield from self.both(rng, said, evidence, "sentence", 0.5)
        few = self._few(rng, left, one)
        for _ in range(2):
            yield from self.both(rng, self.reworded(rng, one), few, "few", 1.0)
        if out and rng.random() < 0.5:
            yield Made(self.reworded(rng, rng.choice(out)), few, True, None, "few held")
        if rng.random() < 0.35:
            yield from self.both(
                rng, self.words.abroad(rng, rng.choice(inside))[:-1], evidence, "abroad", 0.4
            )
        if out and rng.random() < 0.5:
            yield self.mixed(rng, rng.choice(inside), rng.choice(out), evidence)

    @staticmethod
    def _few(rng: random.Random, left: list[str], one: str) -> tuple[str, ...]:
        """One to four sentences, ``one`` among them."""
        at = left.index(one)
        first = max(0, at - rng.randint(0, 2))
        some = left[first : max(at + 1, first + rng.randint(1, 4))]
        return tuple(some) if rng.random() < 0.5 else ("".join(some),)

    def both(
        self, rng: random.Random, said: str, evidence: tuple[str, ...], kind: str, altered: float
    ) -> Iterator[Made]:
        """A true sentence, and with a chance of ``altered`` one made false."""
        yield Made(said, evidence, False, (), kind)
        if rng.random() < altered and (made := self.alter(rng, said, "".join(evidence))):
            way, (text, spans) = made
            yield Made(text, evidence, True, tuple(spans), f"{kind} {way}")

    def reworded(self, rng: random.Random, text: str) -> str:
        """A sentence in part, with words for others that mean the same, or said to be said."""
        chinese = has_chinese(text)
        clauses = [m[0] for m in _CLAUSE.finditer(text)] if chinese else [text]
        if len(clauses) > 1 and rng.random() < 0.5:
            first = rng.randrange(len(clauses))
            some = "".join(clauses[first : first + rng.randint(1, 3)])
            text = some if len(some) >= 10 else text
        elif len(clauses) == 2 and rng.random() < 0.3:
            text = f"{clauses[1].rstrip('。，；')}，{clauses[0].rstrip('。，；')}。"
        if chinese and rng.random() < 0.4:
            text = self._rewritten(rng, text)
        if rng.random() < 0.7:
            text = self._exchanged(rng, text, rng.choice((0.1, 0.2, 0.4)))
        if rng.random() < 0.12:
            text = rng.choice(_SAID_ZH if chinese else _SAID_EN) + text
        return text.strip("，；; ")

    @staticmethod
    def _rewritten(rng: random.Random, text: str) -> str:
        """The same figures in other words, and without words that say nothing."""
        text = re.sub(r"(?<![\d.])([1-9])0[%％]", lambda m: f"{_TENTHS[m[1]]}成", text)
        text = re.sub(r"(?<![\d.月年])([2-9])(?=[个家名人所条座次])", lambda m: _TENTHS[m[1]], text)
        return _EMPTY.sub(lambda m: "" if rng.random() < 0.6 else m[0], text)

    def _exchanged(self, rng: random.Random, text: str, share: float) -> str:
        """With about that share of the words that say something exchanged."""
        ((ids, spans),) = self.model.located([text])
        poles_of = {(one.pair, one.side) for one in poles(text)}
        at = [n for n in range(len(ids)) if self.words.weights[ids[n]] > 0.5]
        for n in sorted(rng.sample(at, min(len(at), max(1, int(share * len(at))))), reverse=True):
            start, end = spans[n]
            others = self._alike(int(ids[n]))
            if not others or any(c.isdigit() for c in text[start:end]):
                continue
            made = text[:start] + self.words.pieces[rng.choice(others)] + text[end:]
            if {(one.pair, one.side) for one in poles(made)} <= poles_of:
                text = made
        return text

    def _alike(self, token: int) -> list[int]:
        if token not in self._synonyms:
            side = self.words.sides["en" if self.words.latin[token] else "zh"]
            near = self.model.between(np.array([token]), side)[0]
            top = np.argsort(-near)[:6]
            self._synonyms[token] = [int(side[n]) for n in top if SYNONYM <= near[n] < 0.999]
        return self._synonyms[token]

    def mixed(self, rng: random.Random, true: str, novel: str, evidence: tuple[str, ...]) -> Made:
        """Half of it is what the evidence says, half what it does not."""
        if not has_chinese(true):
            said = true.rstrip(". ") + ", and " + novel[:1].lower() + novel[1:]
            return Made(said, evidence, True, ((len(true), len(said)),), "mixed")
        head = rng.choice([m[0] for m in _CLAUSE.finditer(true)]).rstrip("。，；")
        tails = [m[0].rstrip("。，；") for m in _CLAUSE.finditer(novel)]
        tail = rng.choice(tails)
        first, second = (head, tail) if rng.random() < 0.7 else (tail, head)
        said = f"{first}，{second}。"
        return Made(said, evidence, True, None, "mixed")

    def of_pair(self, rng: random.Random) -> Iterator[Made]:
        """From a sentence and its translation: one is the evidence of the other."""
        at = rng.randrange(len(self.pairs))
        pair = self.pairs[at]
        side = rng.random() < 0.6  # more English about Chinese
        said, known = (pair[1], pair[0]) if side else pair
        others = [
            self.pairs[(at + shift) % len(self.pairs)]
            for shift in rng.sample(range(-9, 10), rng.randint(0, 3))
            if shift
        ]
        beside = [one[0] if side else one[1] for one in others]
        evidence = [known, *beside]
        rng.shuffle(evidence)
        evidence = (
            tuple(evidence)
            if rng.random() < 0.6
            else ("".join(evidence) if side else " ".join(evidence),)
        )
        yield from self.both(rng, said, evidence, "pair", 0.75)
        if beside and rng.random() < 0.4:
            yield Made(said, tuple(beside), True, None, "other pair")
        if others and rng.random() < 0.15:
            other = others[0][1] if side else others[0][0]
            text = (
                f"{said.rstrip('.')}, and {other[:1].lower()}{other[1:]}"
                if side
                else f"{said.rstrip('。')}，{other}"
            )
            yield Made(text, (known,), True, ((len(said), len(text)),), "mixed pair")

    def of_same(self, rng: random.Random) -> Iterator[Made]:
        """From two sentences of one language that say the same."""
        a, b = rng.choice(self.same)
        if rng.random() < 0.5:
            a, b = b, a
        beside = [rng.choice(self.same)[0] for _ in range(rng.randint(0, 2))]
        beside = [one for one in beside if has_chinese(one) == has_chinese(a)]
        yield from self.both(rng, a, (b, *beside), "same", 0.8)


def _good_pair(row: dict) -> bool:
    zh, en = row["zh"], row["en"]
    return (
        12 <= len(zh) <= 160
        and 40 <= len(en) <= 480
        and row["src"] != "python-docs"
        and 1.6 < len(en) / len(zh) < 5.5
    )


def _same_language(pairs: list[dict]) -> list[tuple[str, str]]:
    """Sentences of one language that have one translation between them."""
    by_en: dict[str, str] = {}
    by_zh: dict[str, str] = {}
    out = []
    for row in pairs:
        for key, value, seen in ((row["en"], row["zh"], by_en), (row["zh"], row["en"], by_zh)):
            key = re.sub(r"\W+", " ", key.lower()).strip()
            if key in seen:
                out.append((seen[key], value))
            seen.setdefault(key, value)
    return out
