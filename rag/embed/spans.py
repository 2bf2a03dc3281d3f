"""Where the tokens of a text stand in it, when the tokens are known: ten times as fast as
tokenizing the text again.

The tokens spell the normalised text without what the tokenizer leaves out (spaces, most marks,
unknown characters). Laying them over the characters that remain tells where each token stands.
Where the two differ by a single character, the text is tokenized again.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence

import numpy as np

from rag.embed.static import StaticModel

# What becomes of a character in the text: not looked at yet; left out; kept; kept, a digit; kept
# between digits only; normalised together with its neighbours or to several characters.
_NEW, _OUT, _KEPT, _DIGIT, _POINT, _ODD = range(6)
_LAST = 0x20000  # characters from here on are odd


class Characters(dict):
    """What the tokenizer of a model makes of single characters; and token id -> the characters of
    the token. Both as they turn up.
    """

    def __init__(self, model: StaticModel) -> None:
        self.sizes = model.sizes - model.begins
        self._model = model
        self._fate = np.zeros(_LAST, np.uint8)
        self._plain = np.zeros(_LAST, np.uint32)

    def __missing__(self, token: int) -> str:
        self[token] = piece = self._model.piece(token).removeprefix("▁")
        return piece

    def look_up(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Fate and normalised form of each character."""
        points = np.minimum(points, _LAST - 1)
        seen = np.zeros(_LAST, bool)
        seen[points[self._fate[points] == _NEW]] = True
        for point in np.flatnonzero(seen).tolist():
            # The form first, the fate behind it: to another thread a character with a fate is
            # settled.
            fate, self._plain[point] = self._judge(chr(point)) if point < _LAST - 1 else (_ODD, 0)
            self._fate[point] = fate
        return self._fate[points], self._plain[points]

    def _judge(self, character: str) -> tuple[int, int]:
        plain = self._model.normalize(character).removeprefix("▁")
        if unicodedata.category(character)[0] == "M" or "\u1100" <= character <= "\u11ff":
            return _ODD, 0  # joined with the character before it
        marks = all(
            c.isspace() or unicodedata.category(c)[0] in "PZ" and c not in "%‰▁" for c in plain
        )
        if marks and plain not in (".", ","):
            return _OUT, 0
        if len(plain) != 1 or plain == "▁":
            return _ODD, 0
        if plain in ".,":
            return _POINT, ord(plain)
        fate = _DIGIT if unicodedata.category(plain)[0] == "N" else _KEPT
        return (fate if self._model.knows(plain) else _OUT), ord(plain)


@functools.lru_cache(maxsize=2)
def characters(model: StaticModel) -> Characters:
    """What is known of the characters to a model; grows as they turn up."""
    return Characters(model)


def token_spans(
    model: StaticModel, token_ids: Sequence[np.ndarray], texts: Sequence[str]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The tokens of each text and their spans, as ``StaticModel.located`` gives them.

    Args:
        model: whose tokens they are.
        token_ids: the token ids of each text, as they were kept when it was tokenized.
        texts: the texts.
    """
    found = laid(characters(model), token_ids, texts)
    again = [number for number, spans in enumerate(found) if spans is None]
    tokenized = dict(zip(again, model.located([texts[number] for number in again]), strict=True))
    return [
        tokenized[number] if spans is None else (ids, spans)
        for number, (ids, spans) in enumerate(zip(token_ids, found, strict=True))
    ]


def laid(
    of: Characters, token_ids: Sequence[np.ndarray], texts: Sequence[str]
) -> list[np.ndarray | None]:
    """The spans of the tokens of each text (t, 2), or None where they do not spell it."""
    if not texts:
        return []
    together = "\n".join([*texts, ""])
    points = np.frombuffer(together.encode("utf-32-le", "surrogatepass"), np.uint32)
    begin = np.cumsum([0, *(len(text) + 1 for text in texts)])
    fate, plain = of.look_up(points)
    digit = fate == _DIGIT
    point = np.flatnonzero(fate == _POINT)
    point = point[(point > 0) & (point < len(fate) - 1)]
    kept = digit | (fate == _KEPT)
    kept[point] = digit[point - 1] & digit[point + 1]
    odd = np.add.reduceat(fate == _ODD, begin[:-1], dtype=np.int64)
    counts = np.add.reduceat(kept, begin[:-1], dtype=np.int64)
    at = np.flatnonzero(kept)  # the characters that the tokens of all texts are to spell
    first = np.cumsum(counts) - counts
    out: list[np.ndarray | None] = []
    for number, ids in enumerate(token_ids):
        sizes = of.sizes[ids]
        ends = sizes.cumsum()
        positions = at[first[number] : first[number] + counts[number]]
        spelled = "".join(map(of.__getitem__, ids.tolist()))
        if (
            odd[number]
            or len(positions) != sizes.sum()
            or not sizes.all()
            or plain[positions].tobytes().decode("utf-32-le", "surrogatepass") != spelled
        ):
            out.append(None)
            continue
        positions = positions - begin[number]
        out.append(np.stack([positions[ends - sizes], positions[ends - 1] + 1], axis=1))
    return out
