"""Saves a trained model as the folder that ships: sentence-transformers and model2vec both load it.

    python -m training.export --work training/work --out rag/embed/model

int8 directions with one float32 weight per token: ``vector = weights[id] * embeddings[id]``, the
form that model2vec writes for quantised models, so both libraries read the same vectors.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file


def quantise(vectors: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 rows (V, d), and float32 factors (V,) such that the product has length ``weights``."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = units / np.abs(units).max(1, keepdims=True) * 127
    rows = np.rint(scaled).astype(np.int8)
    return rows, (weights / np.linalg.norm(rows.astype(np.float32), axis=1)).astype(np.float32)


def compounds(tokenizer_file: Path) -> dict[str, np.ndarray]:
    """For pieces of three and more Chinese characters, the shorter pieces that they consist of.

    A phrase that became one piece ("启动仪式") has a vector of its own, learned from few examples;
    late interaction also compares its parts. The parts are the most probable segmentation without
    the piece. Returned as uint16 ``ids`` and int64 ``offsets`` (V + 1,), with the characters of
    each piece (``sizes``), whether it begins a word (``begins``) and whether it is of Latin letters
    (``latin``), each uint8 (V,).
    """
    import regex

    pieces = json.loads(tokenizer_file.read_text("utf8"))["model"]["vocab"]
    score = {piece: value for piece, value in pieces}
    number = {piece: i for i, (piece, _) in enumerate(pieces)}
    han = regex.compile(r"\p{Han}{3,}")
    ids, offsets = [], [0]
    for piece, _ in pieces:
        if han.fullmatch(piece):
            best = [(0.0, ())] + [(-1e9, ())] * len(piece)
            for end in range(1, len(piece) + 1):
                for start in range(end):
                    part = piece[start:end]
                    if part != piece and part in score and best[start][0] > -1e8:
                        best[end] = max(
                            best[end],
                            (best[start][0] + score[part], (*best[start][1], number[part])),
                        )
            ids += best[-1][1]
        offsets.append(len(ids))
    names = [piece for piece, _ in pieces]
    return {
        "ids": np.array(ids, np.uint16),
        "offsets": np.array(offsets, np.int64),
        "sizes": np.array([len(n) for n in names], np.uint8),
        "begins": np.array([n.startswith("▁") for n in names], np.uint8),
        "latin": np.array(
            [n.startswith("▁") or (n.isascii() and n.isalpha()) for n in names], np.uint8
        ),
    }


def neighbours(vectors: np.ndarray, most: int = 12, least: float = 0.38) -> dict[str, np.ndarray]:
    """For each token those with the largest cosines, itself first: uint16 ``ids``, of all tokens
    one after the other, and how many each has, uint8 ``counts`` (V,).

    Args:
        vectors: of the tokens (V, d).
        most: how many one has at most.
        least: the cosine that they have at least.
    """
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    columns, found = np.ascontiguousarray(units.T), []
    for begin in range(0, len(units), 512):
        for row in units[begin : begin + 512] @ columns:
            near = np.flatnonzero(row >= least)
            found.append(near[np.argsort(-row[near], kind="stable")][:most])
    return {
        "ids": np.concatenate(found).astype(np.uint16),
        "counts": np.array([len(one) for one in found], np.uint8),
    }


def export(work: Path, out: Path, card: Path) -> None:
    from tokenizers import Tokenizer

    trained = np.load(work / "vectors.npz")
    weights = trained["weights"].copy()
    weights[0] = (
        # the unknown token says nothing, nor does a mark of a word's beginning that stands alone
        0.0
    )
    mark = Tokenizer.from_file(str(work / "tokenizer.json")).token_to_id("▁")
    if mark is not None:
        weights[mark] = 0.0
    rows, factors = quantise(trained["vectors"], weights / np.median(weights))
    out.mkdir(parents=True, exist_ok=True)
    save_file({"embeddings": rows, "weights": factors}, out / "model.safetensors")
    shutil.copy(work / "tokenizer.json", out / "tokenizer.json")
    save_file(compounds(work / "tokenizer.json"), out / "compounds.safetensors")
    save_file(neighbours(rows.astype(np.float32)), out / "neighbours.safetensors")
    write = lambda name, value: (out / name).write_text(json.dumps(value, indent=2) + "\n", "utf8")
    write(
        "config.json",
        {
            "model_type": "model2vec",
            "architectures": ["StaticModel"],
            "normalize": True,
            "max_length": None,
            "hidden_dim": int(rows.shape[1]),
            "embedding_dtype": "int8",
        },
    )
    write(
        "modules.json",
        [
            {
                "idx": 0,
                "name": "0",
                "path": "",
                "type": "sentence_transformers.models.StaticEmbedding",
            },
            {
                "idx": 1,
                "name": "1",
                "path": "1_Normalize",
                "type": "sentence_transformers.models.Normalize",
            },
        ],
    )
    write(
        "config_sentence_transformers.json",
        {
            "model_type": "SentenceTransformer",
            "similarity_fn_name": "cosine",
            "prompts": {},
            "default_prompt_name": None,
        },
    )
    (out / "1_Normalize").mkdir(exist_ok=True)
    (out / "1_Normalize" / "README.md").write_text(
        "The module that scales vectors to length 1 has no settings.\n", "utf8"
    )
    if card.exists():
        shutil.copy(card, out / "README.md")
    for file in out.glob("*.safetensors"):
        file.chmod(
            0o644
        )  # the library writes them for the owner alone, and a package carries the mode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--card", type=Path, default=Path(__file__).with_name("MODEL_CARD.md"))
    a = parser.parse_args()
    export(a.work, a.out, a.card)


if __name__ == "__main__":
    main()
