"""Where an API key may be used from."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


def network(value: str) -> str:
    """An address or a network in CIDR notation, as it is kept: one of IPv4 as such, however written.

    Raises ValueError. The zone of an address (`%eth0`) is of one machine alone, and may be any text.
    """
    if "%" in value:
        raise ValueError
    found = ip_network(value.strip())
    # Addresses are compared as those of IPv4 too: written as IPv6, the network would hold none of them.
    mapped = found.network_address.ipv4_mapped if isinstance(found, IPv6Network) else None
    return str(IPv4Network((mapped, found.prefixlen - 96)) if mapped and found.prefixlen >= 96 else found)


def allows(networks: Sequence[str] | None, address: str) -> bool:
    """Whether an address lies in one of the networks; None allows every address, also one that nobody knows."""
    if networks is None:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in _network(each) for each in networks)


# Proxies are looked for among the same few networks at each connection.
@lru_cache(1_000)
def _network(value: str) -> IPv4Network | IPv6Network:
    return ip_network(value)
