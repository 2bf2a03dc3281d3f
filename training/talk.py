"""Makes the weights that tell talk and questions about the corpus from questions:
``rag/question/data/message.safetensors``.

    python -m training.talk --data DATA

``talk.tsv`` has a message a line: what it is ("-" for a question to the articles), a tab, the
message. Each is also read with slips of the keys, with politeness around it, and two at once; a
question behind a greeting stays one. ``corpus.tsv`` has questions about the corpus and such as come
near to them, with {x}, {y} for a subject and {t} for a time. In both, (a|b) is one of several
spellings. Real questions, titles and dictionary words of ``DATA/train`` are questions, too. Takes a
minute on one core.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from rag.embed.static import load_static
from rag.question import message
from rag.question.corpus_asked import TIME
from rag.question.script import has_chinese
from rag.question.types import TALK
from training.composed import composed
from training.data import place_names, rows

HERE = Path(__file__).parent
NUMBERS = {"-": 0, **{kind: at for at, kind in enumerate(message.KINDS)}}
# Set of DATA/train, field, and of which rows: benchmarks/talk.py measures on the first ones.
REAL = (
    ("qa", "question", slice(1_000, 5_000)),
    ("qa_en", "question", slice(0, 4_000)),
    ("unanswered", "question", slice(1_000, 5_000)),
    ("unanswered", "question", slice(6_000, 11_000)),
    ("titled_news", "title", slice(0, 24_000, 12)),
    ("titled_news", "text", slice(6, 24_000, 40)),
    ("dictionary", "zh", slice(7, None, 20)),
)
LEAD = (
    ("请", "请问", "麻烦", "那", "嗯", "那个，", "引据，"),
    ("please ", "hey, ", "so ", "um ", "well ", "hey yinju ", "can you "),
)
TAIL = (
    ("吧", "呢", "啊", "好吗", "可以吗", "，谢谢", "！", "一下"),
    (" please", " thanks", "!!", " now", " pls", " then", " ok?"),
)
LEANING = ("{}呢", "那{}呢？", "{}的呢？"), ("and {}?", "what about {}?", "and in {}?")
ASKING = (
    (
        "请问{}",
        "你知道{}吗？",
        "我想知道{}",
        "能告诉我{}吗",
        "你能介绍一下{}吗？",
        "谁能解释一下{}",
    ),
    (
        "do you know {}",
        "can you tell me {}",
        "please tell me {}",
        "I'd like to know {}",
        "tell me about {}",
        "what do you know about {}",
    ),
)
TIMES = (
    "{}",
    "{}?",
    "{}？",
    "{}年",
    "{}年呢？",
    "and in {}?",
    "in {}?",
    "{}人？",
    "{} people?",
    "{}号呢",
)
JOINED = ("，", "。", " "), (", ", ". ", " ")
SPARED, STEPS, PAIRS = 3e-6, 80, 1_500  # ridge, iterations, and how many messages are made of two
SPELT, FILLED = (
    12,
    8,
)  # spellings of a line with alternatives, and of each questions about the corpus
TEST = "../benchmarks/talk.tsv"  # no message of it is an example
_CHOICE = re.compile(r"\(([^()]*)\)(\?)?")
_GAP = re.compile(r"\{[xyt]\}")

Example = tuple[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--out", type=Path, default=Path(message.__file__).with_name("data") / "message.safetensors"
    )
    given = parser.parse_args()
    chance = random.Random(0)
    written, patterns = _lines("talk.tsv"), _lines("corpus.tsv")
    tested = {message.reduced(text) for _, text in _lines(TEST)}
    written = [(kind, one) for kind, text in written for one in spelt(text, chance)]
    written = [
        (kind, text) for kind, text in dict.fromkeys(written) if message.reduced(text) not in tested
    ]
    known = {text for kind, text in written if kind != "-"}
    real = [text for text in _real(given.data) if text not in known]
    places = sorted(place_names(given.data))
    examples = [*varied(written, real, places, chance), *(("-", text) for text in real)]
    subjects = _subjects(given.data, places)
    patterns = [(kind, one) for kind, text in patterns for one in spelt(text, chance)]
    examples += [
        (kind, filled(text, subjects, chance)) for kind, text in patterns for _ in range(FILLED)
    ]
    weights = fitted(examples)
    from safetensors.numpy import save

    given.out.write_bytes(save({"weights": weights.astype(np.float16), "asking": asking(patterns)}))


def _lines(name: str) -> list[Example]:
    return [tuple(line.split("\t")) for line in (HERE / name).read_text("utf8").splitlines()]


def _subjects(data: Path, places: Sequence[str]) -> tuple[list[str], list[str]]:
    """Things that articles may be about, in Chinese and English."""
    entries = [
        row for row in islice(rows(data, "dictionary"), 3, None, 40) if 2 <= len(row["zh"]) <= 6
    ]
    english = [gloss.split(" (")[0] for row in entries for gloss in row["en"][:1]]
    return [*places[::4], *(row["zh"] for row in entries)], [
        one for one in english if len(one) < 30 and not one.startswith("to ")
    ]


def spelt(line: str, chance: random.Random) -> list[str]:
    """A line with one of each (a|b|c) chosen, several times; itself where it has none."""
    one = lambda found: chance.choice([*found[1].split("|"), *[""] * bool(found[2])])
    return list(dict.fromkeys(_CHOICE.sub(one, line) for _ in range(SPELT)))


def filled(pattern: str, subjects: tuple[list[str], list[str]], chance: random.Random) -> str:
    """A pattern with things and a time put in."""
    english = not has_chinese(pattern)
    return _GAP.sub(
        lambda gap: TIME if gap[0] == "{t}" else chance.choice(subjects[english]), pattern
    )


def asking(patterns: Sequence[Example]) -> np.ndarray:
    """The tokens of the patterns, int64 (n,)."""
    parts = [part for kind, text in patterns if kind != "-" for part in _GAP.split(text)]
    model = load_static()
    found = np.unique(model.encode_ids(parts)[0]).astype(np.int64)
    pieces = [model.piece(token) for token in found.tolist()]
    return found[[not one.isascii() for one in pieces]]  # no endings of words


def _real(data: Path) -> Iterator[str]:
    for name, field, which in REAL:
        yield from (
            row[field][:200]
            for row in islice(rows(data, name), which.start, which.stop, which.step or 1)
        )


def varied(
    written: list[Example], real: list[str], places: list[str], chance: random.Random
) -> Iterator[Example]:
    """The examples, each also in two other wordings, and such as are put together of two."""
    said = [one for one in written if one[0] != "-"]
    for kind, text in written:
        yield from ((kind, text), (kind, _slip(text, chance)), (kind, _polite(text, chance)))
    for one, other in (chance.sample(said, 2) for _ in range(PAIRS)):
        if (english := not has_chinese(one[1])) == (not has_chinese(other[1])):
            yield (
                min(one[0], other[0], key=TALK.index),
                chance.choice(JOINED[english]).join((one[1], other[1])),
            )
    openings = [
        text
        for kind, text in said
        if kind in ("hello", "thanks", "ok", "praise", "complaint", "stop")
    ]
    by_script = (
        [text for text in openings if has_chinese(text)],
        [text for text in openings if not has_chinese(text)],
    )
    for text in (*chance.sample(real, 2_500), *(text for kind, text in written if kind == "-")):
        english = not has_chinese(text)
        yield "-", f"{chance.choice(by_script[english])}{chance.choice(JOINED[english])}{text}"
    for text in chance.sample(real, 3_000):
        yield "-", chance.choice(ASKING[not has_chinese(text)]).format(text.rstrip("？?"))
    for one in islice(composed(chance), 4_000):  # "which provinces ...", of any story
        yield "-", one.question
    for number in (*range(1980, 2040), *chance.sample(range(10_000), 240)):
        yield "-", chance.choice(TIMES).format(number)
    long = [text for text in real if len(text) > 80]
    for text in (*chance.sample(real, 3_000), *chance.choices(long, k=5_000)):  # what is pasted
        begin = chance.randrange(max(1, len(text) - 4))
        yield "-", text[begin : begin + chance.randint(4, 30)]
    for place in chance.sample(places, 1_000):
        yield "-", place
        yield "-", chance.choice(LEANING[0]).format(place)
    words = [
        word for text in real if not has_chinese(text) for word in text.split() if len(word) > 4
    ]
    for word in chance.sample(words, 1_000):
        yield "-", word
        yield "-", chance.choice(LEANING[1]).format(word)


def _slip(text: str, chance: random.Random) -> str:
    """A text with a letter left out, or two exchanged."""
    at = chance.randrange(len(text))
    between = text[at : at + 2][::-1] if chance.random() < 0.5 else text[at + 1 : at + 2]
    return f"{text[:at]}{between}{text[at + 2 :]}" if len(text) > 4 else text


def _polite(text: str, chance: random.Random) -> str:
    english = not has_chinese(text)
    return (
        chance.choice(LEAD[english]) + text
        if chance.random() < 0.5
        else text + chance.choice(TAIL[english])
    )


def fitted(examples: list[Example]) -> np.ndarray:
    """The weights, float32 (BUCKETS + d + 1, kinds), of the least cross entropy, by L-BFGS."""
    from scipy.optimize import minimize
    from scipy.sparse import csr_array

    said = [message.reduced(text) for _, text in examples]
    found = [message.runs(one) for one in said]
    ends = np.cumsum([0, *map(len, found)])
    values = np.concatenate(
        [np.full(len(one), message.weight(len(one)), np.float32) for one in found]
    )
    sparse = csr_array((values, np.concatenate(found), ends), shape=(len(said), message.BUCKETS))
    turned, dense = sparse.T.tocsr(), message.dense(said, load_static())
    wanted = np.eye(len(message.KINDS), dtype=np.float32)[[NUMBERS[kind] for kind, _ in examples]]
    shape = message.BUCKETS + dense.shape[1], len(message.KINDS)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape).astype(np.float32)
        scores = sparse @ weights[: message.BUCKETS] + dense @ weights[message.BUCKETS :]
        scores -= scores.max(1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        off = (np.exp(logs) - wanted) / len(said)
        steep = np.vstack([turned @ off, dense.T @ off]).ravel() + SPARED * flat
        return float(-(wanted * logs).sum() / len(said) + SPARED * (flat @ flat) / 2), steep

    return minimize(
        loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    ).x.reshape(shape)


if __name__ == "__main__":
    main()
