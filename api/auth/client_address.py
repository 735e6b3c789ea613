"""The network address of the client of a request."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api.limits import Limits
from models.access.anonymous_caller import AnonymousCaller, Network

# The IPv6 networks that providers assign, smallest first: to a subscriber, a household, or on demand. Each is the
# factor of an address's limits.
LIMIT_FACTORS = {64: 1, 56: 4, 48: 16}
# RFC 6052: an IPv4 address as translators between the two protocols write it.
NAT64 = IPv6Network("64:ff9b::/96")
UNKNOWN = "unknown"


def anonymous_caller(connection: HTTPConnection, limits: Limits) -> AnonymousCaller:
    """The networks of a client, and the limits of its anonymous calls."""
    return AnonymousCaller(
        networks_of(connection), limits.caller_sign_ins, limits.caller_accounts, limits.accounts_per_hour
    )


def user_agent(connection: HTTPConnection) -> str:
    """The User-Agent, by which people recognise their sessions; at most 200 characters."""
    text = connection.headers.get("user-agent", "")
    return "".join(character for character in text[:200] if character.isprintable()).strip()


def networks_of(connection: HTTPConnection) -> tuple[Network, ...]:
    """The networks by which the client's address is limited, smallest first.

    An IPv4 address is one. An IPv6 address counts in its /64, /56 and /48, of which the larger ones have larger
    limits. Clients of unknown address are one network.
    """
    return networks_of_address(exact_address_of(connection))


def address_of(connection: HTTPConnection) -> str:
    """The smallest network of the client: an IPv4 address, or the first address of a /64.

    Behind a proxy it is that of X-Forwarded-For, which uvicorn accepts from USHER_TRUSTED_PROXIES alone.
    """
    return networks_of(connection)[0].name.partition("/")[0]


def exact_address_of(connection: HTTPConnection) -> str:
    """The whole address of the client."""
    return address_of_scope(connection.scope)


def address_of_scope(scope: Scope) -> str:
    """The whole address of the client in an ASGI scope; empty if it has none."""
    client = scope.get("client")
    return client[0].partition("%")[0] if client else ""


@lru_cache(10_000)
def networks_of_address(address: str) -> tuple[Network, ...]:
    """The networks by which an address is limited, smallest first."""
    try:
        found = _unmapped(ip_address(address))
    except ValueError:
        return (Network(UNKNOWN),)
    if isinstance(found, IPv4Address):
        return (Network(str(found)),)
    return tuple(
        Network(str(IPv6Network((found, length), strict=False)), factor) for length, factor in LIMIT_FACTORS.items()
    )


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address is mapped from, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address
