"""Who guesses passwords waits, longer each time; memory stays bounded whoever asks."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from cachetools import TTLCache

REMEMBERED = 10_000
FORGOTTEN_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Patience:
    """How much is borne: so many failures for nothing, then 1, 2, 4, ... seconds, up to
    ``longest``.
    """

    free: int
    longest: float

    def wait(self, failures: int) -> float:
        """Seconds to wait after that many failures."""
        return min(2.0 ** (failures - self.free), self.longest) if failures >= self.free else 0.0


CLIENT, NAME = Patience(5, 900.0), Patience(20, 60.0)
"""Of a single client; of a name whoever asks for it: shorter, or anybody could keep its owner
out.
"""


class Backoff:
    """Failures by client and by name, forgotten after an hour without another.

    A client that has come in under a name before is not held up by what others try under it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._failures: TTLCache = TTLCache(REMEMBERED, FORGOTTEN_SECONDS, timer=clock)
        self._known: TTLCache = TTLCache(REMEMBERED, 30 * 24 * 3_600, timer=clock)

    def wait(self, client: str, name: str) -> float:
        """Seconds until this client may try a password of that name; 0 for now."""
        with self._lock:
            last = max(
                self._until(key, patience) for key, patience in self._keys(_network(client), name)
            )
            return max(0.0, last - self._clock())

    def failed(self, client: str, name: str) -> None:
        """The password was wrong."""
        with self._lock:
            for key, _ in self._keys(_network(client), name):
                self._failures[key] = (self._failures.get(key, (0, 0.0))[0] + 1, self._clock())

    def came_in(self, client: str, name: str) -> None:
        """The password was right: nothing is held against either."""
        client = _network(client)
        with self._lock:
            self._known[client, name] = True
            for key in (("client", client), ("name", name)):
                self._failures.pop(key, None)

    def _keys(self, client: str, name: str) -> list[tuple[Hashable, Patience]]:
        of_name = [] if (client, name) in self._known else [(("name", name), NAME)]
        return [(("client", client), CLIENT), *of_name]

    def _until(self, key: Hashable, patience: Patience) -> float:
        failures, last = self._failures.get(key, (0, 0.0))
        return last + patience.wait(failures)


def _network(client: str) -> str:
    """The client's address; of IPv6 the first 64 bits, which one household has to itself."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client
    return (
        str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else client
    )
