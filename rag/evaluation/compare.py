"""Several indexes, models or settings against the first of them, on the same questions."""

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
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.evaluation.beir import read_articles
from rag.evaluation.evaluate import Evaluation, Progress, evaluate
from rag.evaluation.metrics import Figure
from rag.evaluation.questions import Question
from rag.search.types import Fusion

if TYPE_CHECKING:
    from rag.corpus.article import Skipped
    from rag.library import Index

_WEIGHTS, _SWITCHES = ("dense", "late", "article", "lexical", "phrase"), ("balanced", "expansion")
_PLACES = ("index", "model", "rerank")
KEYS = (*_PLACES, *_WEIGHTS, *_SWITCHES)
_PART = re.compile(r",(?=\w+=)")  # a folder's name may hold a comma


@dataclass(frozen=True, slots=True)
class Variant:
    """What is evaluated under one name.

    Attributes:
        name: as it is shown.
        index: folder of an index; "" to build one in a temporary folder.
        model: name or folder of its embedding model; "" for the embedded one.
        rerank: name or folder of a reranker; "" for none.
        fusion: what each part of the score weighs.
    """

    name: str
    index: str = ""
    model: str = ""
    rerank: str = ""
    fusion: Fusion = Fusion()

    @property
    def source(self) -> tuple[str, str]:
        """What must be there: variants of one source need one index."""
        return self.index, self.model


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Variants on the same questions.

    Attributes:
        evaluations: one per variant, in their order.
        skipped: what was not indexed where an index was built.
    """

    evaluations: tuple[Evaluation, ...]
    skipped: tuple[Skipped, ...] = ()

    def differences(self, number: int) -> dict[str, dict[str, Figure]]:
        """Of a variant to the first one: by group, by measure; groups of other questions are left
        out.
        """
        first, other = self.evaluations[0], self.evaluations[number]
        both = ((group, first.group(group.name)) for group in other.groups)
        return {group.name: found for group, base in both if base and (found := group.minus(base))}

    def to_dict(self) -> dict:
        """Plain dicts, lists, strings and numbers."""
        rows = [evaluation.to_dict() for evaluation in self.evaluations]
        for number in range(1, len(rows)):
            rows[number]["difference"] = {
                group: {name: figure.as_difference() for name, figure in figures.items()}
                for group, figures in self.differences(number).items()
            }
        return {"variants": rows}


def read_variant(text: str, first: Variant) -> Variant:
    """A variant as it is written on the command line: what differs from the first.

    Args:
        text: ``key=value`` parts between commas; the folder of an index may come first without its
            key. Keys: index, model, rerank (or "off"); the weights dense, late, article, lexical,
            phrase (a number, or "off"); balanced, expansion ("on" or "off").
        first: what is not written is taken from it. A model without an index means one built with
            that model.

    Raises:
        UsageError: a key or value that is none.
    """
    given: dict[str, str] = {}
    for part in _PART.split(text):
        key, equals, value = part.partition("=")
        if not equals and not given:
            key, value = "index", part
        if key not in KEYS or key in given or not value:
            raise UsageError(
                "expected --compare with an index folder, or with one or more of"
                f" {'=…, '.join(KEYS)}=… between commas, got {text!r}"
            )
        given[key] = value
    places = {key: given[key] for key in _PLACES if key in given}
    if "index" in places:  # no shell does it behind "index="
        places["index"] = os.path.expanduser(places["index"])
    if "model" in places and "index" not in places:
        places["index"] = ""
    if places.get("rerank") == "off":
        places["rerank"] = ""
    settings = [key for key in given if key not in _PLACES]
    chosen: dict[str, Any] = {
        key: _setting(key, given[key], getattr(first.fusion, key)) for key in settings
    }
    fusion = dataclasses.replace(first.fusion, **chosen)
    return dataclasses.replace(first, name=text, fusion=fusion, **places)


def _setting(key: str, text: str, usual: float | bool) -> float | bool:
    """A weight or a switch as it is written: "on" is the usual weight, "off" none."""
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
        corpus: files and folders of articles (BEIR's layout among them) for the variants without an
            index; where none are given, those that the first index was built from.

    Raises what ``Index.build``, ``Index.open`` and :func:`rag.evaluation.evaluate` raise, and
    UsageError where an index must be built and nothing says of what.
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
    """The number of each variant with its index, open until the next is asked for; in an order that
    opens each index once.

    Arguments and errors as for :func:`compare`. ``skipped`` gets what was not indexed where an
    index was built.
    """
    from rag.library import Index

    if any(not variant.index for variant in variants) and not corpus:
        corpus = _corpus_of(variants)
    order = sorted(range(len(variants)), key=lambda n: (*variants[n].source, variants[n].rerank))
    for _, built in itertools.groupby(order, key=lambda n: variants[n].source):
        members = list(built)
        with _folder(variants[members[0]], corpus, progress) as (path, left_out):
            skipped[:] = skipped or left_out
            # One is open at a time: models are large.
            for _, same in itertools.groupby(members, key=lambda n: variants[n].rerank):
                first, *others = same
                one = variants[first]
                with Index.open(path, one.model or None, one.rerank or None) as index:
                    for number in (first, *others):
                        yield number, index


@contextlib.contextmanager
def _folder(
    variant: Variant, corpus: Sequence[str | Path], progress: Progress | None
) -> Iterator[tuple[str, tuple[Skipped, ...]]]:
    """The folder of the variant's index, built first where it names none, and what was not
    indexed.
    """
    from rag.library import Index

    if variant.index:
        yield variant.index, ()
        return
    with tempfile.TemporaryDirectory(prefix="yinju-eval-") as path:
        report = Index.build(read_articles(corpus), path, variant.model or None, progress)
        yield path, report.skipped


def _corpus_of(variants: Sequence[Variant]) -> tuple[str, ...]:
    from rag.freshness import read_origin

    index = variants[0].index
    origin = read_origin(index) if index else None
    if not origin:
        name = next(variant.name for variant in variants if not variant.index)
        raise UsageError(
            f"expected --corpus, the articles to build an index of for {name!r}, and found none"
            " named"
        )
    return origin.corpus
