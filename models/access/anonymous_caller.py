"""The anonymous client of a request, and its limits."""

from typing import NamedTuple


class Network(NamedTuple):
    """A network that limits count by; `factor` times as much may come from it as from one address."""

    name: str
    factor: int = 1


class AnonymousCaller(NamedTuple):
    """The networks of the client's address, smallest first, and the limits of one address.

    `sign_ins` are links in 15 minutes and `accounts` those opened in an hour; `all_accounts` is the limit of accounts
    that all clients together may open in an hour.
    """

    networks: tuple[Network, ...]
    sign_ins: int
    accounts: int
    all_accounts: int
