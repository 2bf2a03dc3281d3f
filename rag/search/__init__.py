"""From a question to the passages that may answer it."""

from rag.search.search import SearchResult, search
from rag.search.types import Filters, Fusion, Highlight, Hit

__all__ = ["Filters", "Fusion", "Highlight", "Hit", "SearchResult", "search"]
