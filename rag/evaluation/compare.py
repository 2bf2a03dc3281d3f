"""Compares several indexes, models or settings with the first of them, on the same questions."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import math
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.corpus.article import Skipped
from rag.errors import UsageError
from rag.evaluation.beir import read_articles
from rag.evaluation.evaluate import Evaluation, Progress, evaluate
from rag.evaluation.metrics import Figure
from rag.evaluation.questions import Question
from rag.freshness import read_origin
from rag.library import Index
from rag.search.types import Fusion

_WEIGHTS, _SWITCHES = ("dense", "late", "article", "lexical", "phrase"), ("balanced", "expansion")
_PLACES = ("index", "model", "rerank")
_VARIANT_KEYS = (*_PLACES, *_WEIGHTS, *_SWITCHES)
_PART = re.compile(r",(?=\w+=)")  # a folder's name may hold a comma


@dataclass(frozen=True, slots=True)
class Variant:
    """An index, model and setting that are evaluated under one name.

    Attributes:
        name: the name under which it is shown.
        index: folder of an index; "" to build one in a temporary folder.
        model: name or folder of its embedding model; "" for the one that the package contains.
        rerank: name or folder of a reranker; "" for none.
        fusion: weights of the parts of the score.
    """

    name: str
    index: str = ""
    model: str = ""
    rerank: str = ""
    fusion: Fusion = Fusion()

    @property
    def source(self) -> tuple[str, str]:
        """Index and model: variants that agree in both can share one index."""
        return self.index, self.model


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The evaluations of several variants on the same questions.

    Attributes:
        evaluations: one per variant, in their order.
        skipped: articles and files that were left out when an index was built.
    """

    evaluations: tuple[Evaluation, ...]
    skipped: tuple[Skipped, ...] = ()

    def differences(self, number: int) -> dict[str, dict[str, Figure]]:
        """The differences of a variant to the first one, by group and measure. Groups whose
        questions are not the same in both are left out.
        """
        first, other = self.evaluations[0], self.evaluations[number]
        both = ((group, first.group(group.name)) for group in other.groups)
        return {group.name: found for group, base in both if base and (found := group.minus(base))}

    def to_dict(self) -> dict:
        """The comparison as plain dicts, lists, strings and numbers."""
        rows = [evaluation.to_dict() for evaluation in self.evaluations]
        for number in range(1, len(rows)):
            rows[number]["difference"] = {
                group: {name: figure.as_difference() for name, figure in figures.items()}
                for group, figures in self.differences(number).items()
            }
        return {"variants": rows}


def read_variant(text: str, first: Variant) -> Variant:
    """The variant that a text of the command line describes by its differences to the first one.

    Args:
        text: ``key=value`` parts, separated by commas. The folder of an index may come first
            without its key. Keys: index, model, rerank (or "off"); the weights dense, late,
            article, lexical, phrase (a number, "on" or "off"); balanced, expansion ("on" or "off").
        first: the variant from which all that is not written is taken. A model without an index
            means that an index is to be built with that model.

    Raises:
        UsageError: a key or value is not valid.
    """
    given: dict[str, str] = {}
    for part in _PART.split(text):
        key, equals, value = part.partition("=")
        if not equals and not given:
            key, value = "index", part
        if key not in _VARIANT_KEYS or key in given or not value:
            raise UsageError(
                "expected --compare with an index folder, or with one or more of"
                f" {'=…, '.join(_VARIANT_KEYS)}=… between commas, got {text!r}"
            )
        given[key] = value
    places = {key: given[key] for key in _PLACES if key in given}
    if "index" in places:  # shells do not expand "~" behind "index="
        places["index"] = os.path.expanduser(places["index"])
    if "model" in places and "index" not in places:
        places["index"] = ""
    if places.get("rerank") == "off":
        places["rerank"] = ""
    chosen: dict[str, Any] = {}
    for key in given:
        if key not in _PLACES:
            chosen[key] = _setting(key, given[key], getattr(first.fusion, key))
    fusion = dataclasses.replace(first.fusion, **chosen)
    return dataclasses.replace(first, name=text, fusion=fusion, **places)


