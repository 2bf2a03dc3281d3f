"""Makes the weights that tell talk and questions about the corpus from questions:
``rag/question/data/message.safetensors``.

    python -m training.talk --data DATA

``talk.tsv`` has a message a line: what it is ("-" for a question to the articles), a tab, the
message. Each is also read with slips of the keys, with politeness around it, and two at once; a
question behind a greeting stays one. ``corpus.tsv`` has questions about the corpus and such as come
near to them, with {x}, {y} for a subject and {t} for a time. In both, (a|b) is one of several
spellings. Real questions, titles and dictionary words of ``DATA/train`` are questions, and so are
those that the reader learns from. Takes ten minutes on one core.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from rag.embed.static import load_static
from rag.question import message
from rag.question.corpus_asked import TIME_MASK
from rag.question.script import has_chinese
from rag.question.types import TALK_KINDS
from training.composed import composed
from training.data import place_names, rows
from training.reader import asked

HERE = Path(__file__).parent
NUMBERS = {"-": 0, **{kind: at for at, kind in enumerate(message.MESSAGE_KINDS)}}
# Set of DATA/train, field, and of which rows: benchmarks/talk.py measures on the first ones.
REAL = (
    ("qa_en", "question", slice(0, 4_000)),
    ("unanswered", "question", slice(1_000, 5_000)),
    ("unanswered", "question", slice(6_000, 12_010)),
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
LEANING = (
    (
        "{}呢",
        "那{}呢？",
        "{}的呢？",
        "那么{}的呢",
        "{}也有吗？",
        "那{}怎么样",
        "还有{}呢？",
        "在{}吗？",
    ),
    ("and {}?", "what about {}?", "and in {}?", "how about the {}?", "and the {}?", "by which {}?"),
)
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
# Short questions, of a word that says what is done and one that says to what: talk is short, too.
SHORT = (
    (
        "谁{do}了{it}？",
        "谁{do}{it}",
        "{it}什么时候{do}？",
        "{it}在哪里{do}",
        "为什么{do}{it}？",
        "哪些{it}{do}了？",
        "怎么{do}{it}的",
        "{do}了多少{it}？",
        "{it}是谁{do}的？",
        "{it}{do}了吗",
    ),
    (
        "who can {do} the {it}?",
        "when will the {it} {do}",
        "why does the {it} {do}?",
        "where did they {do} the {it}?",
        "did the {it} {do}?",
        "how many {it}s {do}?",
        "what does the {it} {do}",
    ),
)
JOINED = ("，", "。", " "), (", ", ". ", " ")
HIDDEN, EPOCHS, BATCH, RATE = 48, 3, 256, 0.004
SKIPPED = 0.1  # of the runs of a message, each time that it is learnt from
PAIRS = 1_500  # messages that are made of two
# Spellings of a question about the corpus, and of each with things.
SPELT_CORPUS, FILLED = 14, 8
TESTS = tuple(
    f"../benchmarks/{name}.tsv"
    for name in ("talk", *(f"talk_held{one}" for one in ("", 2, 3, 4, 5)))
)  # no message of them is an example
LONGEST_PINYIN = 7  # characters of a message that is also given in Pinyin
NEUTRAL = {"了": "le", "的": "de", "着": "zhe", "地": "di", "女": "nv"}  # where readings differ
# Sentences of everyday speech that tell of oneself or ask the other are small talk, and such as bid
# the other do a thing are requests. Those of the third person are nothing to the assistant, and
# stay on the side of questions.
MINE = re.compile(
    r"(?:I|I'm|I've|I'll|My|Do you|Are you|Did you|Have you|You|You're)\b|[我你](?!国|们国)"
)
ASKED = re.compile(
    r"\b(?:know|wonder|tell|who|why|where|what|when|how|if)\b|知道|告诉|想问|请问|什么|谁|哪"
)
BIDDING = re.compile(
    r"(?:Can you|Could you|Would you|Will you|Please|Let's|Let me|Don't|Help|May I|Can I)\b"
    r"|请|帮|给我|让我|咱们|别(?!人|的)"
)
SPOKEN, BIDDEN = 1_500, 600  # of each kind and language
_CHOICE = re.compile(r"\(([^()]*)\)(\?)?")
_GAP = re.compile(r"\{[xyt]\}")

Example = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mix:
    """What one of the networks that are put side by side is made from.

    Attributes:
        seed: of its weights.
        spellings: of a line with alternatives, at most.
        questions: row of ``qa`` up to which its questions are examples.
    """

    seed: int
    spellings: int
    questions: int


# Each errs elsewhere: of the messages of benchmarks/talk.tsv two together recognise as many as
# three, of those of the older held-out sets fewer.
NETWORKS = (Mix(0, 50, 8_000), Mix(1, 40, 19_000), Mix(2, 60, 19_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--out", type=Path, default=Path(message.__file__).with_name("data") / "message.safetensors"
    )
    given = parser.parse_args()
    from safetensors.numpy import save

    networks, tokens = [], []
    for mix in NETWORKS:
        examples, patterns = examples_of(given.data, mix)
        networks.append(fitted(examples, mix.seed))
        tokens.append(asking(patterns))
    weights = beside(networks) | {"asking": np.unique(np.concatenate(tokens))}
    given.out.write_bytes(save(weights))


def examples_of(data: Path, mix: Mix) -> tuple[list[Example], list[Example]]:
    """What a network is fitted to, and the patterns of questions about the corpus in it."""
    chance = random.Random(0)
    written, patterns = _lines("talk.tsv"), _lines("corpus.tsv")
    tested = {message.reduced(text) for name in TESTS for _, text in _lines(name)}
    written = [(kind, one) for kind, text in written for one in spelt(text, chance, mix.spellings)]
    written += [(kind, said) for kind, text in written if (said := pinyin(text, data))]
    written += spoken(data, chance)
    written = [
        (kind, text) for kind, text in dict.fromkeys(written) if message.reduced(text) not in tested
    ]
    known = {text for kind, text in written if kind != "-"}
    real = [text for text in _real(data, mix.questions) if text not in known]
    places = sorted(place_names(data))
    examples = [*varied(written, real, places, data, chance), *(("-", text) for text in real)]
    subjects = _subjects(data, places)
    patterns = [(kind, one) for kind, text in patterns for one in spelt(text, chance, SPELT_CORPUS)]
    examples += [
        (kind, filled(text, subjects, chance)) for kind, text in patterns for _ in range(FILLED)
    ]
    return examples, patterns


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


def spelt(line: str, chance: random.Random, most: int) -> list[str]:
    """A line with one of each (a|b|c) chosen, several times; itself where it has none."""
    one = lambda found: chance.choice([*found[1].split("|"), *[""] * bool(found[2])])
    found = [line] * most
    while any(map(_CHOICE.search, found)):  # the innermost ones first
        found = [_CHOICE.sub(one, text) for text in found]
    return [text for text in dict.fromkeys(found) if text.strip()]


@functools.cache
def _readings(data: Path) -> dict[str, str]:
    plain = lambda row: re.sub(r"[\d ]", "", row["pinyin"].lower().replace("u:", "v"))
    return {row["zh"]: plain(row) for row in rows(data, "dictionary")} | NEUTRAL


def pinyin(text: str, data: Path) -> str:
    """A short Chinese message in Pinyin without tones, word by word; "" for any other."""
    text = "".join(found for found in text if found.isalnum())
    if len(text) > LONGEST_PINYIN or not text or not all(map(has_chinese, text)):
        return ""
    readings, words = _readings(data), []
    while text:
        size = next((n for n in range(len(text), 1, -1) if text[:n] in readings), 1)
        words.append(readings.get(text[:size], ""))
        text = text[size:]
    return " ".join(words)


def spoken(data: Path, chance: random.Random) -> Iterator[Example]:
    """Sentences of everyday speech in both languages, as small talk, requests, or neither."""
    said = [row for row in rows(data, "parallel") if row["src"] == "tatoeba-manythings"]
    for language in ("en", "zh"):
        texts = [row[language] for row in said if not ASKED.search(row[language])]
        mine = [text for text in texts if MINE.match(text)]
        bidding = [text for text in texts if BIDDING.match(text)]
        others = [
            text
            for text in texts
            if not (
                BIDDING.match(text) or re.search(r"\b(?:I|my|me|you|your)\b|[我你]", text, re.I)
            )
        ]
        yield from (("chat", text) for text in chance.sample(mine, SPOKEN))
        yield from (("other", text) for text in chance.sample(bidding, BIDDEN))
        yield from (("-", text) for text in chance.sample(others, SPOKEN))


def filled(pattern: str, subjects: tuple[list[str], list[str]], chance: random.Random) -> str:
    """A pattern with things and a time put in."""
    english = not has_chinese(pattern)
    return _GAP.sub(
        lambda gap: TIME_MASK if gap[0] == "{t}" else chance.choice(subjects[english]), pattern
    )


def asking(patterns: Sequence[Example]) -> np.ndarray:
    """The tokens of the patterns, int64 (n,)."""
    parts = [part for kind, text in patterns if kind != "-" for part in _GAP.split(text)]
    model = load_static()
    found = np.unique(model.encode_ids(parts)[0]).astype(np.int64)
    pieces = [model.piece(token) for token in found.tolist()]
    return found[[not one.isascii() for one in pieces]]  # no endings of words


def _real(data: Path, questions: int) -> Iterator[str]:
    for name, field, which in (("qa", "question", slice(1_000, questions)), *REAL):
        yield from (
            row[field][:200]
            for row in islice(rows(data, name), which.start, which.stop, which.step or 1)
        )
    texts = map(json.loads, asked.FILE.read_text("utf8").splitlines())
    yield from (one[0] for text in texts for kind in asked.KINDS for one in text.get(kind, ())[:1])


def varied(
    written: list[Example],
    real: list[str],
    places: list[str],
    data: Path,
    chance: random.Random,
) -> Iterator[Example]:
    """The examples, each also in two other wordings, and such as are put together of two."""
    said = [one for one in written if one[0] != "-"]
    for kind, text in written:
        yield from ((kind, text), (kind, _slip(text, chance)), (kind, _polite(text, chance)))
    for one, other in (chance.sample(said, 2) for _ in range(PAIRS)):
        if (english := not has_chinese(one[1])) == (not has_chinese(other[1])):
            yield (
                min(one[0], other[0], key=TALK_KINDS.index),
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
    yield from (("-", text) for text in islice(_short(data, chance), 4_000))
    for number in (*range(1980, 2040), *chance.sample(range(10_000), 240)):
        yield "-", chance.choice(TIMES).format(number)
    long = [text for text in real if len(text) > 80]
    for text in (*chance.sample(real, 3_000), *chance.choices(long, k=5_000)):  # what is pasted
        begin = chance.randrange(max(1, len(text) - 4))
        yield "-", text[begin : begin + chance.randint(4, 30)]
    for place in chance.sample(places, 1_500):
        yield "-", place
        yield from (("-", form.format(place)) for form in chance.sample(LEANING[0], 3))
    words = [
        word for text in real if not has_chinese(text) for word in text.split() if len(word) > 4
    ]
    for word in chance.sample(words, 1_000):
        yield "-", word
        yield from (("-", form.format(word)) for form in chance.sample(LEANING[1], 2))


def _short(data: Path, chance: random.Random) -> Iterator[str]:
    """Short questions in both languages, by turns, of words of the dictionary; without end."""
    done: tuple[list[str], list[str]] = ([], [])
    things: tuple[list[str], list[str]] = ([], [])
    for row in islice(rows(data, "dictionary"), 5, None, 6):
        gloss = row["en"][0].split(" (")[0]
        if len(row["zh"]) != 2 or not re.fullmatch(r"(?:to )?[a-z]+", gloss):
            continue
        into = done if gloss.startswith("to ") else things
        into[0].append(row["zh"])
        into[1].append(gloss.removeprefix("to "))
    while True:
        for english in (0, 1):
            form = chance.choice(SHORT[english])
            yield form.format(do=chance.choice(done[english]), it=chance.choice(things[english]))


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


def beside(networks: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Networks side by side as one, whose log-odds are the mean of theirs: what one has learnt by
    chance alone the others have not.
    """
    share = 1 / len(networks)
    of = lambda name: [one[name] for one in networks]
    rows = {
        "runs": np.hstack(of("runs")),
        "dense": np.vstack(of("dense")),
        "dense_bias": np.hstack(of("dense_bias")),
        "kinds": share * np.hstack(of("kinds")),
        "kinds_bias": share * np.sum(of("kinds_bias"), 0),
    }
    return {name: np.ascontiguousarray(one, np.float16) for name, one in rows.items()}


