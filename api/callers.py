"""Where a request comes from."""

from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection

from api.limits import Limits
from models.caller import Caller


def caller_of(connection: HTTPConnection, limits: Limits) -> Caller:
    """Who calls, and how much may come from there."""
    return Caller(address_of(connection), limits.caller_sign_ins, limits.caller_accounts)


def client_of(connection: HTTPConnection) -> str:
    """What the client says of itself, for people to know their sessions by; at most 200 characters."""
    said = connection.headers.get("user-agent", "")
    return "".join(character for character in said[:200] if character.isprintable()).strip()


def address_of(connection: HTTPConnection) -> str:
    """The address of who calls; of IPv6 the first 64 bits, which are what one subscriber has.

    A proxy tells it in X-Forwarded-For, which uvicorn believes of USHER_TRUSTED_PROXIES alone.
    """
    try:
        address = ip_address(exact_address_of(connection))
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)


def exact_address_of(connection: HTTPConnection) -> str:
    """The address of who calls, all of it, as the network or a proxy that is believed tells it."""
    client = connection.scope.get("client")
    return client[0].partition("%")[0] if client else ""
