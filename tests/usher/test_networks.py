"""Networks that keys are bound to: their first and last address, and those beside, of every size."""

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.access.networks import allows, network

MAPPED = 0xFFFF << 32

# A network as it is written, its first and its last address. An IPv6 network that holds IPv4 alone is of IPv4.
EDGES = [
    ("203.0.113.7", "203.0.113.7", "203.0.113.7"),
    ("203.0.113.7/32", "203.0.113.7", "203.0.113.7"),
    ("203.0.113.8/31", "203.0.113.8", "203.0.113.9"),
    ("203.0.113.128/25", "203.0.113.128", "203.0.113.255"),
    ("203.0.113.0/24", "203.0.113.0", "203.0.113.255"),
    ("203.0.112.0/23", "203.0.112.0", "203.0.113.255"),
    ("10.0.0.0/8", "10.0.0.0", "10.255.255.255"),
    ("128.0.0.0/1", "128.0.0.0", "255.255.255.255"),
    ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
    ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.7"),
    ("::ffff:203.0.113.7/128", "203.0.113.7", "203.0.113.7"),
    ("::ffff:203.0.113.6/127", "203.0.113.6", "203.0.113.7"),
    ("::ffff:203.0.113.0/120", "203.0.113.0", "203.0.113.255"),
    ("::ffff:203.0.112.0/119", "203.0.112.0", "203.0.113.255"),
    ("::ffff:10.0.0.0/104", "10.0.0.0", "10.255.255.255"),
    ("::ffff:128.0.0.0/97", "128.0.0.0", "255.255.255.255"),
    ("::ffff:0:0/97", "0.0.0.0", "127.255.255.255"),
    ("::ffff:0:0/96", "0.0.0.0", "255.255.255.255"),
    # Half of it is of IPv6, which makes it one of IPv6.
    ("::fffe:0:0/95", "::fffe:0:0", "::fffe:ffff:ffff"),
    ("::fffe:0:0/96", "::fffe:0:0", "::fffe:ffff:ffff"),
    ("::1:0:0:0/96", "::1:0:0:0", "::1:0:ffff:ffff"),
    ("2001:db8::7", "2001:db8::7", "2001:db8::7"),
    ("2001:db8::6/127", "2001:db8::6", "2001:db8::7"),
    ("2001:db8::/120", "2001:db8::", "2001:db8::ff"),
    ("2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"),
    ("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("8000::/1", "8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]


def number(address: str) -> tuple[int, int]:
    """The bits of its family, and an address as a number, read by the operating system."""
    if ":" not in address:
        return 32, int.from_bytes(socket.inet_pton(socket.AF_INET, address))
    found = int.from_bytes(socket.inet_pton(socket.AF_INET6, address))
    return (32, found - MAPPED) if found >> 32 == 0xFFFF else (128, found)


def written(bits: int, value: int) -> list[str]:
    """The ways to write an address; one of IPv4 may be written as IPv6."""
    if bits == 128:
        return [socket.inet_ntop(socket.AF_INET6, value.to_bytes(16))]
    plain = socket.inet_ntop(socket.AF_INET, value.to_bytes(4))
    return [plain, f"::ffff:{plain}", f"::ffff:{value >> 16:x}:{value & 0xFFFF:x}"]


@pytest.mark.parametrize(("text", "first", "last"), EDGES)
def test_a_network_holds_its_edges_and_nothing_beside(text: str, first: str, last: str) -> None:
    kept = [network(text)]
    (bits, low), (same, high) = number(first), number(last)
    assert bits == same
    for value in {low, high, (low + high) // 2}:
        for each in written(bits, value):
            assert allows(kept, each), each
            assert allows(["100.64.0.0/10", *kept, "fd00::/8"], each), each
    for value in (low - 1, high + 1):
        if 0 <= value < 1 << bits:
            assert {allows(kept, each) for each in written(bits, value)} == {False}


ADDRESSES = st.one_of(
    st.integers(0, 2**32 - 1).map(lambda value: str(IPv4Address(value))),
    st.integers(0, 2**128 - 1).map(lambda value: str(IPv6Address(value))),
    st.integers(MAPPED - 2**33, MAPPED + 2**33).map(lambda value: str(IPv6Address(value))),
)


@given(ADDRESSES, st.integers(0, 128), st.integers(-(2**34), 2**34))
@example("::ffff:0.0.0.0", 96, 0)
@example("::ffff:0.0.0.0", 95, 0)
@example("::ffff:0.0.0.0", 97, 2**31)
def test_a_network_holds_what_has_its_first_bits(base: str, prefix: int, distance: int) -> None:
    wide = 128 if ":" in base else 32
    size = min(prefix, wide)
    packed = socket.inet_pton(socket.AF_INET6 if wide == 128 else socket.AF_INET, base)
    start = int.from_bytes(packed) >> (wide - size) << (wide - size)
    text = str(IPv6Address(start) if wide == 128 else IPv4Address(start))
    kept = [network(f"{text}/{size}")]
    bits, low = number(text)
    if wide == 128 and bits == 32:
        # A network that begins among the addresses of IPv4 and holds others too is one of IPv6.
        bits, low, size = (32, low, size - 96) if size >= 96 else (128, start, size)
    for value in (low, low + (1 << (bits - size)) - 1, low + distance, low + (1 << (bits - size)) + distance):
        if not 0 <= value < 1 << bits:
            continue
        inside = value >> (bits - size) == low >> (bits - size)
        for each in written(bits, value):
            of_bits, _ = number(each)
            assert allows(kept, each) is (inside and of_bits == bits), (kept, each)


@pytest.mark.parametrize("text", ["203.0.113.7/33", "203.0.113.7/-1", "2001:db8::7/129", "::ffff:203.0.113.7/129"])
def test_no_address_has_more_bits_than_its_family(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        network(text)


@pytest.mark.parametrize("text", ["203.0.113.1/24", "2001:db8::1/64", "::ffff:203.0.113.1/120", "::ffff:0:1/96"])
def test_an_address_inside_of_a_network_does_not_name_it(text: str) -> None:
    with pytest.raises(ValueError, match="has host bits set"):
        network(text)
