"""Examples from reading questions.

The words that answer, the subject without the fact, and questions with a word exchanged.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Sequence

from training.examples import Example
from training.reader.listed import of_names
from training.reader.sources import Text, occurrences, size_of, spread, stretch, text_of
from training.reader.words import Words

# Share of the examples without the answering sentences, and of those from elsewhere in the text.
GONE, ELSEWHERE = 0.30, 0.08
NEAR = 0.10  # of those whose question asks for something near that the passage does not have
ABROAD = 0.25  # of the questions that are put into the other language word by word


def of_row(words: Words, rng: random.Random, row: dict) -> Example | None:
    """An example from a question with its context; None where none can be made.

    A row says in which languages they are ("lang", "context_lang") unless both are Chinese.
    """
    text = text_of(row.get("title") or "", row["context"], row.get("context_lang", "zh"))
    answers = [a for a in row["answers"] or () if a.strip()]
    question = row["question"].strip()
    if text is None or not question:
        return None
    if row.get("several"):
        return of_names(rng, question, text, [[name] for name in answers], "asked-list")
    if rng.random() < 0.3:
        text = Text("", text.text, text.spans, text.lang)
    kind = "qa"
    if not answers:
        window = _window(rng, text, _likeliest(rng, text, question))
        example = Example(question, text.title, spread(text, window), (), kind="none")
    else:
        holding = [n for n in range(len(text.spans)) if any(a in text.sentence(n) for a in answers)]
        if not holding:
            return None
        chance = rng.random()
        if chance < GONE + ELSEWHERE:
            window = [n for n in range(len(text.spans)) if n not in holding]
            if not window or any(a in text.title for a in answers):
                return None
            near = min(range(len(window)), key=lambda at: abs(window[at] - holding[0]))
            if chance > GONE:
                near = rng.randrange(len(window))
            first, last = stretch(
                rng, [text.spans[n] for n in window], near, size_of(rng, text.lang)
            )
            passage = spread(text, window[first:last])
            if any(a in passage for a in answers):
                return None
            example = Example(question, text.title, passage, (), kind="gone")
        else:
            passage = spread(text, _window(rng, text, rng.choice(holding)))
            spans = tuple(span for a in answers for span in occurrences(passage, a))
            if not spans:
                return None
            example = Example(question, text.title, passage, spans, kind=kind)
            if rng.random() < NEAR and (
                other := words.exchanged(rng, question, f"{text.title}\n{passage}")
            ):
                example = Example(other, text.title, passage, (), kind="near")
    if "lang" in row:
        abroad = "" if row["lang"] == text.lang else "-abroad"
        return dataclasses.replace(example, kind=f"asked-{example.kind}{abroad}")
    if rng.random() < ABROAD:
        question, kind = words.abroad(rng, example.question), f"{example.kind}-abroad"
        example = dataclasses.replace(example, question=question, kind=kind)
    return example


def _window(rng: random.Random, text: Text, at: int) -> list[int]:
    first, last = stretch(rng, text.spans, at, size_of(rng, text.lang))
    return list(range(first, last))


def _likeliest(rng: random.Random, text: Text, question: str) -> int:
    """The number of the sentence that shares most characters with a question.

    One at random where none shares any, as across languages.
    """
    grams = {question[at : at + 2] for at in range(len(question) - 1)}
    shared = [sum(gram in text.sentence(n) for gram in grams) for n in range(len(text.spans))]
    best = max(shared)
    return shared.index(best) if best else rng.randrange(len(shared))


def of_sentences(rng: random.Random, found: Sequence[dict], at: int) -> Example | None:
    """An example of an English question whose sentence is known.

    The passage is the sentence among its neighbours, or these without it. Any words of the sentence
    may be the answer that the question itself does not have.
    """
    row = found[at]
    around = dict.fromkeys(
        found[n]["sentence"] for n in range(max(0, at - 12), min(len(found), at + 12))
    )
    texts = list(around)
    here = texts.index(row["sentence"])
    first = rng.randint(max(0, here - 2), here)
    last = rng.randint(here + 1, min(len(texts), here + 3))
    gone = rng.random() < GONE
    chosen = [t for t in texts[first:last] if not (gone and t == row["sentence"])]
    if not chosen:
        return None
    if rng.random() < 0.5:
        chosen = [t[:1].upper() + t[1:] for t in chosen]
    passage = " ".join(chosen)
    question = row["question"]
    if gone:
        return Example(question, "", passage, (), kind="en-gone")
    sentence = next(t for t in chosen if t.lower() == row["sentence"].lower())
    start = passage.index(sentence)
    spans = tuple((start + a, start + b) for a, b in free_spans(sentence, question))
    return Example(question, "", passage, spans, kind="en") if spans else None


def free_spans(sentence: str, question: str, longest: int = 6) -> Iterator[tuple[int, int]]:
    """Runs of words of a sentence that the question does not have: any may be the answer."""
    asked = set(question.lower().replace("?", "").split())
    words, at = [], 0
    for word in sentence.split(" "):
        start = at
        at += len(word) + 1
        bare = word.strip(",.;:\"'()")
        if bare:
            offset = start + word.index(bare)
            words.append((offset, offset + len(bare), bare.lower() in asked, bare.lower()))
    idle = {
        "the",
        "a",
        "an",
        "of",
        "in",
        "to",
        "and",
        "is",
        "was",
        "for",
        "by",
        "with",
        "that",
        "as",
        "on",
        "at",
        "it",
        "its",
        "which",
        "who",
        "--",
    }
    for i, (start, _, taken, word) in enumerate(words):
        if taken or word in idle - {"the", "in"}:
            continue
        for j in range(i, min(len(words), i + longest)):
            if words[j][2] or words[j][0] - words[j - 1][1] > 1 and j > i:
                break
            if words[j][3] not in idle and not (i == j and word in idle):
                yield start, words[j][1]
