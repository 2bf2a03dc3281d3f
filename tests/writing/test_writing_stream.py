"""Handles and sentences of a text that comes in pieces."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.writing.handles import FinishedSentence, Sentences, new_handles, numbers_of, unmarked
from rag.writing.prompt import tokens_of

HANDLES = {"c31": 1, "c72": 2}
TEXTS = {
    "A is 3.5 km <c31>. Mr. B said so <c72><c31>.": [
        ("A is 3.5 km.", (1,)),
        ("Mr. B said so.", (2, 1)),
    ],
    "It grew. <c31> It fell.<c72> End <c31>": [
        ("It grew.", (1,)),
        ("It fell.", (2,)),
        ("End", (1,)),
    ],
    "桥长28公里<c31>。造价230亿元。<c72>全线通车<c99>。": [
        ("桥长28公里。", (1,)),
        ("造价230亿元。", (2,)),
        ("全线通车。", ()),
    ],
    "In the U.S. Army it rose <C31, c72>.": [("In the U.S. Army it rose.", (1, 2))],
    "- One <c31>\n- Two <c72>\n3. Three [1]": [("One", (1,)), ("Two", (2,)), ("Three", ())],
    "**Bold** </c31> and 3 < 5 and <b>tags</b> [12].": [("Bold and 3 < 5 and tags.", (1,))],
    "<think>No <c31>. Yes.</think>A <c31>.": [("A.", (1,))],
    "甲产量上升<c31>；乙产量下降<c72>。": [("甲产量上升；乙产量下降。", (1, 2))],
    "！。 好<c31>。": [("好。", (1,))],
    "A <c31>.<|im_end|>\n<|im_start|>user\nB <c31>.": [("A.", (1,))],
    "A <c31>.</s> B <c31>.": [("A.", (1,))],
    "What <c3": [("What", ())],
}


def read(pieces, cut=False):
    text, out = Sentences(HANDLES), []
    for piece in pieces:
        out += text.feed(piece)
    return out + text.end(cut)


def told(out):
    return [(unmarked(one), numbers_of(one)) for one in out if isinstance(one, FinishedSentence)]


@given(st.sampled_from(sorted(TEXTS)), st.data())
@settings(max_examples=100)
def test_however_it_is_cut_the_same_sentences_come(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=12)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)])]
    assert told(read(pieces)) == TEXTS[text]


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    "<c31>",
                    "<c72>",
                    "<c9>",
                    "<",
                    "c3",
                    "1>",
                    "[1]",
                    "[",
                    ". ",
                    "。",
                    "\n",
                    "U.S. ",
                    "；",
                ]
            ),
            st.text(max_size=8),
        )
    )
)
@settings(max_examples=150)
def test_no_piece_holds_half_a_handle_or_a_number_of_the_models_own(pieces):
    out, open_ = read(pieces), ""
    for one in out:
        if isinstance(one, FinishedSentence):
            assert one == open_
            open_ = ""
        else:
            open_ += one
    shown = "".join(one for one in out if not isinstance(one, FinishedSentence))
    assert set(numbers_of(shown)) <= {1, 2} and not re.search(r"<c(?:31|72|9)>", shown)


def test_what_was_cut_off_is_no_sentence():
    assert told(read(["One <c31>. Two and th"], cut=True)) == [("One.", (1,))]


def test_handles_differ_and_are_enough():
    made = new_handles(range(1, 200))
    assert len(made) == 199 and sorted(made.values()) == list(range(1, 200))


def test_tokens_are_estimated_from_above():
    # Counted by llama.cpp with SmolLM2's tokenizer, which is one for English: 371 and 152 with 24
    # of the template around.
    chinese, english = (
        "山东省应急管理厅6月12日在济宁市的微山湖边组织防汛演练，出动冲锋舟18艘。",
        "The Xihou Bridge in Zhoushan City, Zhejiang, opened to traffic on 29 December 2021. ",
    )
    assert tokens_of(chinese * 5) >= 371 and tokens_of(english * 5) >= 152
