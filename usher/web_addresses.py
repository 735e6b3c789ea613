"""Web addresses in settings, in the spelling that browsers use: lower case, ASCII, no default port.

Browsers compare origins letter by letter, and people follow links as they are mailed: what cannot work is refused.
"""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
# An address of this form with a last label of digits is one of IPv4 to a browser, and `ip_address` reads those.
HOST = re.compile(r"(?!(.*\.)?(0x[0-9a-f]*|[0-9]+)\.?$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}\.?")
# RFC 3986's reserved characters, and those of an escape.
UNESCAPED = "%/?:@!$&'()*+,;=~-._[]"


def public_url(text: str) -> str:
    """The origin that people reach the installation at. Raises ValueError unless it is one, without a path."""
    parts = _split(text)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "it has a path or a query; serve Usher at the root of a host, e.g. https://usher.example.com"
        )
    return _origin(parts)


def link(text: str) -> str:
    """A web address that mails and pages lead to. Raises ValueError."""
    parts = _split(text)
    query = f"?{quote(parts.query, safe=UNESCAPED)}" if parts.query else ""
    fragment = f"#{quote(parts.fragment, safe=UNESCAPED)}" if parts.fragment else ""
    return f"{_origin(parts)}{quote(parts.path, safe=UNESCAPED)}{query}{fragment}"


def origins(text: str) -> list[str]:
    """Origins, separated by commas. Raises ValueError with the first that is none."""
    named = [origin.strip() for origin in text.split(",")]
    return list(dict.fromkeys(_only_origin(origin) for origin in named if origin))


def host(text: str) -> str:
    """A host name in ASCII, or an address without brackets. Raises ValueError."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return ip_address(bare).compressed
    except ValueError:
        return _host_name(bare)


def is_any_address(name: str) -> bool:
    """Whether a host stands for all addresses of the machine."""
    try:
        return ip_address(name).is_unspecified
    except ValueError:
        return False


def _only_origin(text: str) -> str:
    if "*" in text:
        raise ValueError(
            "it has a *; name each origin, e.g. https://app.example.com:"
            " its pages act with the cookie of everybody who visits them"
        )
    try:
        parts = _split(text)
    except ValueError:
        if "@" in text:
            # There may be a password in it.
            raise
        raise ValueError(f"{text} is not an origin, e.g. https://app.example.com") from None
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"{text} is not an origin, e.g. https://app.example.com")
    return _origin(parts)


def _split(text: str) -> SplitResult:
    # urlsplit takes line breaks out, and browsers read \ as /.
    if not text.isprintable() or re.search(r"[\s\\]", text):
        raise ValueError("it has a space or another character that no address has")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError("expected http://host or https://host") from None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("expected http://host or https://host")
    if "@" in parts.netloc:
        raise ValueError("it has a user name or a password, which belong in no link")
    return parts


def _origin(parts: SplitResult) -> str:
    name = host(parts.hostname or "")
    if "%" in name:
        raise ValueError("expected http://host or https://host")
    port = _port(parts)
    shown = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{shown}" + ("" if port in {None, DEFAULT_PORTS[parts.scheme]} else f":{port}")


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("its port is not a number from 1 to 65535")
    return port


def _host_name(name: str) -> str:
    if not name.isascii():
        # Its tables take as long to import as a tenth of what serves.
        import idna  # noqa: PLC0415

        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            raise ValueError(f"{name[:80]} is no host name") from None
    if not HOST.fullmatch(name.lower()) or len(name) > 253:
        raise ValueError(f"{name[:80]!r} is no host name" if name else "expected an address or a host name")
    return name.lower()
