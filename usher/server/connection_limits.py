"""How many connections a process takes, in all and from one address.

WebSockets and streams have limits of their own (`api/subscriptions/connection_limits.py`): a connection counts here
until it becomes one.
"""

import resource
import time
from collections.abc import Sequence
from contextlib import suppress

import structlog
from prometheus_client import Counter, Gauge

from api.auth.client_address import networks_of_address
from api.limits import Limits
from api.subscriptions.network_counts import NetworkCounts
from models.access.anonymous_caller import Network
from models.access.networks import allows

# Files and connections that are not a client's: the database's, the listening socket, logs.
RESERVED_FILES = 100
# More open files than any limit here allows; some systems name a thousand million as their most.
MOST_FILES = 65_536
# Of all connections, one address has at most this share.
SHARE = 4
LOGGED_EVERY = 60.0

OPEN = Gauge("usher_connections", "Open connections that are no WebSocket.", multiprocess_mode="livesum")
REFUSED = Counter("usher_connections_refused", "Connections that were refused: too many.", ["limit"])

log = structlog.get_logger(__name__)


def raise_open_files(sockets: int) -> None:
    """Let the process open as many files as the system allows; say so where `sockets` of clients need more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        # macOS names no limit, and has one.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if allowed < sockets + RESERVED_FILES:
        log.warning("open_files.few", allowed=allowed, needed=sockets + RESERVED_FILES, see="ulimit -n")


class TooManyConnections(Exception):
    """The process, or the client's address, has as many connections as it may have."""


class ConnectionLimits:
    """Counts the connections of a process by the networks of their addresses, and refuses those beyond a limit.

    A trusted proxy carries the connections of many clients: its own address is not limited.
    """

    def __init__(self, limits: Limits, trusted_proxies: Sequence[str] = ()) -> None:
        self._of_address = limits.caller_connections
        self._trusted = list(trusted_proxies)
        self._of_networks = NetworkCounts()
        self._logged = float("-inf")

    def admit(self, address: str, others: int) -> Sequence[Network]:
        """Count a connection beside so many others of the process; returns the networks that it counts for.

        Raises TooManyConnections.
        """
        most = _most_connections()
        if others >= most:
            raise self._refusal("process", f"at most {most} of one process are allowed.")
        networks = () if allows(self._trusted, address) else networks_of_address(address)
        of_address = max(1, min(self._of_address, most // SHARE))
        if self._of_networks.is_full(networks, of_address):
            raise self._refusal("address", f"at most {of_address} of one address are allowed.")
        self._of_networks.add(networks)
        OPEN.inc()
        return networks

    def release(self, networks: Sequence[Network]) -> None:
        """Count an admitted connection no more."""
        OPEN.dec()
        self._of_networks.remove(networks)

    def _refusal(self, limit: str, reason: str) -> TooManyConnections:
        REFUSED.labels(limit).inc()
        if time.monotonic() - self._logged > LOGGED_EVERY:
            self._logged = time.monotonic()
            log.warning("connections.refused", limit=limit, reason=reason)
        return TooManyConnections(f"Too many connections: {reason}")


def _most_connections() -> int:
    return max(1, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - RESERVED_FILES)
