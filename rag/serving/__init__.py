"""The server: one guard around the page and the JSON interface, and a desk that answers for both.

request ──> :mod:`guard` (host, shut routes, origin, size, who asks) ──> :mod:`routes` or the page
──> :class:`Desk` ──> library
"""

from rag.serving.desk import Desk
from rag.serving.settings import Settings

__all__ = ["Desk", "Settings"]
