"""Saves a trained model as the folder that ships: sentence-transformers and model2vec both load it.

    python -m training.export --work training/work --out rag/embed/model

int8 directions with one float32 weight per token: ``vector = weights[id] * embeddings[id]``, the form
that model2vec writes for quantised models, so both libraries read the same vectors.
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


def export(work: Path, out: Path, card: Path) -> None:
    import torch

    state = torch.load(work / "checkpoint.pt", weights_only=True)["model"]
    weights = state["log_weights"].exp().numpy()
    weights[0] = 0.0  # the unknown token says nothing
    rows, factors = quantise(state["vectors"].numpy(), weights / np.median(weights))
    out.mkdir(parents=True, exist_ok=True)
    save_file({"embeddings": rows, "weights": factors}, out / "model.safetensors")
    shutil.copy(work / "tokenizer.json", out / "tokenizer.json")
    write = lambda name, value: (out / name).write_text(json.dumps(value, indent=2) + "\n", "utf8")
    write("config.json", {"model_type": "model2vec", "architectures": ["StaticModel"], "normalize": True, "max_length": None,
                          "hidden_dim": int(rows.shape[1]), "embedding_dtype": "int8"})
    write("modules.json", [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
                           {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"}])
    write("config_sentence_transformers.json", {"model_type": "SentenceTransformer", "similarity_fn_name": "cosine",
                                                "prompts": {}, "default_prompt_name": None})
    (out / "1_Normalize").mkdir(exist_ok=True)
    (out / "1_Normalize" / "README.md").write_text("The module that scales vectors to length 1 has no settings.\n", "utf8")
    if card.exists():
        shutil.copy(card, out / "README.md")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--card", type=Path, default=Path(__file__).with_name("MODEL_CARD.md"))
    a = parser.parse_args()
    export(a.work, a.out, a.card)


if __name__ == "__main__":
    main()
