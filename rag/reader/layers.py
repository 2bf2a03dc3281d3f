"""Layers of the small neural networks: weights trained with torch, inference with NumPy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from rag.errors import ModelError

Net = TypeVar("Net")
_EPSILON = 1e-5  # added to the variance in layer normalisation, torch's default


class Layers:
    """The weights of a network, under the names that torch gives them, and its layer functions."""

    def __init__(self, weights: dict[str, np.ndarray]):
        self.weights = laid_out(weights)

    def linear(self, name: str, x: np.ndarray) -> np.ndarray:
        """Applies a linear layer to ``x`` (..., in); returns (..., out)."""
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name: str, x: np.ndarray) -> np.ndarray:
        """Layer normalisation of the rows of ``x`` (n, width), with the learned scale and shift."""
        x = x - x.mean(1, keepdims=True)
        x /= np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / x.shape[1] + _EPSILON)
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def gated(
        self, name: str, x: np.ndarray, dilation: int, real: np.ndarray | None = None
    ) -> np.ndarray:
        """A gated convolution of kernel size 3, plus its residual connection.

        Args:
            name: prefix of the layer's weights.
            x: the states (t, width).
            dilation: distance in rows between the three taps of the kernel.
            real: float (t, 1), 1 for tokens and 0 for padding rows, which the convolution reads as
                zeros and leaves unchanged; None if there is no padding.
        """
        inner = self.norm(f"{name}.norm", x)
        if real is not None:
            inner *= real
        width = x.shape[1]
        wide = np.zeros((len(x), 3 * width), np.float32)
        wide[:, width : 2 * width] = inner
        if len(x) > dilation:
            wide[dilation:, :width] = inner[:-dilation]
            wide[:-dilation, 2 * width :] = inner[dilation:]
        both = (
            wide @ self.weights[f"{name}.convolution.weight"]
            + self.weights[f"{name}.convolution.bias"]
        )
        gated = both[:, :width] * sigmoid(both[:, width:])
        return x + (gated if real is None else gated * real)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """The logistic function, computed without overflow."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


def softmax(x: np.ndarray) -> np.ndarray:
    """The softmax along the last axis."""
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def laid_out(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights as the layers use them: float32, with kernels (out, in, 3) as (3 in, out)."""
    out = {name: array.astype(np.float32) for name, array in weights.items()}
    for name in [name for name in out if name.endswith("convolution.weight")]:
        kernel = out[name].transpose(2, 1, 0)
        out[name] = np.ascontiguousarray(kernel.reshape(-1, kernel.shape[2]))
    return out


def loaded(build: Callable[[dict[str, np.ndarray]], Net], file: Path, of: str, maker: str) -> Net:
    """Builds a network from the weights in a safetensors file.

    Args:
        build: makes the network from its arrays by name.
        file: the safetensors file.
        of: what the weights belong to, for the error message.
        maker: the module that trains the weights, for the error message.

    Raises:
        ModelError: the file cannot be read, or the network cannot be built from it.
    """
    from safetensors.numpy import load_file

    try:
        return build(load_file(file))
    except Exception as error:
        raise ModelError(
            f"expected {file} with the weights of {of}, could not read it ({error}): "
            f"reinstall yinju, or make it with `python -m {maker}`"
        ) from error
