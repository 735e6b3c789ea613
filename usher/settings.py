"""Every setting, read from the environment and from `.env`, checked at start."""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from api.limits import DEFAULT_LIMITS, Limits
from mailers.checked import check_sender
from mailers.transport import SmtpServer
from models.database.database_url import DatabaseUrl
from models.rules.retention import DEFAULT_RETENTION
from payments import PROVIDERS
from usher import web_addresses
from usher.env_file import read_env_file

PREFIX = "USHER_"
FILE = Path(".env")
DATA_FOLDER = Path(".usher")
MIN_KEY_LENGTH = 32
MIN_TOKEN_LENGTH = 16
# A hundred years.
MAX_DAYS = 36_500
# A client is told its limits as GraphQL's Int.
MAX_LIMIT = 2**31 - 1
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


_days = partial(_integer, least=1, most=MAX_DAYS)


def _boolean(text: str) -> bool:
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise ValueError("Input should be a valid boolean, unable to interpret input")


def _database_url(value: str) -> str:
    DatabaseUrl.parse(value)
    return value


def _smtp_url(value: str) -> Secret:
    SmtpServer.from_url(value)
    return Secret(value)


def _mail_from(value: str) -> str:
    check_sender(value)
    return value


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


def _metrics_token(value: str) -> Secret:
    # A header field has no room for anything else.
    if not re.fullmatch(rf"[!-~]{{{MIN_TOKEN_LENGTH},}}", value):
        raise ValueError(f"use at least {MIN_TOKEN_LENGTH} random characters of ASCII, without spaces")
    return Secret(value)


def _path(value: str) -> Path:
    if not value:
        raise ValueError("expected a path")
    try:
        # A shell would, but not what reads `.env`.
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError(f"{value} begins with the home of an unknown user") from None


def _folder(value: str) -> Path:
    folder = _path(value)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is not a folder")
    return folder


def _payments(value: str) -> str:
    if value not in PROVIDERS:
        raise ValueError(f"expected one of: {', '.join(PROVIDERS)}")
    return value


def _or_empty(read: Callable[[str], str]) -> Callable[[str], str]:
    """An empty value stands for the default."""
    return lambda value: read(value) if value else ""


@dataclass(kw_only=True)
class Settings:
    """USHER_... in the environment or in `.env`; the environment wins. Beside each type is how a text is read."""

    database_url: Annotated[str | None, _database_url] = field(default=None, repr=False)
    database_direct_url: Annotated[str | None, _database_url] = field(default=None, repr=False)
    smtp_url: Annotated[Secret | None, _smtp_url] = None
    smtp_connections: Annotated[int, partial(_integer, least=1, most=50)] = 10
    mail_from: Annotated[str, _mail_from] = "Usher <usher@localhost>"
    public_url: Annotated[str, _or_empty(web_addresses.public_url)] = ""
    install_url: Annotated[str, _or_empty(web_addresses.link)] = ""
    host: Annotated[str, web_addresses.host] = "127.0.0.1"
    port: Annotated[int, partial(_integer, least=1, most=65535)] = 8000
    keep_alive_seconds: Annotated[int, partial(_integer, least=5, most=3600)] = 75
    secret_key: Annotated[Secret | None, _secret_key] = None
    metrics_token: Annotated[Secret | None, _metrics_token] = None
    cors_origins: Annotated[Sequence[str], web_addresses.origins] = ()
    payments: Annotated[str, _payments] = "sandbox"
    database_pool: Annotated[int, partial(_integer, least=2, most=200)] = 20
    relay: Annotated[bool, _boolean] = True
    keep_idempotency_keys_days: Annotated[int, _days] = DEFAULT_RETENTION.idempotency_keys.days
    keep_deliveries_days: Annotated[int, _days] = DEFAULT_RETENTION.deliveries.days
    keep_credentials_days: Annotated[int, _days] = DEFAULT_RETENTION.credentials.days
    keep_sign_in_requests_days: Annotated[int, _days] = DEFAULT_RETENTION.sign_in_requests.days
    explorer: Annotated[bool, _boolean] = True
    portal: Annotated[bool, _boolean] = True
    introspection: Annotated[bool, _boolean] = True
    trusted_documents: Annotated[Path | None, _path] = None
    only_trusted_documents: Annotated[bool, _boolean] = False
    data_folder: Annotated[Path, _folder] = DATA_FOLDER
    trusted_proxies: Annotated[str, _proxies] = "127.0.0.1"
    get_queries: Annotated[bool, _boolean] = False
    # USHER_MAX_DOCUMENT_COST is document_cost.
    max: Limits = DEFAULT_LIMITS

    def __post_init__(self) -> None:
        # Nobody can follow a link to all addresses of a machine.
        host = "localhost" if web_addresses.is_any_address(self.host) else self.host.partition("%")[0]
        shown = f"[{host}]" if ":" in host else host
        self.public_url = self.public_url or web_addresses.public_url(f"http://{shown}:{self.port}")
        self.install_url = self.install_url or self.public_url

    @property
    def direct_url(self) -> str:
        """The address of PostgreSQL itself, where the other one is a pooler's: for LISTEN and migrations."""
        return self.database_direct_url or self.database_url or ""

    def require(self, *names: str) -> None:
        """Raise SettingsError unless each of these is set."""
        for name in names:
            if getattr(self, name) is None:
                raise SettingsError(f"{_env_name(name)} is missing. {_HELP[name]}")


