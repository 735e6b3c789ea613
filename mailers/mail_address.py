"""A display name and an address, as the sender is configured: `Usher <usher@example.com>`."""

import re
from dataclasses import dataclass

from mailers.printable import printable
from models.text.domain_names import domain_name

# The sender's name where none is configured.
DEFAULT_NAME = "Usher"

_EXPECTED = "expected an address, e.g. Usher <usher@example.com>"
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
# RFC 5322, 3.2.3: dot-atom. RFC 5321, 4.5.3.1: 64 and 255 octets.
_LOCAL_PART = re.compile(r"(?=.{1,64}\Z)[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(r"(?=.{1,255}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class MailAddress:
    """A mailbox: the name that mail programs show, which may be empty, and the address."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part of the address after the @."""
        return self.address.rpartition("@")[2]

    @classmethod
    def parse(cls, text: str) -> "MailAddress":
        """Read `Name <address>`, `"Name" <address>` or an address alone, whose name is Usher. Raises ValueError."""
        name, bracket, address = text.strip().rpartition("<")
        if bracket:
            if not address.endswith(">"):
                raise ValueError(_EXPECTED)
            address = address[:-1]
        return cls(_name(name.strip()) or DEFAULT_NAME, _address(address.strip()))


def _name(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    name = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if quoted is None and re.search(r"[<>@,;:]", name):
        raise ValueError(f'{_EXPECTED}; a name with <, >, @, a comma or a colon goes in quotes: "..."')
    if printable(name) != name:
        raise ValueError(f"{_EXPECTED}; the name holds control characters")
    return name


def _address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if not local.isascii():
        raise ValueError(f"{_EXPECTED}; what stands before the @ must be ASCII")
    ascii_domain = _ascii_domain(domain)
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise ValueError(_EXPECTED)
    return f"{local}@{ascii_domain}"


def _ascii_domain(domain: str) -> str:
    # An ASCII name need not be one of the Internet's: Usher's own default is localhost.
    return domain.lower() if domain.isascii() else domain_name(domain) or ""
