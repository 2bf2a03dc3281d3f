"""Measures against their definitions written out, and the intervals against what must hold of
them.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evaluation.consistency import consistency, pairs
from rag.evaluation.metrics import Group, means, measured, measures
from rag.evaluation.questions import Question


def plain(found: list[int], relevant: dict[int, int], k: int) -> list[float]:
    """hit@1, hit@5, hit@k, recall@k, mrr@k, ndcg@k of one question, by definition."""
    first = next((place for place, one in enumerate(found[:k], 1) if one in relevant), math.inf)
    gain = sum(
        relevant.get(one, 0) / math.log2(place + 1) for place, one in enumerate(found[:k], 1)
    )
    ideal = sum(
        grade / math.log2(place + 1)
        for place, grade in enumerate(sorted(relevant.values(), reverse=True)[:k], 1)
    )
    depths = sorted({1, min(5, k), k})
    among = len(set(found[:k]) & relevant.keys())
    return [
        *(float(first <= d) for d in depths),
        among / max(len(relevant), 1),
        1 / first,
        gain / ideal if ideal else 0.0,
    ]


def test_figures_worked_out_by_hand():
    found = [[7, 8, 9], [1, 2, 3], [4, 5, 6], []]
    relevant = [{8: 1, 9: 1}, {1: 1}, {99: 1}, {4: 1}]
    assert measures(3) == ("hit@1", "hit@3", "recall@3", "mrr@3", "ndcg@3")
    ndcg = (1 / math.log2(3) + 1 / math.log2(4)) / (1 + 1 / math.log2(3))
    expected = [[0, 1, 1, 0.5, ndcg], [1, 1, 1, 1, 1], [0] * 5, [0] * 5]
    np.testing.assert_allclose(measured(found, relevant, 3), expected)


def test_only_the_first_k_count():
    assert measured([[5, 6, 7]], [{7: 1}], 2).tolist() == [[0, 0, 0, 0, 0]]
    assert measured([[5, 6, 7]], [{7: 1}], 3)[0, 3] == pytest.approx(1 / 3)
    assert measures(1) == ("hit@1", "recall@1", "mrr@1", "ndcg@1")


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(-5, 15), unique=True, max_size=12),
            st.dictionaries(st.integers(0, 15), st.integers(1, 3), max_size=6),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 12),
)
def test_measures_are_their_definitions(cases, k):
    found, relevant = [f for f, _ in cases], [r for _, r in cases]
    expected = np.array([plain(f, r, k) for f, r in cases])
    np.testing.assert_allclose(measured(found, relevant, k), expected, atol=1e-9)


def test_intervals_hold_the_mean_narrow_with_more_questions_and_repeat():
    few = np.tile([[0.0, 1.0], [1.0, 1.0]], (10, 1))
    many = np.tile(few, (20, 1))
    (a, certain), (b, _) = means(few), means(many)
    assert a.low < a.value == 0.5 < a.high and b.high - b.low < (a.high - a.low) / 3
    # The normal approximation: 1.96 standard errors to either side.
    assert b.high - b.low == pytest.approx(2 * 1.96 * 0.5 / math.sqrt(400), rel=0.1)
    assert (certain.low, certain.value, certain.high) == (1, 1, 1)
    assert means(few) == means(few)
    assert means(few[:1])[0].low is None


def test_a_difference_is_taken_in_pairs():
    noise = np.random.default_rng(1).random((50, 1))
    group = Group("all", ("hit@1",), tuple(range(50)), noise)
    better = replace(group, values=noise + 0.01)
    change = better.minus(group)["hit@1"]
    # The questions differ widely, the two runs by the same on each: in pairs that is certain.
    assert (
        change.value == pytest.approx(0.01) and change.low == pytest.approx(0.01) and change.is_real
    )
    assert not group.minus(group)["hit@1"].is_real
    assert group.minus(replace(group, keys=tuple(range(1, 51)))) == {}


def question(name, lang, relevant, pair="", file="a"):
    return Question(name, name, dict.fromkeys(relevant, 1), lang, pair, file)


def test_which_questions_are_wordings_of_one():
    asked = [
        question("1", "zh", ["tea-zh", "tea-en"], file="zh"),
        question("1", "en", ["tea-zh", "tea-en"], file="en"),
        question("2", "zh", ["port-zh"], file="zh"),
        question("2", "en", ["rain-en"], file="en"),  # the same number by chance
        question("3", "zh", ["port-zh"], "port", "zh"),
        question("9", "en", ["port-en"], "port", "zh"),
        question("10", "en", ["port-en"], "port", "zh"),  # two wordings of one language are no pair
    ]
    assert pairs(asked) == [(0, 1), (4, 5), (4, 6)]


def test_versions_of_an_article_count_as_one():
    langs = {"tea-zh": "zh", "tea-en": "en", "port-zh": "zh", "port-en": "en"}
    asked = [
        question("1", "zh", ["tea-zh", "tea-en"], file="zh"),
        question("1", "en", ["tea-zh", "tea-en"], file="en"),
        question("2", "zh", ["port-zh"], "port", "zh"),
        question("3", "en", ["port-en"], "port", "en"),
    ]
    found = [
        ["tea-zh", "x", "y"],
        ["tea-en", "x", "z"],
        ["tea-zh", "port-zh"],
        ["tea-en", "port-en"],
    ]
    group = consistency(asked, found, langs, 3)
    assert group.measures == ("same first", "both right", "overlap@3")
    # First pair: tea and x of three each. Second: the wrong article, but the same, and both in the
    # other's list.
    np.testing.assert_allclose(group.values, [[1, 1, 4 / 6], [1, 0, 1]])
    apart = consistency(asked[:2], [["tea-zh"], ["port-en"]], langs, 3)
    assert apart.values.tolist() == [[0, 0, 0]]
    assert consistency(asked[:1], found[:1], langs, 3) is None


def test_two_articles_of_one_language_are_no_versions():
    langs = {"a-zh": "zh", "b-zh": "zh", "b-en": "en"}
    asked = [question("1", "zh", langs, file="zh"), question("1", "en", langs, file="en")]
    values = consistency(asked, [["a-zh"], ["b-zh"]], langs, 1).values
    assert values.tolist() == [[0, 1, 0]]
