"""Words of a quote in another script, beside those of the question that they match."""

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.gloss import glosses
from rag.answer.types import Citation
from rag.search.types import Highlight

QUOTE = "四川省举办电梯演练，电梯安全靠大家，Elevator 12部。"


def cited(*found: tuple[str, str, float], offset: int = 7) -> Citation:
    """The quote, which stands at an offset of its article, with the words that match."""
    at = [(QUOTE.index(word), len(word), asked, score) for word, asked, score in found]
    return Citation(
        "0" * 10,
        "a",
        offset,
        offset + len(QUOTE),
        QUOTE,
        highlights=tuple(Highlight(offset + a, offset + a + n, word, s) for a, n, word, s in at),
    )


def test_words_are_glossed_in_the_order_of_the_quote():
    assert glosses(cited(("演练", "drills", 0.9), ("电梯", "elevator", 0.8))) == (
        ("电梯", "elevator"),
        ("演练", "drills"),
    )


def test_words_of_one_script_need_no_gloss():
    assert (
        glosses(
            cited(
                ("电梯", "電梯", 1.0),
                ("Elevator", "elevator", 1.0),
                ("12", "12", 1.0),
                ("12", "十二", 0.5),
            )
        )
        == ()
    )


def test_no_word_twice_and_the_best_match_stands():
    assert glosses(
        cited(("举办", "drills", 0.4), ("演练", "drills", 0.9), ("演练", "exercise", 0.5))
    ) == (("演练", "drills"),)


def test_of_many_the_best():
    many = [
        ("四川", "Sichuan", 0.9),
        ("举办", "held", 0.4),
        ("电梯", "elevator", 0.8),
        ("演练", "drills", 0.7),
        ("安全", "safety", 0.6),
        ("大家", "everybody", 0.5),
    ]
    assert glosses(cited(*many), most=3) == (
        ("四川", "Sichuan"),
        ("电梯", "elevator"),
        ("演练", "drills"),
    )
    assert len(glosses(cited(*many))) == 6


WORDS = ["四川", "电梯", "演练", "Elevator", "12", "，"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(WORDS),
            st.sampled_from(["drills", "Elevator", "電梯", "2023", "省"]),
            st.floats(0.36, 1.0),
        ),
        max_size=12,
    ),
    st.integers(1, 6),
)
def test_every_gloss_joins_a_word_of_the_quote_with_one_of_the_question(found, most):
    told = glosses(cited(*found), most)
    assert len(told) <= most and len(set(told)) == len(told)
    assert [QUOTE.index(word) for word, _ in told] == sorted(QUOTE.index(word) for word, _ in told)
    assert all(
        (word, asked) in {(w, a) for w, a, _ in found} and word.isascii() != asked.isascii()
        for word, asked in told
    )