def _setting(key: str, text: str, usual: float | bool) -> float | bool:
    """The value of a weight or switch from its text: "on" is the usual weight, "off" is 0."""
    if text.lower() in ("on", "off"):
        on = text.lower() == "on"
        return on if key in _SWITCHES else usual * on
    weight = -1.0
    with contextlib.suppress(ValueError):
        weight = float(text)
    if key in _SWITCHES or not 0 <= weight < math.inf:
        possible = '"on"' if key in _SWITCHES else "a weight of 0 or more,"
        raise UsageError(f'expected {key}= with {possible} or "off", got {text!r}')
    return weight


def compare(
    variants: Sequence[Variant],
    questions: Sequence[Question],
    k: int = 10,
    corpus: Sequence[str | Path] = (),
    worst: int = 0,
    progress: Progress | None = None,
) -> Comparison:
    """Evaluate each variant on the same questions.

    Args:
        variants: at least one; the others are compared with the first.
        questions: see :func:`rag.evaluation.read_questions`.
        k, worst, progress: as for :func:`rag.evaluation.evaluate`.
        corpus: files and folders of articles (also in BEIR's layout), of which the index of a
            variant without one is built; if none are given, those that the first variant's index
            was built from.

    Raises what ``Index.build``, ``Index.open`` and :func:`rag.evaluation.evaluate` raise, and
    UsageError if an index must be built and it is unknown of which articles.
    """
    done: dict[int, Evaluation] = {}
    skipped: list[Skipped] = []
    for number, index in opened(variants, corpus, skipped, progress):
        variant = variants[number]
        done[number] = evaluate(index, questions, k, variant.fusion, worst, variant.name, progress)
    return Comparison(tuple(done[number] for number in range(len(variants))), tuple(skipped))


def opened(
    variants: Sequence[Variant],
    corpus: Sequence[str | Path],
    skipped: list[Skipped],
    progress: Progress | None = None,
) -> Iterator[tuple[int, Index]]:
    """Yields the number of each variant and its open index, which is closed when the next one is
    asked for. The order is such that variants with the same index and reranker share one opening.

    Arguments and errors are those of :func:`compare`. What was left out when an index was built is
    put into ``skipped``.
    """
    if any(not variant.index for variant in variants) and not corpus:
        corpus = _corpus_of(variants)
    order = sorted(range(len(variants)), key=lambda n: (*variants[n].source, variants[n].rerank))
    for (_, model), built in itertools.groupby(order, key=lambda n: variants[n].source):
        members = list(built)
        with _folder(variants[members[0]], corpus, progress) as (path, left_out):
            skipped[:] = skipped or left_out
            # Only one index is open at a time, because models are large.
            for rerank, same in itertools.groupby(members, key=lambda n: variants[n].rerank):
                with Index.open(path, model or None, rerank or None) as index:
                    for number in same:
                        yield number, index


@contextlib.contextmanager
def _folder(
    variant: Variant, corpus: Sequence[str | Path], progress: Progress | None
) -> Iterator[tuple[str, tuple[Skipped, ...]]]:
    """The folder of the variant's index, which is built first if the variant names none, and what
    was left out of it.
    """
    if variant.index:
        yield variant.index, ()
        return
    with tempfile.TemporaryDirectory(prefix="yinju-eval-") as path:
        report = Index.build(read_articles(corpus), path, variant.model or None, progress)
        yield path, report.skipped


def _corpus_of(variants: Sequence[Variant]) -> tuple[str, ...]:
    index = variants[0].index
    origin = read_origin(index) if index else None
    if not origin:
        name = next(variant.name for variant in variants if not variant.index)
        raise UsageError(
            f"expected --corpus, the articles to build an index of for {name!r}, and found none"
            " named"
        )
    return origin.corpus