def fitted(examples: list[Example], seed: int) -> dict[str, np.ndarray]:
    """The weights of :mod:`rag.question.message`, by Adam, with runs and hidden units left out."""
    import torch

    torch.manual_seed(seed)
    said = [message.reduced(text) for _, text in examples]
    found = [torch.from_numpy(message.runs(one)) for one in said]
    others = torch.from_numpy(message.dense(said, load_static()))
    wanted = torch.tensor([NUMBERS[kind] for kind, _ in examples])
    runs = torch.nn.EmbeddingBag(message.HASH_BUCKETS, HIDDEN, mode="sum")
    torch.nn.init.normal_(runs.weight, 0, 0.1)
    dense = torch.nn.Linear(others.shape[1], HIDDEN)
    kinds = torch.nn.Linear(HIDDEN, len(message.MESSAGE_KINDS))
    every = torch.nn.ModuleList((runs, dense, kinds))
    steps, best = EPOCHS * (len(said) // BATCH), torch.optim.AdamW(every.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(best, RATE, total_steps=steps)
    drop = torch.nn.functional.dropout
    for order in (torch.randperm(len(said)) for _ in range(EPOCHS)):
        for some in order[: steps // EPOCHS * BATCH].reshape(-1, BATCH):
            kept = [one[torch.rand(len(one)) > SKIPPED] for one in map(found.__getitem__, some)]
            sizes = torch.tensor([0, *map(len, kept)])
            each = torch.cat(
                [torch.full((len(one),), message.weight(len(one) or 1)) for one in kept]
            )
            hidden = runs(torch.cat(kept), sizes.cumsum(0)[:-1], per_sample_weights=each)
            hidden = torch.relu(hidden + dense(drop(others[some], 0.2)))
            loss = torch.nn.functional.cross_entropy(
                kinds(drop(hidden, 0.2)), wanted[some], label_smoothing=0.02
            )
            best.zero_grad()
            loss.backward()
            best.step()
            rate.step()
    named = {
        "runs": runs.weight,
        "dense": dense.weight,
        "dense_bias": dense.bias,
        "kinds": kinds.weight,
        "kinds_bias": kinds.bias,
    }
    return {name: rows.detach().numpy() for name, rows in named.items()}


if __name__ == "__main__":
    main()
