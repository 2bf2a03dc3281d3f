"""Which sentence holds the answer: the chance of each of the best, by how it matches the question and how its passage ranks.

Answer sentence selection in two steps, both a softmax over the candidates (as Yih et al. 2013, "Question answering using
enhanced lexical semantic models"): some features decide which sentences are read word by word, by a small network
(:mod:`rag.answer.network`). ``training/reader.py`` fits both to reading questions.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from rag.answer.evidence import Evidence
from rag.answer.fitted import fitted
from rag.answer.network import network_of
from rag.answer.pick import finder, nearness
from rag.question.types import Asked
from rag.corpus.places import find_places
from rag.embed.static import StaticModel
from rag.question.query import Query

FILE = "reader.json"  # in the model's folder: the weights, and to what they are fitted
READ, COMPARED = 40, 20  # sentences whose features are looked at, and those of them that the network reads
MATCHED = 0.5  # a word of a sentence that matches no word of the question so well is one that tells something new
GRAM = 4  # characters in a row that question and sentence have in common
FEATURES = ("score", "behind", "lead", "grams", "new", "before", "place", "question", "value", "near", "reason", "definition", "topic", "verb")

_WHY = re.compile(r"为什么|为何|原因|起因|缘故|\bwhy\b|\breasons?\b|\bcauses?d?\b", re.I)
_BECAUSE = re.compile(r"因|由于|为了|以便|以免|所致|导致|使得|\b(?:because|due|since|owing|so that|in order)\b", re.I)
_WHAT = re.compile(r"是什么|什么是|是谁|指什么|指的是|身份|\b(?:what|who)(?:['’]s| is| are| was| were)\b", re.I)
_IS = re.compile(r"是|指|即|为|称|\b(?:is|are|was|were|means?|called|known as)\b", re.I)
# Where something is that no gazetteer has: "位于滨江路12号", "located on the north bank".
_LOCATED = re.compile(r"(?:位于|坐落[于在]|地处|设在|建在)[^，。；]{2,}|\w[路街道巷]\d+号|\b(?:located|situated|lies) (?:in|on|at|near|between)\b.{3,40}", re.I)
_ASKS = re.compile(r"[？?][”’」』\"')）]*$")


def weights_of(model: StaticModel) -> np.ndarray:
    """The weights of :data:`FEATURES`, as ``training/reader.py`` fitted them to a model: float32 (f,). Raises ModelError for none."""
    return fitted(model, FILE, FEATURES, "training.reader")


def likeliest(query: Query, asked: Asked, found: Sequence[Evidence], weights: np.ndarray, model: StaticModel) -> list[Evidence]:
    """Evidence with its ``chance`` and what it ``answers``, likeliest first; what the network does not read follows without.

    Args:
        query, asked, weights: the question, what it asks for, and the weights of its tokens (n,).
        found: evidence by score, best first.
        model: the embedded model, in whose folder the weights of both steps are.
    """
    if not found:
        return []
    told = features(query, asked, found, weights)
    order = np.argsort(-(told @ weights_of(model)), kind="stable")
    first, rest = order[:COMPARED], order[COMPARED:].tolist()
    tokens = [ids for ids, _ in model.located([found[at].text for at in first.tolist()])]
    logits = network_of(model).logits(query, tokens, told[first])
    chances = np.exp(logits - logits.max())
    chances /= chances.sum()
    read = [dataclasses.replace(found[at], chance=float(c), answers=float(l)) for at, c, l in zip(first.tolist(), chances, logits)]
    return sorted(read, key=lambda one: -one.chance) + [found[at] for at in rest] + list(found[READ:])


def features(query: Query, asked: Asked, found: Sequence[Evidence], weights: np.ndarray) -> np.ndarray:
    """What tells the sentence that answers from others, of the first ``READ``: float32 (r, f), in the order of :data:`FEATURES`.

    Its score as evidence; how far its passage is behind the best one, and its article before all others; the share of
    the question's runs of characters (in other languages words) that stand in it; how many words it has that are not
    the question's; how well the sentence before it matches; where in the article it stands; whether it asks itself; whether
    it holds a value of the kind asked for, and what is matched around it; the words of a reason or a definition where one
    is asked for; what the topic of its article matches; and how well the verb is matched whose object is sought.
    """
    grams = _grams(query)
    values = _values(query, asked)
    why, what = bool(_WHY.search(query.text)), bool(_WHAT.search(query.text))
    verb = verb_of(query)
    best = defaultdict(lambda: -np.inf)
    before: dict[tuple[int, int], Evidence] = {}
    of_view = defaultdict(list)
    for one in found:
        best[one.view.row] = max(best[one.view.row], one.view.behind)
        of_view[id(one.view)].append(one)
    found = found[:READ]
    for group in of_view.values():
        group.sort(key=lambda one: one.start)
        before |= {(id(one.view), one.start): last for last, one in zip(group, group[1:])}
    ranked = sorted(best.values(), reverse=True)
    out = np.zeros((len(found), len(FEATURES)), np.float32)
    for at, one in enumerate(found):
        view, text = one.view, one.text
        folded = text.casefold()
        rival = ranked[1] if len(ranked) > 1 and best[view.row] == ranked[0] else ranked[0]
        inside = view.match[:, slice(*view.spans[:, 0].searchsorted((one.start, one.end)))]
        last = before.get((id(view), one.start))
        near = values(one)
        out[at] = (
            one.score, view.behind, best[view.row] - rival if len(ranked) > 1 else 0.0,
            sum(gram in folded for gram in grams) / max(len(grams), 1),
            np.log1p((inside.max(axis=0) < MATCHED).sum()) if inside.size else 0.0,
            float(weights @ last.own) if last else 0.0, one.start / len(view.article.text), bool(_ASKS.search(text)), near is not None, near or 0.0,
            why and bool(_BECAUSE.search(text)), what and bool(_IS.search(text)), float(weights @ view.topic),
            float(one.own[verb].max(initial=0)),
        )  # fmt: skip
    return out


def unexplained(query: Query, found: Sequence[Evidence]) -> bool:
    """Whether a reason is asked for and none of some evidence has the words of one."""
    return bool(_WHY.search(query.text)) and not any(_BECAUSE.search(one.text) for one in found)


def verb_of(query: Query) -> np.ndarray:
    """bool (n,): the verb before the word that asks for its object ("没收了什么", "提出什么")."""
    asks = max(query.text.find("什么"), query.text.find("什麼"))
    return np.array([content and 0 <= asks - end <= 1 for (_, end), content in zip(query.spans, query.content)], bool)


def _grams(query: Query) -> set[str]:
    """Runs of characters of a Chinese question, words of one in another language that say what is sought."""
    text = query.text.casefold()
    if query.lang == "zh":
        return {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)}
    return {text[a:b] for (a, b), says in zip(query.spans, query.content) if says}


def _values(query: Query, asked: Asked) -> Callable[[Evidence], float | None]:
    """What gives for evidence how well the surroundings of its best value of the kind asked for match; None for no value."""
    if asked.kind == "text":
        return lambda _: None
    if asked.kind == "places":
        spans = lambda text: [
            *((m.start, m.end) for m in find_places(text) if text[m.start : m.end] not in query.text), *(m.span() for m in _LOCATED.finditer(text))
        ]
    else:
        find, said = finder(asked.kind, "第几" in asked.plain), query.text.casefold()
        spans = lambda text: [(v.start, v.end) for v in find(text) if v.text.casefold() not in said]
    share = query.weights / max(float(query.weights.sum()), 1e-9)

    def best(one: Evidence) -> float | None:
        return max((float(share @ nearness(one, one.start + a, one.start + b)) for a, b in spans(one.text)), default=None)

    return best
