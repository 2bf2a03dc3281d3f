"""From a question to the passages that may answer it."""

from rag.search.search import SearchResult, search
from rag.search.types import Filters, Highlight, Hit

__all__ = ["Filters", "Highlight", "Hit", "SearchResult", "search"]
