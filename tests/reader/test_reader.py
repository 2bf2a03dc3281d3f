"""The reader: what it sees of a text, that NumPy runs what torch trains, and that what it finds
stands in the articles.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.embed.static import load_static
from rag.errors import ModelError
from rag.reader.encode import GAPS, SHAPES, encode
from rag.reader.judge import ANSWER_FEATURES, load_judge
from rag.reader.network import LONGEST_ANSWER, MAX_BODY_TOKENS, Network, load_network
from rag.reader.normal import key_of
from rag.reader.reading import READER_FILE, read
from rag.reader.typed import KIND_PENALTIES, measures, typed
from rag.reader.values import find_numbers
from rag.reader.windows import windows_of

TEXTS = st.text(
    st.sampled_from("四川省举行演练，。、《》“”：12345万. A bcBridge'\n%\u3000"),
    min_size=1,
    max_size=60,
)


def seen(text):
    (found,) = encode(load_static(), [text])
    return [
        (text[a:b], GAPS[g], SHAPES[s])
        for (a, b), g, s in zip(found.spans.tolist(), found.gaps, found.shapes)
    ]


def test_what_stands_between_tokens_and_how_they_are_written():
    assert seen("《条例》施行，41票\nBBC said") == [
        ("条例", "line", "han"),
        ("施行", "close", "han"),
        ("41", "comma", "digit"),
        ("票", "nothing", "han"),
        ("BBC", "line", "capitals"),
        ("said", "space", "lower"),
    ]


@settings(max_examples=200)
@given(TEXTS)
def test_gaps_are_those_of_the_characters_between(text):
    (found,) = encode(load_static(), [text])
    assert len(found.ids) == len(found.spans) == len(found.gaps) == len(found.shapes)
    for before, after, gap in zip(found.spans[:-1], found.spans[1:], found.gaps[1:]):
        between = text[before[1] : after[0]]
        assert (GAPS[gap] == "nothing") == (not between)
        assert (GAPS[gap] == "line") == ("\n" in between)


def test_numpy_runs_what_torch_trains():
    torch = pytest.importorskip("torch")
    from training.reader.network import Reader
    from training.reader.windows import Window, padded

    model = load_static()
    torch.manual_seed(5)
    network = Reader(model).eval()
    network.vectors = network.vectors.float()
    network.vectors[:] = torch.from_numpy(model.token_vectors(np.arange(model.size))[0])
    with torch.no_grad():  # untrained, all spans are nearly alike
        for value in network.parameters():
            value.add_(0.02 * torch.randn_like(value))
    question, title, *texts = encode(
        model,
        [
            "谁设计了青山大桥？",
            "大桥通车",
            "大桥由林远设计，全长2780米。",
            "The bridge was designed by Lin Yuan in 2004.",
            "桥。",
        ],
    )
    from rag.reader.encode import joined

    rows = [joined(title, text) for text in texts]
    windows = [
        Window(question, row, len(title), np.zeros((0, 2), np.int64), False, "") for row in rows
    ]
    with torch.inference_mode():
        spans, none = network(
            {name: torch.from_numpy(array) for name, array in padded(windows).items()}
        )
    weights = {name: value.detach().numpy() for name, value in network.named_parameters()}
    weights["median"] = np.array(network.median, np.float32)
    for number, scores in enumerate(
        Network(model, weights).scores(question, [(row, len(title)) for row in rows])
    ):
        expected = spans[number, : len(rows[number])].numpy()
        possible = expected > -1e3
        assert ((scores.spans > -1e3) == possible).all()
        np.testing.assert_allclose(scores.spans[possible], expected[possible], rtol=1e-3, atol=2e-3)
        assert scores.none == pytest.approx(float(none[number]), rel=1e-3, abs=2e-3)


def test_windows_do_not_see_each_other(news):
    network = load_network(news.model, READER_FILE)
    windows = windows_of(news, range(min(news.n_passages, 12)))
    (question,) = encode(news.model, ["哪些省举行了防汛演练？"])
    together = network.scores(question, [(one.tokens, one.body) for one in windows])
    for one, scores in zip(windows, together):
        (alone,) = network.scores(question, [(one.tokens, one.body)])
        np.testing.assert_allclose(scores.spans, alone.spans, rtol=1e-3, atol=1e-3)
        assert scores.none == pytest.approx(alone.none, abs=1e-3)


def test_windows_cover_their_passages(news):
    windows = windows_of(news, range(news.n_passages))
    for one in windows:
        spans = one.tokens.spans[one.body :]
        assert (
            len(spans) <= MAX_BODY_TOKENS
            and (spans[:, 0] >= one.start).all()
            and (spans[:, 1] <= one.end).all()
        )
        text = one.article.text
        words = "".join(text[a:b] for a, b in spans.tolist())
        assert all(word in text for word in text.split()) and words
    for row in range(news.n_passages):
        tokens = sum(len(one.tokens) - one.body for one in windows if one.candidate == row)
        article, start, end = news.passages[[row]].tolist()[0]
        (whole,) = encode(news.model, [news.article(article).text[start:end]])
        assert tokens == len(whole)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        [
            "谁",
            "哪些省举行了演练？",
            "How many apples?",
            "2019",
            "？",
            "When did the bridge open in Hunan?",
        ]
    ),
    st.integers(1, 12),
)
def test_what_is_found_stands_in_its_window(news, question, most):
    for reading in read(news.model, question, windows_of(news, range(news.n_passages)), most):
        window, found = reading.window, reading.findings
        assert len(found) <= most and list(found) == sorted(found, key=lambda one: -one.margin)
        assert all(one.margin <= reading.margin + 1e-3 for one in found)
        for one in found:
            assert (
                window.start <= one.start < one.end <= max(window.end, one.end)
                and one.text == window.article.text[one.start : one.end]
            )
            tokens = (
                (window.tokens.spans[window.body :, 0] < one.end)
                & (window.tokens.spans[window.body :, 1] > one.start)
            ).sum()
            assert 1 <= tokens <= LONGEST_ANSWER


@pytest.mark.parametrize(
    "kind, one, other, same",
    [
        ("number", "700多家", "over 700 firms", True),
        ("number", "2,780米", "2780米", True),
        ("number", "2780米", "2781米", False),
        ("date", "8月1日", "1 August", True),
        ("date", "8月1日", "8月2日", False),
        ("places", "四川省", "Sichuan", True),
        ("person", "《林 远》", "林远", True),
        ("person", "林远", "林达", False),
    ],
)
def test_spans_that_say_the_same(kind, one, other, same):
    assert (key_of(one, kind, "2023-01-01") == key_of(other, kind, "2023-05-05")) == same


@pytest.mark.parametrize("kind", ["number", "date"])
def test_what_is_of_another_kind_than_asked_for_is_less_likely(news, kind):
    windows = windows_of(news, range(news.n_passages))
    lowered = 0
    for before in read(news.model, "多少人参加了演练？", windows, 12):
        after = typed(before, kind)
        margins = {(one.start, one.end): one.margin for one in after.findings}
        assert margins.keys() == {(one.start, one.end) for one in before.findings}
        for one in before.findings:
            less = one.margin - margins[one.start, one.end]
            assert less in (pytest.approx(0), pytest.approx(KIND_PENALTIES[kind]))
            if kind == "number" and one.text.removesuffix("米").isdigit() and len(one.text) < 4:
                assert less == pytest.approx(0)
            lowered += less > 0
        assert before.margin - KIND_PENALTIES[kind] - 1e-6 <= after.margin <= before.margin
        assert list(after.findings) == sorted(after.findings, key=lambda one: -one.margin)
        assert all(one.margin <= after.margin + 1e-3 for one in after.findings)
        assert typed(before, "person") is before
    assert lowered


@pytest.mark.parametrize(
    ("question", "fit", "unfit"),
    [
        ("赔了多少钱？", ["4200万元", "£3.5m", "4200", "12 crowns"], ["18公里", "6个", "40%"]),
        ("What is the fare?", ["$3", "20 yuan"], ["208 passengers", "3 km"]),
        ("抢修了多久？", ["30小时", "14个月"], ["18公里", "3亿元"]),
        ("最高时速是多少？", ["160公里", "80 mph"], ["77kW"]),
        ("净利润增长多少？", ["8%", "3亿元"], []),
    ],
)
def test_a_figure_measures_what_is_asked_for(question, fit, unfit):
    figures = {words: find_numbers(words)[0] for words in (*fit, *unfit)}
    assert [words for words, one in figures.items() if measures(one, question)] == fit


def test_weights_that_are_not_there_are_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(ModelError, match="training.reader"):
        load_network(load_static(), tmp_path / "reader.safetensors")
    with pytest.raises(ModelError, match="training.reader.judge"):
        load_judge(tmp_path / "judge.json")
    assert len(load_judge().weights) == len(ANSWER_FEATURES)
