"""Every setting, read from the environment and from `.env`, checked at start."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from email.utils import parseaddr
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlsplit

from api.limits import DEFAULT_LIMITS, Limits
from mailers.transport import SmtpServer
from models.database import credentials
from payments import PROVIDERS

PREFIX = "usher_"
FILE = Path(".env")
DATA_FOLDER = Path(".usher")
MIN_KEY_LENGTH = 32
TRUE = {"1", "true", "t", "yes", "y", "on"}
FALSE = {"0", "false", "f", "no", "n", "off"}


class SettingsError(Exception):
    """A setting is missing or wrong; the text is one line that names it."""


@dataclass(frozen=True)
class Secret:
    """A text that shows nowhere by itself."""

    value: str = field(repr=False)


def _integer(text: str, *, least: int | None = None, most: int | None = None) -> int:
    # 80 and 80.0, but not 80.5.
    found = re.fullmatch(r"\s*([+-]?[0-9]{1,4000}(_[0-9]+)*)([.]0+)?\s*", text)
    if not found:
        raise ValueError("Input should be a valid integer, unable to parse string as an integer")
    value = int(found[1])
    if least is not None and value < least:
        raise ValueError(f"Input should be greater than or equal to {least}")
    if most is not None and value > most:
        raise ValueError(f"Input should be less than or equal to {most}")
    return value


def _boolean(text: str) -> bool:
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise ValueError("Input should be a valid boolean, unable to interpret input")


def _database_url(value: str) -> str:
    credentials(value)
    return value


def _smtp_url(value: str) -> Secret:
    SmtpServer.from_url(value)
    return Secret(value)


def _mail_from(value: str) -> str:
    if "@" not in parseaddr(value)[1]:
        raise ValueError("expected an address, e.g. Usher <usher@example.com>")
    return value


def _web_url(value: str) -> str:
    parts = urlsplit(value)
    if not value:
        return value
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("expected http://host or https://host")
    return value.rstrip("/")


def _origins(value: str) -> list[str]:
    origins = [origin.strip() for origin in value.split(",") if origin.strip()]
    for origin in origins:
        parts = urlsplit(origin)
        if f"{parts.scheme}://{parts.netloc}" != origin or parts.scheme not in {"http", "https"}:
            raise ValueError(f"{origin} is not an origin, e.g. https://app.example.com")
    return origins


def _proxies(value: str) -> str:
    for proxy in value.split(","):
        try:
            ip_network(proxy.strip())
        except ValueError:
            raise ValueError("expected addresses or networks, e.g. 10.0.0.0/8, separated by commas") from None
    return value


def _secret_key(value: str) -> Secret:
    if len(value) < MIN_KEY_LENGTH:
        raise ValueError(f"use at least {MIN_KEY_LENGTH} random characters")
    return Secret(value)


def _payments(value: str) -> str:
    if value not in PROVIDERS:
        raise ValueError(f"expected one of: {', '.join(PROVIDERS)}")
    return value


@dataclass(kw_only=True)
class Settings:
    """USHER_... in the environment or in `.env`; the environment wins. Beside each type is how a text is read."""

    database_url: Annotated[str | None, _database_url] = field(default=None, repr=False)
    smtp_url: Annotated[Secret | None, _smtp_url] = None
    mail_from: Annotated[str, _mail_from] = "Usher <usher@localhost>"
    public_url: Annotated[str, _web_url] = ""
    install_url: Annotated[str, _web_url] = ""
    host: Annotated[str, str] = "127.0.0.1"
    port: Annotated[int, partial(_integer, least=1, most=65535)] = 8000
    keep_alive_seconds: Annotated[int, partial(_integer, least=5, most=3600)] = 75
    secret_key: Annotated[Secret | None, _secret_key] = None
    cors_origins: Annotated[Sequence[str], _origins] = ()
    payments: Annotated[str, _payments] = "sandbox"
    database_pool: Annotated[int, partial(_integer, least=2, most=200)] = 20
    kept_megabytes: Annotated[int, partial(_integer, least=0, most=10_000)] = 16
    relay: Annotated[bool, _boolean] = True
    explorer: Annotated[bool, _boolean] = True
    portal: Annotated[bool, _boolean] = True
    introspection: Annotated[bool, _boolean] = True
    trusted_documents: Annotated[Path | None, Path] = None
    only_trusted_documents: Annotated[bool, _boolean] = False
    data_folder: Annotated[Path, Path] = DATA_FOLDER
    trusted_proxies: Annotated[str, _proxies] = "127.0.0.1"
    get_queries: Annotated[bool, _boolean] = False
    # USHER_MAX_DOCUMENT_COST is document_cost.
    max: Limits = DEFAULT_LIMITS

    def __post_init__(self) -> None:
        # Nobody can follow a link to a wildcard address.
        host = "localhost" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - it is compared
        shown = f"[{host}]" if ":" in host else host
        self.public_url = self.public_url or f"http://{shown}:{self.port}"
        self.install_url = self.install_url or self.public_url

    def require(self, *names: str) -> None:
        """Raise SettingsError unless each of these is set."""
        for name in names:
            if getattr(self, name) is None:
                raise SettingsError(f"USHER_{name.upper()} is missing. {_HELP[name]}")


_HELP = {
    "secret_key": f"Set it to {MIN_KEY_LENGTH} or more random characters; links in mails are made with it.",
    "smtp_url": "Set it to your mail server, e.g. smtp://user:password@host:587?starttls=required",
}


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError with one line that names the first wrong one."""
    given = _given()
    types = get_type_hints(Settings, include_extras=True).items()
    readers = {name: kind.__metadata__[0] for name, kind in types if name != "max"}
    read = {name: _read(name, reader, given) for name, reader in readers.items() if name in given}
    limits = [limit.name for limit in fields(Limits) if f"max_{limit.name}" in given]
    most = {name: _read(f"max_{name}", _integer, given) for name in limits}
    try:
        return Settings(**read, max=Limits(**most))
    except ValueError as error:
        raise SettingsError(f"USHER_MAX is wrong: {error}.") from None


def _read(name: str, read: Callable[[str], Any], given: Mapping[str, str]) -> Any:
    try:
        return read(given[name])
    except ValueError as error:
        raise SettingsError(f"USHER_{name.upper()} is wrong: {error}.") from None


def _given() -> dict[str, str]:
    """What is set, by names in lower case and without our prefix."""
    named = [*_in_file().items(), *os.environ.items()]
    return {name.lower().removeprefix(PREFIX): value for name, value in named if name.lower().startswith(PREFIX)}


def _in_file() -> dict[str, str]:
    if not FILE.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - installations set their environment

    return {name: value for name, value in dotenv_values(FILE, encoding="utf8").items() if value is not None}
