"""Who calls without being signed in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """An address, and how much may come from it: sign-in links in 15 minutes, new accounts in an hour."""

    address: str
    sign_ins: int
    accounts: int
