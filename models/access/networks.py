"""The networks that an API key may be used from."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


def network(value: str) -> str:
    """The stored form of an address or a network in CIDR notation; an IPv4-mapped one becomes IPv4.

    Raises ValueError, also for an address with a zone (`%eth0`), which has a meaning on one machine only.
    """
    if "%" in value:
        raise ValueError
    found = ip_network(value.strip())
    # Addresses are compared as IPv4: an IPv4-mapped network would contain none of them.
    mapped = found.network_address.ipv4_mapped if isinstance(found, IPv6Network) else None
    return str(IPv4Network((mapped, found.prefixlen - 96)) if mapped and found.prefixlen >= 96 else found)


def allows(networks: Sequence[str] | None, address: str) -> bool:
    """Whether an address lies in one of the networks; None allows every address, also an unknown one."""
    if networks is None:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in _network(each) for each in networks)


# The few networks of proxies are asked for at each connection.
@lru_cache(1_000)
def _network(value: str) -> IPv4Network | IPv6Network:
    return ip_network(value)
