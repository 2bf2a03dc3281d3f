"""The server: one guard around the page and the JSON interface, and a query service for both.

request ──> :mod:`guard` (host name, closed routes, origin, size, login) ──> :mod:`routes` or page
──> :class:`QueryService` ──> library
"""

from rag.serving.query_service import QueryService
from rag.serving.settings import Settings

__all__ = ["QueryService", "Settings"]
