"""The former place of :class:`rag.serving.Desk`."""

from rag.serving import Desk

__all__ = ["Desk"]
