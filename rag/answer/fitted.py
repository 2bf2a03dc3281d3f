"""Weights that were fitted to a model and are kept in its folder."""

from __future__ import annotations

import functools
import json

import numpy as np

from rag.embed.static import StaticModel
from rag.errors import ModelError


@functools.lru_cache(maxsize=16)
def fitted(model: StaticModel, name: str, features: tuple[str, ...], maker: str, key: str = "weights") -> np.ndarray:
    """The weights of some features, float32 (f,), as a module of ``training`` fitted them to a model.

    Args:
        model: the model.
        name: of the file in its folder.
        features: what is weighed.
        maker: the module.
        key: under which the file has the weights.

    Raises:
        ModelError: the model's folder has none.
    """
    file = model.folder / name
    try:
        kept = json.loads(file.read_text("utf8"))[key]
        return np.array([kept[feature] for feature in features], np.float32)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"expected {file} with the weights of {', '.join(features)}, could not read it ({error}): "
                         f"reinstall yinju, or make it with `python -m {maker}`") from error