def _env_name(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


_LIMITS = [f"max_{limit.name}" for limit in fields(Limits)]
_NAMES = {_env_name(name) for name in (*(setting.name for setting in fields(Settings)), *_LIMITS) if name != "max"}
_HELP = {
    "secret_key": f"Set it to {MIN_KEY_LENGTH} or more random characters; links in mails are made with it.",
    "smtp_url": "Set it to your mail server, e.g. smtp://user:password@host:587?starttls=required",
}


def load_settings() -> Settings:
    """Read the settings, and warn of names that are none on standard error. Raises SettingsError."""
    for name in _unknown(_given()):
        sys.stderr.write(f"usher: {name} is not a setting and has no effect.{_suggestion(name)}\n")
    return read_settings()


def read_settings() -> Settings:
    """Read the settings. Raises SettingsError with one line that names the first wrong one."""
    given = _given()
    types = get_type_hints(Settings, include_extras=True).items()
    readers = {name: kind.__metadata__[0] for name, kind in types if name != "max"}
    read = {name: _read(name, reader, given) for name, reader in readers.items() if _env_name(name) in given}
    limit = partial(_integer, least=1, most=MAX_LIMIT)
    limits = {name: _read(name, limit, given) for name in _LIMITS if _env_name(name) in given}
    return Settings(**read, max=Limits(**{name.removeprefix("max_"): most for name, most in limits.items()}))


def _read(name: str, read: Callable[[str], Any], given: Mapping[str, str]) -> Any:
    value = given[_env_name(name)].strip()
    try:
        # Bytes of the environment that are no UTF-8 stand in it as halves of characters.
        value.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"{_env_name(name)} is wrong: it is not UTF-8 text.") from None
    try:
        return read(value)
    except ValueError as error:
        raise SettingsError(f"{_env_name(name)} is wrong: {error}.") from None


def _given() -> dict[str, str]:
    """Every variable whose name begins as those of settings do; the environment wins over the file."""
    try:
        in_file = read_env_file(FILE, PREFIX)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"{FILE} cannot be read: {reason}.") from None
    given = {name: value for name, value in {**in_file, **os.environ}.items() if name.upper().startswith(PREFIX)}
    for name in given.keys() - _NAMES:
        if name.upper() in _NAMES:
            raise SettingsError(f"{name} is not a setting: write {name.upper()}, in capitals.")
    return given


def _unknown(given: Mapping[str, str]) -> list[str]:
    return sorted(name for name in given.keys() - _NAMES if name.startswith(PREFIX))


def _suggestion(name: str) -> str:
    # Only a misspelt setting needs it.
    from difflib import get_close_matches  # noqa: PLC0415

    nearest = get_close_matches(name, sorted(_NAMES), n=1, cutoff=0.85)
    return f" Did you mean {nearest[0]}?" if nearest else ""
