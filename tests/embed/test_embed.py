"""The embedded model and other models against the libraries that made them, and against plain
versions of themselves.
"""

import subprocess
import sys

import numpy as np
import pytest
from embedded import TEXTS, model
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embed import load_embedder, load_static
from rag.embed.static import STATIC_MODEL_FOLDER, STATIC_MODEL_NAME

# Characters that are one when normalised, several, or none; of both languages and of none.
_ODD = [
    "電梯",
    "質量月",
    "市場監管總局",
    "Ａ",
    "１",
    "ﬁ",
    "½",
    "㎏",
    "İ",
    "é",
    "e\u0301",
    "\u200b",
    "𠮷",
    "😀",
    "　",
    "\n",
    "U.S.",
    "don't",
    "한",
    "ク",
    "٣",
]
mixed = st.lists(
    st.one_of(st.sampled_from(_ODD), st.text(max_size=4), st.sampled_from(TEXTS)), max_size=8
).map("".join)


def test_the_same_vectors_as_model2vec(model):
    model2vec = pytest.importorskip("model2vec", reason="model2vec is not installed")
    reference = model2vec.StaticModel.from_pretrained(str(STATIC_MODEL_FOLDER))
    np.testing.assert_allclose(
        model.embed_passages(TEXTS), reference.encode(TEXTS, use_multiprocessing=False), atol=1e-5
    )


@pytest.mark.slow
def test_the_same_vectors_as_sentence_transformers(model):
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(STATIC_MODEL_FOLDER), device="cpu")
    known = [text for text in TEXTS if len(model.encode_ids([text])[0])]
    np.testing.assert_allclose(model.embed_passages(known), reference.encode(known), atol=1e-5)


def test_vectors_have_length_one_or_none(model):
    lengths = np.linalg.norm(model.embed_passages(TEXTS), axis=1)
    tokens = np.diff(model.encode_ids(TEXTS)[1])
    np.testing.assert_allclose(lengths, (tokens > 0).astype(float), atol=1e-5)
    assert tokens[TEXTS.index("")] == tokens[TEXTS.index("   ")] == tokens[TEXTS.index("𓀀𓀁 ꙮ")] == 0
    assert (
        model.embed_passages([]).shape == (0, model.identity.dim)
        and model.embed_passages(TEXTS).dtype == np.float32
    )


def test_one_by_one_is_as_all_together(model):
    ids, offsets = model.encode_ids(TEXTS)
    together = model.embed_passages(TEXTS)
    for number, text in enumerate(TEXTS):
        np.testing.assert_array_equal(
            ids[offsets[number] : offsets[number + 1]], model.encode_ids([text])[0]
        )
        np.testing.assert_allclose(together[number], model.embed_queries([text])[0], atol=1e-6)


@given(mixed)
def test_the_vector_is_the_weighted_sum_of_its_tokens(text):
    model = load_static()
    ids = model.encode_ids([text])[0]
    vectors, weights = model.token_vectors(ids)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    total = weights @ vectors
    np.testing.assert_allclose(
        model.embed_passages([text])[0], total / max(np.linalg.norm(total), 1e-12), atol=1e-5
    )


@given(mixed)
def test_tokens_are_spans_of_the_text(text):
    model = load_static()
    ids, spans = model.spans(text)
    np.testing.assert_array_equal(ids, model.encode_ids([text])[0])
    assert spans.shape == (len(ids), 2)
    assert ((spans >= 0) & (spans <= len(text))).all() and (spans[:, 0] <= spans[:, 1]).all()
    assert (np.diff(spans[:, 0]) >= 0).all() and (np.diff(spans[:, 1]) >= 0).all()


@given(mixed)
def test_parts_lie_inside_their_compound(text):
    model = load_static()
    ids, spans = model.spans(text)
    fine_ids, fine_spans = model.fine_spans([text])[0]
    at = 0
    for token, (start, end) in zip(ids.tolist(), spans.tolist()):
        assert fine_ids[at] == token and fine_spans[at].tolist() == [start, end]
        parts = model.parts(token).tolist()
        assert fine_ids[at + 1 : at + 1 + len(parts)].tolist() == parts
        inside = fine_spans[at + 1 : at + 1 + len(parts)].tolist()
        assert all(start <= a <= b <= end for a, b in inside)
        at += 1 + len(parts)
    assert at == len(fine_ids)


@pytest.mark.parametrize(
    "text, words",
    [
        ("電梯安全演練", ["電梯", "安全", "演練"]),
        ("ＡＢＣ電梯２０１１", ["ＡＢＣ", "電梯", "２０１１"]),
        ("the Elevator, 电梯 elevator", ["Elevator", "电梯", "elevator"]),
        ("𠮷😀 电梯 in Shanghai上海", ["电梯", "Shanghai", "上海"]),
    ],
)
def test_spans_stand_where_the_words_stand(model, text, words):
    spans = [text[a:b] for a, b in model.spans(text)[1].tolist()]
    assert [s for s in spans if s in words] == words


