"""Where a request comes from."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api.limits import Limits
from models.access.anonymous_caller import AnonymousCaller, Network

# The networks that providers give out, smallest first: to one subscriber, to a household, to whoever asks for one.
FACTORS = {64: 1, 56: 4, 48: 16}
# RFC 6052: an IPv4 address as translators between the two protocols write it.
NAT64 = IPv6Network("64:ff9b::/96")
UNKNOWN = "unknown"


def caller_of(connection: HTTPConnection, limits: Limits) -> AnonymousCaller:
    """Who calls, and how much may come from there."""
    return AnonymousCaller(
        networks_of(connection), limits.caller_sign_ins, limits.caller_accounts, limits.accounts_per_hour
    )


def client_of(connection: HTTPConnection) -> str:
    """What the client says of itself, for people to know their sessions by; at most 200 characters."""
    said = connection.headers.get("user-agent", "")
    return "".join(character for character in said[:200] if character.isprintable()).strip()


def networks_of(connection: HTTPConnection) -> tuple[Network, ...]:
    """The networks that the limits of the client's address count by, smallest first.

    An IPv4 address is one. An IPv6 address counts in its /64, /56 and /48, of which the larger ones have larger
    limits. Clients whose address nobody told are one network.
    """
    return networks_of_address(exact_address_of(connection))


def address_of(connection: HTTPConnection) -> str:
    """The smallest network that limits count by: an IPv4 address, or the first address of a /64.

    A proxy tells it in X-Forwarded-For, which uvicorn believes of USHER_TRUSTED_PROXIES alone.
    """
    return networks_of(connection)[0].name.partition("/")[0]


def exact_address_of(connection: HTTPConnection) -> str:
    """The whole address of the client, of the network or of a trusted proxy."""
    return address_in(connection.scope)


def address_in(scope: Scope) -> str:
    """The same of an ASGI scope; empty where it has none."""
    client = scope.get("client")
    return client[0].partition("%")[0] if client else ""


@lru_cache(10_000)
def networks_of_address(address: str) -> tuple[Network, ...]:
    """The same of an address that the network tells."""
    try:
        found = _translated(ip_address(address))
    except ValueError:
        return (Network(UNKNOWN),)
    if isinstance(found, IPv4Address):
        return (Network(str(found)),)
    return tuple(
        Network(str(IPv6Network((found, length), strict=False)), factor) for length, factor in FACTORS.items()
    )


def _translated(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that is written as one of IPv6, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address
