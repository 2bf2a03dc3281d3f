"""The parts of training that are not plain library calls, against slow and simple versions of themselves."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("regex", reason="the train extra is not installed")

from rag.answer.network import Network  # noqa: E402
from rag.answer.refusal import FEATURES  # noqa: E402
from rag.embed import load_static  # noqa: E402
from rag.question.query import analyse  # noqa: E402
from training import network, reader, reading, train  # noqa: E402
from training.calibrate import ANSWERED, UNANSWERED, Case, fit, refused, shifted  # noqa: E402
from training.data import Entry  # noqa: E402
from training.export import quantise  # noqa: E402
from training.tokenizer import chinese_words, english_words  # noqa: E402


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=5), min_size=1, max_size=4), st.integers(0, 2**31))
def test_sums_and_their_gradient_are_those_of_an_embedding_bag(bags, seed):
    table = torch.randn(7, 3, generator=torch.Generator().manual_seed(seed), requires_grad=True)
    ids = torch.tensor([i for bag in bags for i in bag])
    offsets = torch.tensor(np.cumsum([0, *map(len, bags[:-1])]))
    weight = torch.randn(len(bags), 3)
    results = []
    for found in (train.sums(table, ids, offsets), torch.nn.functional.embedding_bag(ids, table, offsets, mode="sum")):
        table.grad = None
        (found * weight).sum().backward()
        results.append((found.detach(), table.grad.clone()))
    torch.testing.assert_close(results[0], results[1])


@given(st.lists(st.integers(0, 50), min_size=1))
def test_distinct_is_unique(ids):
    values, inverse = train.distinct(torch.tensor(ids))
    expected = torch.unique(torch.tensor(ids), return_inverse=True)
    assert torch.equal(values, expected[0]) and torch.equal(inverse, expected[1])


def tiny_model():
    # tokens: 0 unknown, 1 and 2 share a stem, 3 is two characters, 4 is one of them
    made_of = {"stem": np.array([1, 0, 0, 1, 1]), "char.ids": np.array([0, 1, 1]), "char.offsets": np.array([0, 0, 0, 0, 2, 3])}
    torch.manual_seed(0)
    return train.Model(np.array([1, 5, 5, 2, 2]), made_of)


def test_a_token_is_the_sum_of_what_it_is_made_of():
    model = tiny_model()
    units = model.units(torch.arange(5))
    torch.testing.assert_close(units.norm(dim=1), torch.ones(5))
    whole = lambda own, *more: torch.nn.functional.normalize(model.vectors[own] + sum(more), dim=0)
    torch.testing.assert_close(units[1], whole(1, model.stems[0]))
    torch.testing.assert_close(units[3], whole(3, model.characters.mean(0)))
    torch.testing.assert_close(units[4], whole(4, model.characters[1]))
    torch.testing.assert_close(units[0], whole(0))
    assert units[1] @ units[2] > 0.2  # forms of one word begin near each other


def test_the_late_loss_falls_when_it_is_followed():
    model = tiny_model()
    rows = lambda *texts: [np.array(t, np.uint16) for t in texts]
    step = lambda: train.losses(model, rows([1], [3]), rows([2, 4], [4, 4, 3]), [0, 1], late=True, cross=False)
    before = step()
    before.backward()
    with torch.no_grad():
        for value in model.parameters():
            if value.grad is not None:
                value -= 0.05 * (value.grad.to_dense() if value.grad.is_sparse else value.grad)
    assert step() < before


def test_a_match_between_languages_counts_up_to_the_cap(monkeypatch):
    model, rows = tiny_model(), [np.array([1], np.uint16), np.array([3], np.uint16)]
    # A question that is its own passage is as sure as can be, so a lower cap is felt, and only between languages.
    lost = lambda cross: train.losses(model, rows, rows, [0, 1], late=True, cross=cross).item()
    inside, between = lost(False), lost(True)
    monkeypatch.setattr(train, "CAP", 0.05)
    assert lost(False) == inside and lost(True) > between


def test_english_words_come_by_what_texts_and_lists_say():
    counts = Counter({"▁bridge": 50, "▁rareword": 3, "▁oncetwice": 2, "桥": 90})
    entries = [Entry("dragon", ("龙",), 200, ("dragons",)), Entry("unranked", ("无",), 0, ())]
    found = english_words(counts, entries, 10)
    assert list(found)[0] == "▁bridge" and {"▁dragon", "▁dragons", "▁rareword"} <= found.keys()
    assert found["▁dragon"] > found["▁dragons"] and not {"▁oncetwice", "桥", "▁unranked"} & found.keys()
    assert len(english_words(counts, entries, 2)) == 2


def test_a_phrase_of_words_is_no_piece_but_a_name_is():
    counts = Counter({"启动仪式": 900, "泽连斯基": 500, "老王": 400, "稀有": 1, "启动": 9, "仪式": 9})
    found = chinese_words({"启动仪式", "泽连斯基", "老王", "稀有"}, {"启动", "仪式", "冷僻"}, counts, 40)
    assert found == {"启动", "仪式", "泽连斯基", "老王"}


def test_int8_vectors_keep_direction_and_weight():
    rng = np.random.default_rng(0)
    vectors, weights = rng.normal(size=(20, 64)).astype(np.float32), rng.uniform(0.1, 3, 20).astype(np.float32)
    rows, factors = quantise(vectors, weights)
    back = rows * factors[:, None]
    np.testing.assert_allclose(np.linalg.norm(back, axis=1), weights, rtol=1e-5)
    cosines = (back * vectors).sum(1) / np.linalg.norm(back, axis=1) / np.linalg.norm(vectors, axis=1)
    assert cosines.min() > 0.999


def test_a_rule_is_fitted_to_what_tells_answers_apart():
    rng = np.random.default_rng(1)
    found = []
    for pair in ANSWERED + UNANSWERED:
        for _ in range(30):
            features = rng.normal(0, 0.3, 10).astype(np.float32)
            features[0] += 1.0 if pair in ANSWERED else -1.0
            features[-1] = 1.0
            found.append(Case(pair, pair in ANSWERED, features))
    found.append(Case(UNANSWERED[0], False, None))  # nothing was judged: refused
    weights = fit(found)
    told = refused(found, weights)
    assert weights[0] > 1 and max(abs(weights[1:-1])) < weights[0] / 3
    assert all(told[pair] < 0.1 for pair in ANSWERED) and all(told[pair] > 0.9 for pair in UNANSWERED)


def made_case(features, right, question=(), sentences=()):
    return reading.Case("", np.array(question, np.int64), np.ones(len(question), bool), sentences, features.astype(np.float32), right)


def test_the_reader_is_fitted_to_the_sentences_that_answer():
    rng = np.random.default_rng(2)
    found = []
    for _ in range(200):
        features = rng.normal(size=(12, 4)) * (1, 5, 1, 0)  # scales differ, and one says nothing
        right = np.zeros(12, bool)
        right[rng.choice(12, 2, p=(e := np.exp(2 * features[:, 0] + 0.4 * features[:, 1])) / e.sum(), replace=False)] = True
        found.append(made_case(features, right))
    weights = reader.fit(found)
    assert weights[0] > 1 and 0.2 < weights[1] < 0.6 and abs(weights[2]) < 0.3 and weights[3] == 0


def read_by(weights, case):
    """What the network of the product reads in a case."""
    model = load_static()
    spoken = "".join(model.piece(token) for token in case.question).replace("▁", " ")
    query = replace(analyse(spoken, model), content=case.content)
    assert query.ids.tolist() == case.question.tolist()
    return Network(model, weights).logits(query, case.sentences, case.features)


@pytest.fixture(scope="module")
def cases():
    """Each question has two sentences with its words, one of which has a figure, and some that say something else."""
    rng, model = np.random.default_rng(4), load_static()
    nouns, verbs = ["汽车", "轮船", "学校", "桥梁", "药品", "小麦", "卫星", "电梯"], ["检查", "建成", "出口", "销售"]
    out = []
    for number in range(240):
        noun, verb, other = *rng.choice(nouns, 2, replace=False), rng.choice(verbs)
        noun, other, verb = str(noun), str(verb), str(other)
        said = [f"今年{verb}{noun}{number + 3}个", f"记者了解{noun}{verb}的情况", f"{other}的问题很多", "天气很好", "会议在晚上举行"][: 4 + number % 2]
        said = [one for one in said if number % 4 or "个" not in one]  # of every fourth the answer is not there
        ids = model.spans(f"{verb}多少{noun}")[0]
        sentences = tuple(model.spans(one)[0] for one in said)
        out.append(made_case(rng.normal(size=(len(said), 3)), np.array(["个" in one for one in said]), ids, sentences))
    return out


def test_the_network_learns_which_sentence_answers_or_that_none_does(cases):
    weights = network.trained(load_static(), cases[:200], cases[200:], np.zeros(3), seed=1, epochs=30)
    for case in cases[200:]:
        logits = read_by(weights, case)
        assert case.right[logits.argmax()] and logits.max() > 0 if case.right.any() else logits.max() < 0


def test_what_is_trained_is_what_reads(cases):
    weights = network.trained(load_static(), cases[:32], cases[32:48], np.array([1.0, 0.0, -1.0]), seed=2, epochs=1)
    batches = network._Batches(load_static(), cases[:32], seed=2)
    trained = network.Reader(3, 256).eval()
    trained.load_state_dict({name: torch.from_numpy(value.astype(np.float32)) for name, value in weights.items() if name in trained.state_dict()})
    arguments, real, _ = batches.of(cases[50:60], False)
    with torch.no_grad():
        logits = trained(*arguments)
    for case, row, kept in zip(cases[50:60], logits.numpy(), real.numpy()):
        np.testing.assert_allclose(read_by(weights, case), row[kept], atol=1e-3)


SHARES = {(False, False): 0.1, (True, True): 0.2, (True, False): 0.4, (False, True): 0.6}


def test_constants_are_moved_for_each_pair_of_languages():
    rng = np.random.default_rng(3)
    found = []
    for question, article in ANSWERED:
        english, foreign = question.endswith("en"), article.endswith("en")
        for support in rng.uniform(size=200):
            named = dict(support=support, english_question=english, english_article=foreign, cross=english != foreign, constant=1.0)
            found.append(Case((question, article), True, np.array([named.get(name, 0.0) for name in FEATURES], np.float32)))
    start = np.array([float(name == "support") - 0.9 * (name == "constant") for name in FEATURES])
    told = refused(found, shifted(found, start, SHARES))
    for (question, article), share in told.items():
        if (question, article) in ANSWERED:
            assert share == pytest.approx(SHARES[question.endswith("en"), article.endswith("en")], abs=0.06)