def test_a_compound_and_its_parts(model):
    for text, parts in (
        ("世界卫生组织", ["世界", "卫生", "组织"]),
        ("世界衛生組織", ["世界", "衛生", "組織"]),
    ):
        ids, spans = model.fine_spans(["新的" + text])[0]
        found = [("新的" + text)[a:b] for a, b in spans.tolist()]
        assert found[-4:] == [text, *parts]
        assert len(model.parts(int(ids[-4]))) == 3 and not len(model.parts(int(ids[-1])))


def test_rows_with_parts(model):
    ids, offsets = model.encode_ids(["世界卫生组织和电梯", "电梯", "国家统计局在上海交通大学"])
    longer, starts = model.with_parts(ids.astype(np.int64), offsets[:-1])
    for number, row in enumerate(np.split(longer, starts[1:])):
        own = ids[offsets[number] : offsets[number + 1]].tolist()
        assert row.tolist() == [i for token in own for i in [token, *model.parts(token).tolist()]]
    plain = model.encode_ids(["电梯"])[0].astype(np.int64)
    assert model.with_parts(plain, np.array([0]))[0].tolist() == plain.tolist()


def test_cosines_between_tokens_do_not_depend_on_what_else_is_compared(model):
    tokens, others = np.random.default_rng(0).permutation(model.size)[:1020].reshape(2, -1)
    found = model.between(tokens, others)
    exact = model.token_vectors(tokens)[0] @ model.token_vectors(others)[0].T
    np.testing.assert_allclose(found, exact, atol=1e-6)
    assert (model.between(tokens[3:5], others[100:107]) == found[3:5, 100:107]).all()
    np.testing.assert_allclose(model.between(tokens, tokens).diagonal(), 1, atol=1e-6)


def test_the_neighbours_of_a_token_are_the_nearest(model):
    from training.export import neighbours

    assert len(model._near_ids) == model._near_at[-1] and len(model._near_at) == model.size + 1
    every = np.arange(model.size)
    for token in np.random.default_rng(1).permutation(model.size)[:40].tolist():
        cosines, kept = model.between(np.array([token]), every)[0], model.neighbours(token)
        order = np.argsort(-cosines, kind="stable")[:13]
        near = order[:12][cosines[order[:12]] >= 0.38]
        assert kept[0] == token and len(kept) == len(near)
        np.testing.assert_allclose(cosines[kept], cosines[near], atol=1e-6)
    made = neighbours(np.array([[1, 0], [0.9, 0.1], [0, 1], [-1, 0.2]]), most=2)
    assert made["counts"].tolist() == [2, 2, 1, 1] and made["ids"].tolist() == [0, 1, 1, 0, 2, 3]


@pytest.mark.parametrize(
    "one, other",
    [
        ("電梯安全應急演練", "电梯安全应急演练"),
        ("質量監督檢驗總局", "质量监督检验总局"),
        ("臺灣與廣東", "台湾与广东"),
        ("ＡＢＣ１２３", "abc123"),
        ("Quality MONTH", "quality month"),
    ],
)
def test_forms_of_one_text_have_the_same_tokens(model, one, other):
    assert model.encode_ids([one])[0].tolist() == model.encode_ids([other])[0].tolist()
    assert model.normalize(one) == model.normalize(other)


def test_words_of_one_meaning_are_near_across_languages(model):
    pairs = [
        ("电梯", "elevator"),
        ("月饼", "mooncake"),
        ("地震", "earthquake"),
        ("医院", "hospital"),
        ("企业", "enterprises"),
        ("儿童", "children"),
    ]
    zh, en = (model.embed_passages(side) for side in zip(*pairs))
    table = zh @ en.T
    assert (table.argmax(axis=1) == np.arange(len(pairs))).all() and (
        table.argmax(axis=0) == np.arange(len(pairs))
    ).all()


def test_latin_tokens_are_told_apart(model):
    ids = model.encode_ids(["elevator 电梯 2011"])[0]
    assert model.latin[ids].tolist() == [True, False, False]


def test_the_model_says_which_it_is(model):
    identity = model.identity
    assert (
        identity.name == STATIC_MODEL_NAME
        and identity.dim == model.token_vectors(np.array([5]))[0].shape[1]
    )
    assert len(identity.sha256) == len(model.tokenizer_sha256) == 64
    assert load_embedder() is load_embedder(STATIC_MODEL_NAME) is model


def test_the_folder_is_small():
    assert (
        sum(file.stat().st_size for file in STATIC_MODEL_FOLDER.rglob("*") if file.is_file())
        <= 25_000_000
    )


def test_loading_takes_no_torch():
    code = (
        "import sys; from rag.embed import load_embedder; load_embedder().embed_passages(['电梯',"
        " 'a lift']);print(sorted({'torch', 'transformers', 'sentence_transformers', 'model2vec'} &"
        " set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr
