"""Texts of articles told by the tokens of their passages: what the tokens do not spell is kept, the
rest need not be.

The tokens of a passage spell nearly all of its characters, in lower case, half width and simplified
script. So the text is kept as an edit script over what they spell: how many characters to leave
out, which to put in, how many to take over. For Chinese news that is a twentieth of the text, where
deflating the text itself leaves two fifths.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Sequence

import numpy as np

from rag.corpus.article import Article, Passage
from rag.corpus.passages import body_start
from rag.embed.static import StaticModel
from rag.index.spelling import characters, code_points, laid

_HEAD = struct.Struct("<II")
_OVER = 255  # a number from here on stands behind the others, in four bytes


class Pieces(dict):
    """Token id -> the characters that it spells, as they turn up; a word of Latin letters begins
    with a space.
    """

    def __init__(self, model: StaticModel) -> None:
        self._model = model

    def __missing__(self, token: int) -> str:
        self[token] = piece = self._model.piece(token).replace("▁", " ")
        return piece

    def spell(self, ids: np.ndarray) -> str:
        """What some tokens spell."""
        return "".join(map(self.__getitem__, ids.tolist()))


@functools.lru_cache(maxsize=2)
def pieces_of(model: StaticModel) -> Pieces:
    """What the tokens of a model spell; grows as they turn up."""
    return Pieces(model)


def scripts(
    model: StaticModel,
    articles: Sequence[tuple[Article, Sequence[Passage]]],
    texts: Sequence[str],
    ids: np.ndarray,
    offsets: np.ndarray,
) -> list[bytes]:
    """The edit script of each article.

    Args:
        model: what the tokens are of.
        articles: each with its passages.
        texts: what was tokenized of all these passages, one after the other
            (:func:`rag.corpus.passage_text`).
        ids, offsets: their tokens, as ``StaticModel.encode_ids`` gave them.
    """
    bodies = [article.text for article, _ in articles]
    base = np.cumsum([0, *map(len, bodies)])
    points = code_points("".join(bodies))
    spans = _spans(model, texts, ids, offsets)
    pieces = pieces_of(model)
    spelt = [
        pieces.spell(ids[a:b])
        for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    ]
    spelling = code_points("".join(spelt))
    # Where each character that is spelt should stand in all texts together; -1 where it is not
    # known.
    place = np.full(len(spelling), -1, np.int64)
    begin = np.cumsum([0, *map(len, spelt)])
    of_article, number = np.zeros(len(articles) + 1, np.int64), 0
    sizes, marks = model.sizes[ids], model.begins[ids]
    heads = np.cumsum(sizes) - sizes  # first character of each token in the spelling
    for index, (article, passages) in enumerate(articles):
        for passage in passages:
            title = body_start(article, passage.start)
            own = spans[number]
            if own is not None and len(own):
                a, b = int(offsets[number]), int(offsets[number + 1])
                shift = int(base[index]) + passage.start - title
                _place(place, heads[a:b], sizes[a:b], marks[a:b], own, title, shift)
            number += 1
        of_article[index + 1] = begin[number]
    same = place >= 0
    same[same] = points[place[same]] == spelling[same]
    at = np.flatnonzero(same)
    owner = np.searchsorted(of_article, at, "right") - 1
    return _scripts(at, place[at], owner, of_article, base, points)


def _spans(
    model: StaticModel, texts: Sequence[str], ids: np.ndarray, offsets: np.ndarray
) -> list[np.ndarray | None]:
    held = [
        ids[a:b].astype(np.int64)
        for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    ]
    found = laid(characters(model), held, texts)
    again = [number for number, spans in enumerate(found) if spans is None]
    for number, (own, spans) in zip(
        again, model.located([texts[number] for number in again]), strict=True
    ):
        found[number] = spans if np.array_equal(own, held[number]) else None
    return found


def _place(
    place: np.ndarray,
    heads: np.ndarray,
    sizes: np.ndarray,
    marks: np.ndarray,
    spans: np.ndarray,
    title: int,
    shift: int,
) -> None:
    """Notes where the characters of a passage's tokens stand, those of the title left out."""
    first, last = spans[:, 0], spans[:, 1]
    whole = (last - first == sizes - marks) & (first >= title)
    # A word's space is the character before it, unless that belongs to the token before.
    before = np.concatenate([[title - 1], last[:-1] - 1])
    space = np.flatnonzero(whole & marks & (first - 1 > before) & (first > title))
    place[heads[space]] = first[space] - 1 + shift
    whole = np.flatnonzero(whole)
    counts = (sizes - marks)[whole]
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    place[np.repeat(heads[whole] + marks[whole], counts) + within] = (
        np.repeat(first[whole] + shift, counts) + within
    )


def _scripts(
    at: np.ndarray,
    to: np.ndarray,
    owner: np.ndarray,
    of_article: np.ndarray,
    base: np.ndarray,
    points: np.ndarray,
) -> list[bytes]:
    """Scripts from which characters of the spelling are taken over, and to where."""
    count = len(of_article) - 1
    ascending = np.ones(count, bool)
    ascending[owner[1:][(to[1:] <= to[:-1]) & (owner[1:] == owner[:-1])]] = False
    good = ascending[owner]
    at, to, owner = at[good], to[good], owner[good]
    new = (
        np.r_[True, (np.diff(at) != 1) | (np.diff(to) != 1) | (owner[1:] != owner[:-1])]
        if len(at)
        else np.zeros(0, bool)
    )
    first = np.flatnonzero(new)
    of = owner[first]
    copies = np.diff(np.append(first, len(at)))
    again = np.r_[False, of[1:] == of[:-1]] if len(of) else np.zeros(0, bool)
    ended = at[first] + copies, to[first] + copies
    before_at, before_to = (
        np.where(again, np.r_[0, end[:-1]], start[of])
        for end, start in zip(ended, (of_article, base), strict=True)
    )
    skips, inserts = at[first] - before_at, to[first] - before_to
    # Behind the last one of an article what is left of its text.
    last = np.searchsorted(of, np.arange(count), "right")
    tail = base[1:] - np.where(
        last > np.searchsorted(of, np.arange(count)), np.r_[ended[1], 0][last - 1], base[:-1]
    )
    skips, inserts, copies = (
        np.insert(skips, last, 0),
        np.insert(inserts, last, tail),
        np.insert(copies, last, 0),
    )
    ends = last + np.arange(1, count + 1)
    put = np.ones(len(points), bool)
    put[to] = False
    literal = np.concatenate([[0], np.cumsum(put)])[base[1:]]
    letters = points[put].tobytes().decode("utf-32-le")
    out, begin, letter = [], 0, 0
    for end, stop in zip(ends.tolist(), literal.tolist(), strict=True):
        numbers = np.concatenate([skips[begin:end], inserts[begin:end], copies[begin:end]])
        over = numbers[numbers >= _OVER]
        head = _HEAD.pack(end - begin, len(over))
        out.append(
            b"".join(
                [
                    head,
                    np.minimum(numbers, _OVER).astype(np.uint8).tobytes(),
                    over.astype("<u4").tobytes(),
                    letters[letter:stop].encode(),
                ]
            )
        )
        begin, letter = end, stop
    return out


def told(script: bytes, spelt: str) -> str:
    """The text that a script makes of what the tokens spell.

    Raises:
        ValueError, struct.error: it is none.
    """
    count, over = _HEAD.unpack_from(script)
    begin = _HEAD.size + 3 * count
    numbers: list[int] = list(script[_HEAD.size : begin])
    if over:
        large = iter(np.frombuffer(script, "<u4", over, begin).tolist())
        numbers = [next(large) if number == _OVER else number for number in numbers]
    letters = script[begin + 4 * over :].decode()
    out, at, letter = [], 0, 0
    for skip, insert, copy in zip(
        numbers[:count], numbers[count : 2 * count], numbers[2 * count :], strict=True
    ):
        if insert:
            out.append(letters[letter : letter + insert])
            letter += insert
        at += skip
        out.append(spelt[at : at + copy])
        at += copy
    return "".join(out)
