"""The frames of composed examples: stories with marked answers and the questions about them.

They are written in ``frames/*.txt``, a block for each frame:

    == bridge / several          its name and family
    . bridge=named(bridges) long=unit(米,metres,300,4000)   values, drawn for each passage
    key bridge                   values that tell one story from another of the same frame
    vary long                    values that a question may get wrong
    z {bridge}[long:全长{long}]<，耗资[cost:{cost}]|>。      a story in Chinese; "e" in English
    tz {bridge}通车              a title; "te" in English
    ? long                       a question whose answer is what "long" marks,
    zq {bridge}有多长？ / …       in Chinese and ("eq") in English

``{value}`` is a value, ``{value~}`` the same written another way, ``[label:…]`` marks an answer,
``<a|b>`` is one of several wordings, ``{!label}`` says that the story leaves open what is labelled
so, `` // `` stands between sentences whose order does not matter. ``{@values:label}`` lists values
and marks each of them as "label" and each but the first drawn as "label-"; ``{*values:label}``
writes them run together. A question that starts with ``?*`` asks for every marked place, and ``#``
stands for 1, 2, 3 where the story has three of something. A question is unanswered by a story that
does not mark its label; "none" is never marked. A line that starts with two spaces continues the
one before.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from training.composed_words import FRAMES, Draw, Value

Nodes = tuple
ZH, EN = 0, 1
_TOKEN = re.compile(r"\{(!?[*@]?)([\w-]+)(?::([\w-]+))?(~?)\}|\[([\w#+-]+):|([\]<>|])")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to ask, and the values it names."""

    nodes: Nodes
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: the labels that answer it and its wordings in Chinese and in English."""

    labels: tuple[str, ...]
    several: bool
    wordings: tuple[list[Wording], list[Wording]] = field(default_factory=lambda: ([], []))


@dataclass(slots=True)
class Frame:
    """A kind of story with the questions about it."""

    name: str
    family: str
    values: list[tuple[str, str, tuple]] = field(default_factory=list)
    key: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    stories: tuple[list[list[Nodes]], list[list[Nodes]]] = field(default_factory=lambda: ([], []))
    titles: tuple[list[Nodes], list[Nodes]] = field(default_factory=lambda: ([], []))
    asks: list[Ask] = field(default_factory=list)

    def draw(self, draw: Draw) -> dict[str, Value]:
        """New values, no two of them the same."""
        drawn: dict[str, Value] = {}
        used: set[str] = set()
        for name, kind, args in self.values:
            drawn[name] = self._draw_one(draw, kind, args, used)
            if kind in ("listed", "runs"):
                drawn.update({f"{name}{i + 1}": value for i, value in enumerate(drawn[name])})
                used.update(part for value in drawn[name] for part in value[:2])
            else:
                used.update(drawn[name][:2])
        return drawn

    def redraw(self, draw: Draw, name: str, used: set[str]) -> Value:
        """Another value for one name."""
        kind, args = next((kind, args) for n, kind, args in self.values if n == name)
        return self._draw_one(draw, kind, args, used)

    @staticmethod
    def _draw_one(draw: Draw, kind: str, args: tuple, used: set[str]) -> Value:
        make = draw.kind(kind)
        for _ in range(20):
            value = make(*args)
            several = value if kind in ("listed", "runs") else (value,)
            if all(used.isdisjoint(one[:2]) for one in several):
                break
        return value


def parse(text: str) -> Nodes:
    """The template as nested parts: text, and tuples that start with their kind ("value", …)."""
    stack: list[tuple[str, str, list[list]]] = [("", "", [[]])]
    last = 0
    for found in _TOKEN.finditer(text):
        if found.start() > last:
            stack[-1][2][-1].append(text[last : found.start()])
        last = found.end()
        sign, name, label, other, mark, bracket = found.groups()
        here = stack[-1][2]
        if name and sign == "!":
            here[-1].append(("open", name))
        elif name and sign:
            here[-1].append(("names", name, label, sign == "*"))
        elif name:
            here[-1].append(("value", name, 2 if other else 0))
        elif mark:
            stack.append(("mark", mark, [[]]))
        elif bracket == "<":
            stack.append(("pick", "", [[]]))
        elif bracket == "|" and stack[-1][0] == "pick":
            here.append([])
        elif (bracket == "]") == (stack[-1][0] == "mark") and len(stack) > 1 and bracket != "|":
            kind, name, parts = stack.pop()
            inside = tuple(map(tuple, parts))
            stack[-1][2][-1].append((kind, inside) if kind == "pick" else (kind, name, inside[0]))
        else:
            raise ValueError(f"unbalanced {bracket} in {text}")
    if len(stack) > 1:
        raise ValueError(f"not closed in {text}")
    stack[0][2][0].append(text[last:])
    return tuple(stack[0][2][0])


class Written:
    """Text as it is written, with the places that are marked."""

    def __init__(
        self, rng: random.Random, values: dict[str, Value], language: int, known: str = ""
    ) -> None:
        self.rng, self.values, self.language = rng, values, language
        self.known = known  # what was named before, and is now called "the bridge"
        self.parts: list[str] = []
        self.length = 0
        self.marks: list[tuple[str, int, int]] = []
        self.open: set[str] = set()

    def add(self, text: str) -> None:
        """Appends plain text."""
        self.parts.append(text)
        self.length += len(text)

    def write(self, nodes: Nodes) -> Written:
        """Appends a template."""
        for node in nodes:
            if isinstance(node, str):
                self.add(node)
            elif node[0] == "value":
                value = self.values[node[1]]
                index = 2 if node[1] == self.known else node[2]
                other = value[index + self.language] if len(value) > 2 else value[self.language]
                text = self.rng.choice(other) if isinstance(other, tuple) else other
                if index == 2 and self.parts and self.parts[-1].lower().endswith("the "):
                    text = text.removeprefix("the ")
                self.add(text)
            elif node[0] == "pick":
                self.write(self.rng.choice(node[1]))
            elif node[0] == "mark":
                start = self.length
                self.write(node[2])
                self.marks += [(label, start, self.length) for label in node[1].split("+")]
            elif node[0] == "open":
                self.open.add(node[1])
            else:
                self._names(*node[1:])
        return self

    def _names(self, name: str, label: str, together: bool) -> None:
        """A list of names, each of them marked."""
        values = list(enumerate(self.values[name]))
        self.rng.shuffle(values) if not together else None
        if self.language == ZH:
            comma = self.rng.choice("、、、，" if len(values) > 2 else "、")
            final = self.rng.choice((comma, "和", "和", "与", "以及"))
        else:
            comma = ", "
            final = self.rng.choice((" and ", " and ", ", and " if len(values) > 2 else " and "))
        for place, (index, value) in enumerate(values):
            if place and not together:
                self.add(final if place == len(values) - 1 else comma)
            start = self.length
            self.add(value[self.language])
            self.marks.append((label, start, self.length))
            if index:
                self.marks.append((label + "-", start, self.length))

    def text(self) -> str:
        """All that was written; in English with "an" before vowels and capitals."""
        text = "".join(self.parts).rstrip()
        if self.language == EN:
            places = [found.end() for found in _ARTICLE.finditer(text)]
            for place in reversed(places):
                text = text[:place] + "n" + text[place:]
                self.marks = [
                    (label, start + (start >= place), end + (end > place))
                    for label, start, end in self.marks
                ]
            text = _SENTENCE.sub(lambda found: found[1] + found[2].upper(), text)
            text = _INSIDE.sub(lambda found: found[1] + found[2].lower(), text)
        return text


_ARTICLE = re.compile(r"\b[Aa](?= (?:[aeioAEIO](?!ne\b)|8\b|8\d\b|11\b|18\b))")
# A small word that is no longer the first of its sentence.
_INSIDE = re.compile(
    r"^((?:According to|As) the [\w' ]+?, |We hear that )"
    r"(The|An?|At|In|On|By|No|Not|Nobody|With|From|Work|Because|It|Every|There|After|To)\b"
)
_SENTENCE = re.compile(r"(^“?|[.?!]”? “?|\n|: “)([a-z])")
_DRAWN = re.compile(r"(\w+)=(\w+)(?:\(([^)]*)\))?")


def _names(nodes: Nodes) -> set[str]:
    """The values that a template surely names."""
    return {node[1] for node in nodes if isinstance(node, tuple) and node[0] == "value"}


def _asks(label: str, zh: str, en: str) -> list[Ask]:
    """The questions of one block; those with "#" in three copies."""
    several = label.startswith("*")
    asks = []
    for number in "123" if "#" in label + zh + en else " ":
        ask = Ask(tuple(label.lstrip("* ").replace("#", number).split("+")), several)
        for language, lines in ((ZH, zh), (EN, en)):
            for line in filter(None, lines.replace("#", number).split(" / ")):
                nodes = parse(line.strip())
                ask.wordings[language].append(Wording(nodes, frozenset(_names(nodes))))
        asks.append(ask)
    return asks


def read(file: Path) -> list[Frame]:
    """The frames of one file."""
    frames: list[Frame] = []
    lines = []
    for line in file.read_text("utf8").splitlines():
        if line.startswith("  ") and lines:
            chinese = lines[-1][:2] == "z " and not line.strip().startswith("//")
            lines[-1] += ("" if chinese else " ") + line.strip()
        elif line.strip() and not line.startswith("#"):
            lines.append(line.strip())
    asked = ["", "", ""]
    for line in [*lines, "== "]:
        word, _, rest = line.partition(" ")
        if word in ("==", "?", "?*") and asked[0]:
            frames[-1].asks += _asks(*asked)
            asked = ["", "", ""]
        if word == "==" and rest:
            name, _, family = rest.partition(" / ")
            frames.append(Frame(name.strip(), family.strip()))
        elif word == ".":
            for name, kind, args in _DRAWN.findall(rest):
                parts = filter(None, args.split(","))
                numbers = tuple(int(part) if part.isdigit() else part for part in parts)
                frames[-1].values.append((name, kind, numbers))
        elif word in ("key", "vary"):
            setattr(frames[-1], word, tuple(rest.split()))
        elif word in ("z", "e"):
            frames[-1].stories[word == "e"].append([parse(part) for part in rest.split(" // ")])
        elif word in ("tz", "te"):
            frames[-1].titles[word == "te"].append(parse(rest))
        elif word in ("?", "?*"):
            asked = [word[1:] + rest, "", ""]
        elif word in ("zq", "eq"):
            place = 1 + (word == "eq")
            asked[place] += (" / " if asked[place] else "") + rest
        elif word != "==":
            raise ValueError(f"{file.name}: not understood: {line}")
    return frames


def all_frames() -> list[Frame]:
    """The frames of every file but the word lists."""
    files = sorted(file for file in FRAMES.glob("*.txt") if file.stem != "words")
    return [frame for file in files for frame in read(file)]
