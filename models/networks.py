"""Where an API key may be used from."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network


def network(value: str) -> str:
    """An address or a network in CIDR notation, as it is kept. Raises ValueError."""
    return str(ip_network(value.strip()))


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
    return any(found in ip_network(each) for each in networks)
