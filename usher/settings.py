"""Every setting, read from the environment and from `.env`, checked at start."""

from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.limits import DEFAULT_LIMITS, Limits
from mailers.transport import SmtpServer
from models.database import credentials
from payments import PROVIDERS

MIN_KEY_LENGTH = 32


class SettingsError(Exception):
    """A setting is missing or wrong; the text is one line that names it."""


def _database_url(value: str) -> str:
    credentials(value)
    return value


def _smtp_url(value: SecretStr) -> SecretStr:
    SmtpServer.from_url(value.get_secret_value())
    return value


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


def _origins(value: str | list[str]) -> list[str]:
    given = value.split(",") if isinstance(value, str) else value
    origins = [origin.strip() for origin in given if origin.strip()]
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


def _secret_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < MIN_KEY_LENGTH:
        raise ValueError(f"use at least {MIN_KEY_LENGTH} random characters")
    return value


def _payments(value: str) -> str:
    if value not in PROVIDERS:
        raise ValueError(f"expected one of: {', '.join(PROVIDERS)}")
    return value


class Settings(BaseSettings):
    """USHER_... in the environment or in `.env`; the environment wins."""

    model_config = SettingsConfigDict(
        env_prefix="USHER_",
        env_file=".env",
        extra="ignore",
        # USHER_MAX_DOCUMENT_COST is document_cost of `max`.
        env_nested_delimiter="_",
        env_nested_max_split=1,
    )

    database_url: Annotated[str, AfterValidator(_database_url)] | None = Field(default=None, repr=False)
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] | None = None
    mail_from: Annotated[str, AfterValidator(_mail_from)] = "Usher <usher@localhost>"
    public_url: Annotated[str, AfterValidator(_web_url)] = ""
    install_url: Annotated[str, AfterValidator(_web_url)] = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] | None = None
    cors_origins: Annotated[list[str], NoDecode, BeforeValidator(_origins)] = []
    payments: Annotated[str, AfterValidator(_payments)] = "sandbox"
    database_pool: int = Field(default=20, ge=2, le=200)
    relay: bool = True
    explorer: bool = True
    portal: bool = True
    introspection: bool = True
    trusted_documents: Path | None = None
    only_trusted_documents: bool = False
    data_folder: Path = Path(".usher")
    trusted_proxies: Annotated[str, AfterValidator(_proxies)] = "127.0.0.1"
    get_queries: bool = False
    max: Limits = DEFAULT_LIMITS

    @model_validator(mode="after")
    def _fill_urls(self) -> Self:
        # Nobody can follow a link to a wildcard address.
        host = "localhost" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - it is compared
        shown = f"[{host}]" if ":" in host else host
        self.public_url = self.public_url or f"http://{shown}:{self.port}"
        self.install_url = self.install_url or self.public_url
        return self

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
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"USHER_{'_'.join(map(str, first['loc'])).upper()}" if first["loc"] else "The settings"
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} is wrong: {reason}.") from None
