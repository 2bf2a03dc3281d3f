"""The parts of training that are not plain library calls, against slow and simple versions of
themselves.
"""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("regex", reason="the train extra is not installed")

from training import train  # noqa: E402
from training.data import Entry  # noqa: E402
from training.export import quantise  # noqa: E402
from training.tokenizer import chinese_words, english_words  # noqa: E402


@settings(max_examples=30)
@given(
    st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=5), min_size=1, max_size=4),
    st.integers(0, 2**31),
)
def test_sums_and_their_gradient_are_those_of_an_embedding_bag(bags, seed):
    table = torch.randn(7, 3, generator=torch.Generator().manual_seed(seed), requires_grad=True)
    ids = torch.tensor([i for bag in bags for i in bag])
    offsets = torch.tensor(np.cumsum([0, *map(len, bags[:-1])]))
    weight = torch.randn(len(bags), 3)
    results = []
    for found in (
        train.sums(table, ids, offsets),
        torch.nn.functional.embedding_bag(ids, table, offsets, mode="sum"),
    ):
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
    made_of = {
        "stem": np.array([1, 0, 0, 1, 1]),
        "char.ids": np.array([0, 1, 1]),
        "char.offsets": np.array([0, 0, 0, 0, 2, 3]),
    }
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


def test_a_model_is_trained_on_from_what_was_exported(tmp_path):
    from safetensors.numpy import save_file

    rng = np.random.default_rng(1)
    vectors, weights = rng.normal(size=(5, train.DIM)), np.array([0.0, 0.5, 1, 2, 3])
    rows, factors = quantise(vectors, weights)
    save_file({"embeddings": rows, "weights": factors}, tmp_path / "model.safetensors")
    model = tiny_model()
    model.start_from(tmp_path)
    units = model.units(torch.arange(5)).detach().numpy()
    cosines = (units * vectors).sum(1) / np.linalg.norm(vectors, axis=1)
    assert cosines.min() > 0.999
    np.testing.assert_allclose(model.log_weights.exp().detach().numpy()[1:], weights[1:], rtol=1e-4)


def test_the_late_loss_falls_when_it_is_followed():
    model = tiny_model()
    rows = lambda *texts: [np.array(t, np.uint16) for t in texts]
    step = lambda: train.losses(
        model, rows([1], [3]), rows([2, 4], [4, 4, 3]), [0, 1], late=True, cross=False
    )
    before = step()
    before.backward()
    with torch.no_grad():
        for value in model.parameters():
            if value.grad is not None:
                value -= 0.05 * (value.grad.to_dense() if value.grad.is_sparse else value.grad)
    assert step() < before


def test_a_match_between_languages_counts_up_to_the_cap(monkeypatch):
    model, rows = tiny_model(), [np.array([1], np.uint16), np.array([3], np.uint16)]
    # A question that is its own passage is as sure as can be, so a lower cap is felt, and only
    # between languages.
    lost = lambda cross: train.losses(model, rows, rows, [0, 1], late=True, cross=cross).item()
    inside, between = lost(False), lost(True)
    monkeypatch.setattr(train, "CAP", 0.05)
    assert lost(False) == inside and lost(True) > between


def test_english_words_come_by_what_texts_and_lists_say():
    counts = Counter({"▁bridge": 50, "▁rareword": 3, "▁oncetwice": 2, "桥": 90})
    entries = [Entry("dragon", ("龙",), 200, ("dragons",)), Entry("unranked", ("无",), 0, ())]
    found = english_words(counts, entries, 10)
    assert list(found)[0] == "▁bridge" and {"▁dragon", "▁dragons", "▁rareword"} <= found.keys()
    assert (
        found["▁dragon"] > found["▁dragons"]
        and not {"▁oncetwice", "桥", "▁unranked"} & found.keys()
    )
    assert len(english_words(counts, entries, 2)) == 2


def test_a_phrase_of_words_is_no_piece_but_a_name_is():
    counts = Counter(
        {"启动仪式": 900, "泽连斯基": 500, "老王": 400, "稀有": 1, "启动": 9, "仪式": 9}
    )
    found = chinese_words(
        {"启动仪式", "泽连斯基", "老王", "稀有"}, {"启动", "仪式", "冷僻"}, counts, 40
    )
    assert found == {"启动", "仪式", "泽连斯基", "老王"}


def test_int8_vectors_keep_direction_and_weight():
    rng = np.random.default_rng(0)
    vectors, weights = (
        rng.normal(size=(20, 64)).astype(np.float32),
        rng.uniform(0.1, 3, 20).astype(np.float32),
    )
    rows, factors = quantise(vectors, weights)
    back = rows * factors[:, None]
    np.testing.assert_allclose(np.linalg.norm(back, axis=1), weights, rtol=1e-5)
    cosines = (
        (back * vectors).sum(1) / np.linalg.norm(back, axis=1) / np.linalg.norm(vectors, axis=1)
    )
    assert cosines.min() > 0.999
