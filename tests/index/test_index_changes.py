"""What an update reports as changed, and when it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_corpus import made_articles

from rag.errors import CorpusError, TooMuchRemoved
from rag.index import build_index, status
from rag.index.changes import Changes, compare, guard

_SETS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 4))


@given(_SETS, _SETS)
def test_a_difference_leads_from_one_set_to_the_other(old, new):
    found = compare(old, new)
    moved_from, moved_to = {one for one, _ in found.moved}, {other for _, other in found.moved}
    assert set(old) == {*found.removed, *found.changed, *moved_from} | {
        name for name in new if old.get(name, -1) == new[name]
    }
    assert set(new) - set(old) == {*found.added, *moved_to} and set(old) - set(new) == {
        *found.removed,
        *moved_from,
    }
    assert all(old[one] == new[other] for one, other in found.moved)
    assert all(old[name] != new[name] for name in found.changed)
    assert not {old[name] for name in found.removed} & {new[name] for name in found.added}
    assert found.unchanged == sum(new.get(name, -1) == digest for name, digest in old.items())
    assert found.counts().none == (old == new)


def test_an_update_that_would_drop_a_fifth_is_refused(tmp_path):
    articles = made_articles(20)
    assert build_index(articles, tmp_path).changes == Changes(added=20)
    old = status(tmp_path).version
    with pytest.raises(TooMuchRemoved, match=r"20 articles.*5 are gone.*25%.*--yes") as caught:
        build_index(articles[5:], tmp_path, max_removed=0.2)
    assert isinstance(caught.value, CorpusError) and status(tmp_path).version == old
    assert build_index(articles[4:], tmp_path, max_removed=0.2).changes == Changes(
        removed=4, unchanged=16
    )
    assert build_index(articles[15:], tmp_path).changes == Changes(removed=11, unchanged=5)


def test_few_articles_need_no_guard():
    guard(9, 9, "index")
    with pytest.raises(TooMuchRemoved):
        guard(10, 10, "index")
