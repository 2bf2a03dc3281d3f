"""The embedded model, and texts to embed."""

import numpy as np
import pytest

from rag.embed import load_static
from rag.embed.protocol import ModelIdentity

TEXTS = [
    "市场监管部门检查了电梯。",
    "The bureau tested 24 elevators near the harbour, at last.",
    "上海Shanghai的BRT快速公交2011年开通，共12.5公里",
    "",
    "   ",
    "𓀀𓀁 ꙮ",
    "電梯安全演練；ＡＢＣ１２３",
    "naïve café – “ﬁne” ½ ㎏ İstanbul",
    "\n\t控制\x00字符\u200b ",
    "질량 月間 キャンペーン",
]


@pytest.fixture(scope="module")
def model():
    return load_static()


class Lengths:
    """An embedder that is no static model: its vectors tell the length of a text."""

    identity = ModelIdentity("lengths", "5" * 64, 2)

    def embed_passages(self, texts):
        angles = np.array([len(text) / 1000 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    embed_queries = embed_passages
