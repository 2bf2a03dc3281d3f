"""Composes examples without end from frames and word lists of our own.

A passage is a story of one frame, often beside other stories of the same or of another frame, and
sentences that tell nothing of what is asked. Several questions are asked about each passage; those
that it leaves open are near misses: a figure it does not give, another number, office or name.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from training.composed_frames import EN, ZH, Ask, Frame, Wording, Written, all_frames, read
from training.composed_words import FRAMES, Draw, Places, Value
from training.examples import Example

UNANSWERED = 0.36
CROSS = 0.4
# About how many frames of each family are drawn from: those of small families are told more often.
SHARES = {
    "lists": 32,
    "compared": 20,
    "parties": 16,
    "held": 32,
    "denied": 24,
    "accidents": 12,
    "unsaid": 12,
}
SHARE = 8
# Words before a story, with the name of a town.
LEADS = (
    ("据《{}日报》报道，", "《{}晚报》消息：", "据{}电台消息，", "据悉，", "记者获悉，"),
    ("According to the {} Daily, ", "As the {} Evening News reports, ", "We hear that "),
)
# What else a passage tells: stories of the same frame (True) or of any.
OTHERS = (
    *((), (), (True,), (True,), (False,), (True, False), (True, True)),
    *((), (True,), (False,), (True, False, False)),
)
__all__ = ["Places", "composed"]

# A story: its frame and values, the labels that it marks and those that it leaves open.
_Told = tuple[Frame, dict[str, Value], set[str], set[str]]


class _Passage:
    """A passage while it is composed: its title, stories and sentences."""

    def __init__(self, rng: random.Random, language: int) -> None:
        self.rng, self.language = rng, language
        self.title = ""
        self.told: list[_Told] = []
        self.used: set[int] = set()
        self.sentences: list[tuple[str, list[tuple[str, int, int]]]] = []

    def tell(
        self,
        frame: Frame,
        values: dict[str, Value],
        *,
        first: bool,
        known: str = "",
        lead: str = "",
    ) -> None:
        """Adds a story, before or after what is there, with words that lead up to it."""
        rng = self.rng
        unused = [s for s in frame.stories[self.language] if id(s) not in self.used]
        story = rng.choice(unused or frame.stories[self.language])
        self.used.add(id(story))
        parts = list(story)
        if len(parts) > 1:
            rng.shuffle(parts)
        labels: set[str] = set()
        unclear: set[str] = set()
        written = []
        for part in parts:
            out = Written(rng, values, self.language, known)
            out.add(lead)
            out.write(part)
            lead = ""
            number = len(self.told)
            if text := out.text():
                written.append((text, [(f"{number}.{m[0]}", *m[1:]) for m in out.marks]))
            labels.update(mark[0] for mark in out.marks)
            unclear |= out.open
        self.sentences = written + self.sentences if first else self.sentences + written
        self.told.append((frame, values, labels, unclear))

    def join(self) -> tuple[str, dict[str, list[tuple[int, int]]]]:
        """The text, and the places of each label."""
        space = " " if self.language == EN else ""
        text, places = "", {}
        for sentence, marks in self.sentences:
            if text:
                broken = self.rng.random() < 0.08 and not text.endswith(("电", "）"))
                text += "\n\n" if broken else space
            for label, start, end in marks:
                places.setdefault(label, []).append((start + len(text), end + len(text)))
            text += sentence
        return text, places


def _worded(rng: random.Random, wording: Wording, values: dict[str, Value], language: int) -> str:
    """The question, now and then without its mark or capital, or politely."""
    text = Written(rng, values, language).write(wording.nodes).text()
    share = rng.random()
    if language == EN:
        text = text[0].upper() + text[1:]
        if share < 0.08:
            text = text.rstrip("?")
        elif share < 0.12:
            text = text[0].lower() + text[1:].rstrip("?")
    elif share < 0.1:
        text = text.rstrip("？")
    elif share < 0.13:
        text = "请问" + text
    return text


def _wording(rng: random.Random, ask: Ask, language: int, needed: set[str]) -> Wording | None:
    """A way to ask in the language that names one of the needed values, if any are needed."""
    fitting = [w for w in ask.wordings[language] if not needed or not needed.isdisjoint(w.names)]
    return rng.choice(fitting) if fitting else None


def _all_values(passage: _Passage) -> set[str]:
    """Every value of every story of the passage, in both languages."""
    told = (value for _, values, _, _ in passage.told for value in values.values())
    return {part for value in told for part in value[:2] if isinstance(part, str)}


def _compose(
    rng: random.Random, draw: Draw, frames: tuple[list[Frame], list[Frame]], asides: Frame
) -> _Passage:
    """One passage: a story or two, and asides."""
    language = rng.choice((ZH, EN))
    passage = _Passage(rng, language)
    frame = rng.choice(frames[language])
    values = frame.draw(draw)
    passage.title = _title(rng, frame, values, language) if rng.random() < 0.5 else ""
    town = draw.town()[language]
    lead = rng.choice(LEADS[language]).format(town) if rng.random() < 0.15 else ""
    name = values[frame.key[0]]
    called = len(name) > 2 and name[language] in passage.title and rng.random() < 0.4
    known = frame.key[0] if called else ""
    passage.tell(frame, values, first=False, known=known, lead=lead)
    for same in () if called else rng.choice(OTHERS):
        other = frame if same else rng.choice(frames[language])
        values, seen = other.draw(draw), _all_values(passage)
        if all(seen.isdisjoint(values[name][:2]) for name in other.key):
            passage.tell(other, values, first=rng.random() < 0.5)
    length = sum(len(text) for text, _ in passage.sentences)
    room = length < (110 if language == ZH else 300)
    number = rng.choice((1, 2, 2, 3) if room else (0, 0, 0, 1))
    for [aside] in rng.sample(asides.stories[language], number):
        text = Written(rng, asides.draw(draw), language).write(aside)
        at = 0 if text.parts[-1].endswith("电") else rng.choice((0, len(passage.sentences)))
        passage.sentences.insert(at, (text.text(), []))
    return passage


def _title(rng: random.Random, frame: Frame, values: dict[str, Value], language: int) -> str:
    """A title of the frame."""
    if not frame.titles[language]:
        return ""
    text = Written(rng, values, language).write(rng.choice(frame.titles[language])).text()
    return text[0].upper() + text[1:]


def _questions(rng: random.Random, draw: Draw, passage: _Passage) -> Iterator[Example]:
    """Questions about a passage."""
    text, places = passage.join()
    alone = len(passage.told) == 1
    seen = _all_values(passage)
    asked: set[str] = set()
    for _ in range(rng.choice((4, 5, 6, 7))):
        number = rng.randrange(len(passage.told))
        frame, values, labels, unclear = passage.told[number]
        language = passage.language if rng.random() > CROSS else 1 - passage.language
        asks = [a for a in frame.asks if unclear.isdisjoint(a.labels)]
        key = set() if alone else set(frame.key)
        spans: tuple[tuple[int, int], ...] = ()
        if rng.random() < UNANSWERED:
            missing = [a for a in asks if labels.isdisjoint(a.labels)]
            if missing and rng.random() < 0.5:
                ask = rng.choice(missing)
                wording = _wording(rng, ask, language, key)
            else:
                ask = rng.choice(asks)
                wording = _wording(rng, ask, language, {*frame.vary, *frame.key})
                if wording:
                    named = [name for name in (*frame.vary, *frame.key) if name in wording.names]
                    changed = rng.choice(named)
                    value = frame.redraw(draw, changed, seen)
                    wording = wording if seen.isdisjoint(value[:2]) else None
                    values = {**values, changed: value}
        else:
            present = [a for a in asks if not labels.isdisjoint(a.labels)]
            if not present:
                continue
            ask = rng.choice(present)
            wording = _wording(rng, ask, language, key)
            found = [span for label in ask.labels for span in places.get(f"{number}.{label}", ())]
            spans = tuple(sorted(set(found)))
        if wording is None:
            continue
        question = _worded(rng, wording, values, language)
        if question not in asked:
            asked.add(question)
            yield Example(question, passage.title, text, spans, ask.several, "composed")


def composed(rng: random.Random, places: Places | None = None) -> Iterator[Example]:
    """Examples without end; the same for the same random numbers and places.

    Args:
        rng: where all choices come from.
        places: names of places, ``Places.load(folder)`` for all of a gazetteer; by default a few.
    """
    draw = Draw(rng, places or Places.small())
    frames = all_frames()
    general = read(FRAMES / "asides" / "asides.txt")[0]
    sizes = Counter(frame.family for frame in frames)
    times = {name: max(1, round(SHARES.get(name, SHARE) / size)) for name, size in sizes.items()}
    often = [frame for frame in frames for _ in range(times[frame.family])]
    told = tuple([f for f in often if f.stories[language]] for language in (ZH, EN))
    while True:
        passage = _compose(rng, draw, told, general)
        yield from _questions(rng, draw, passage)
