"""The server: one guard around the page and the JSON interface, and a query service for both.

request ──> :mod:`guard` (host, shut routes, origin, size, who asks) ──> :mod:`routes` or the page
──> :class:`QueryService` ──> library
"""

from rag.serving.query_service import QueryService
from rag.serving.settings import Settings

__all__ = ["QueryService", "Settings"]
