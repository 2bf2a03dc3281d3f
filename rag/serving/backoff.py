"""Waiting times for clients that try wrong passwords, longer after each failure.

The number of remembered clients and names is bounded, so memory is bounded whoever asks.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from cachetools import TTLCache

MAX_CACHED_ENTRIES = 10_000
"""Most entries that each of the two caches of :class:`Backoff` keeps."""
FORGOTTEN_SECONDS = 3_600
"""Seconds without another failure after which earlier failures are forgotten."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The rule for waiting times: below ``free`` failures there is none, then 1, 2, 4, ... seconds,
    up to ``longest`` seconds.
    """

    free: int
    longest: float

    def wait(self, failures: int) -> float:
        """The seconds to wait after that many failures."""
        return min(2.0 ** (failures - self.free), self.longest) if failures >= self.free else 0.0


CLIENT_PATIENCE, NAME_PATIENCE = Patience(5, 900.0), Patience(20, 60.0)
"""The rules for one client, and for one name whoever tries it. The waits for a name are shorter,
since otherwise anybody could lock out its owner by failing on purpose.
"""


class Backoff:
    """Counts failures by client and by name, and forgets them after an hour without another.

    A client that has logged in under a name in the last 30 days is not delayed by the failures of
    other clients under that name.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._failures: TTLCache = TTLCache(MAX_CACHED_ENTRIES, FORGOTTEN_SECONDS, timer=clock)
        self._known: TTLCache = TTLCache(MAX_CACHED_ENTRIES, 30 * 24 * 3_600, timer=clock)

    def wait(self, client: str, name: str) -> float:
        """The seconds until this client may try a password for that name; 0 if it may now."""
        with self._lock:
            keys = self._keys(_network(client), name)
            last = max(self._until(key, patience) for key, patience in keys)
            return max(0.0, last - self._clock())

    def failed(self, client: str, name: str) -> None:
        """Records that the password was wrong."""
        with self._lock:
            for key, _ in self._keys(_network(client), name):
                self._failures[key] = (self._failures.get(key, (0, 0.0))[0] + 1, self._clock())

    def came_in(self, client: str, name: str) -> None:
        """Records that the password was right: forgets the failures of the client and the name."""
        client = _network(client)
        with self._lock:
            self._known[client, name] = True
            for key in (("client", client), ("name", name)):
                self._failures.pop(key, None)

    def _keys(self, client: str, name: str) -> list[tuple[Hashable, Patience]]:
        """The counters that an attempt concerns, each with its rule."""
        of_name = [] if (client, name) in self._known else [(("name", name), NAME_PATIENCE)]
        return [(("client", client), CLIENT_PATIENCE), *of_name]

    def _until(self, key: Hashable, patience: Patience) -> float:
        """The time of the clock at which the wait of a counter ends."""
        failures, last = self._failures.get(key, (0, 0.0))
        return last + patience.wait(failures)


def _network(client: str) -> str:
    """The client's address; for IPv6 the network of its first 64 bits, which belongs to a single
    household.
    """
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client
    household = ipaddress.ip_network((address, 64), strict=False) if address.version == 6 else None
    return str(household or client)
