"""Where a request comes from."""

from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection


def caller_of(connection: HTTPConnection) -> str:
    """The address of who calls; of IPv6 the first 64 bits, which are what one subscriber has.

    A proxy tells it in X-Forwarded-For, which uvicorn believes of USHER_TRUSTED_PROXIES alone.
    """
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
