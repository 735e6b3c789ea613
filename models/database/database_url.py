"""Database URLs in libpq's syntax; parameters that are not supported are refused."""

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

DEFAULT_PORT = 5432
DEFAULT_USER = "postgres"
EXPECTED = "expected postgres://user:password@host:port/database"

SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
SESSIONS = {"any", "primary", "standby", "read-write", "read-only", "prefer-standby"}
# The driver reads these itself.
_OF_DRIVER = {
    "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslpassword", "sslnegotiation",
    "ssl_min_protocol_version", "ssl_max_protocol_version",
}  # fmt: skip
_OF_ADDRESS = {"host", "port", "user", "password", "dbname", "passfile"}
_READ_HERE = {"target_session_attrs", "statement_cache_size", "application_name"}
_NAME = re.compile("[a-z_]{2,30}")
PARAMETERS = _OF_DRIVER | _OF_ADDRESS | _READ_HERE


@dataclass(frozen=True)
class DatabaseUrl:
    """The address of a database: one host or several, of which one at a time takes changes."""

    hosts: tuple[tuple[str, int], ...]
    user: str
    password: str | None = field(repr=False)
    database: str
    parameters: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, text: str) -> "DatabaseUrl":
        """Read a URL. Raises ValueError, which names what is wrong and quotes no password."""
        parts = urlsplit(text)
        if parts.scheme not in {"postgres", "postgresql"}:
            raise ValueError(EXPECTED)
        parameters = _parameters(parts)
        userinfo, _, hosts = parts.netloc.rpartition("@")
        user, _, password = userinfo.partition(":")
        database = parameters.pop("dbname", unquote(parts.path.strip("/")))
        if not database:
            raise ValueError(EXPECTED)
        return cls(
            hosts=_hosts(hosts, parameters.pop("host", None), parameters.pop("port", None)),
            user=parameters.pop("user", unquote(user)) or DEFAULT_USER,
            password=parameters.pop("password", unquote(password)) or None,
            database=database,
            parameters=parameters,
        )

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The driver's arguments, but for the host and its port."""
        arguments: dict[str, Any] = {
            "user": self.user,
            "password": self.password,
            "database": self.database,
            "target_session_attrs": self.session,
        }
        if of_driver := {name: value for name, value in self.parameters.items() if name in _OF_DRIVER}:
            arguments["dsn"] = f"postgresql://?{urlencode(of_driver)}"
        if "passfile" in self.parameters:
            arguments["passfile"] = self.parameters["passfile"]
        if "statement_cache_size" in self.parameters:
            arguments["statement_cache_size"] = int(self.parameters["statement_cache_size"])
        if "application_name" in self.parameters:
            arguments["server_settings"] = {"application_name": self.parameters["application_name"]}
        return arguments

    def only(self, host: tuple[str, int]) -> "DatabaseUrl":
        """The same database on one of the hosts, for the same kind of session."""
        return replace(self, hosts=(host,), parameters=self.parameters | {"target_session_attrs": self.session})

    @property
    def session(self) -> str:
        """The kind of session, `target_session_attrs`; of several hosts, by default the primary."""
        usual = "read-write" if len(self.hosts) > 1 else "any"
        return self.parameters.get("target_session_attrs", usual)


def _parameters(parts: SplitResult) -> dict[str, str]:
    given = parse_qsl(parts.query, keep_blank_values=True)
    parameters = dict(given)
    if len(parameters) < len(given):
        raise ValueError("a parameter is there twice")
    if unknown := sorted(set(parameters) - PARAMETERS):
        # The text may be half a password.
        named = ", ".join(name for name in unknown if _NAME.fullmatch(name)) or "what follows the question mark"
        raise ValueError(f"{named}: not read here; these are: {', '.join(sorted(PARAMETERS))}")
    _require(parameters, "sslmode", SSL_MODES)
    _require(parameters, "target_session_attrs", SESSIONS)
    if not parameters.get("statement_cache_size", "0").isdecimal():
        raise ValueError("statement_cache_size is a number, 0 for a pooler that keeps no prepared statements")
    return parameters


def _require(parameters: dict[str, str], name: str, values: set[str]) -> None:
    if name in parameters and parameters[name] not in values:
        raise ValueError(f"{name} is one of {', '.join(sorted(values))}")


def _hosts(listed: str, named: str | None, ports: str | None) -> tuple[tuple[str, int], ...]:
    """The hosts of the URL, or those that its parameter names instead; each with its port."""
    in_url = [_host(each) for each in listed.split(",")] if listed else []
    names = [name for name, _ in in_url] if named is None else named.split(",")
    given: list[str | None] = [port for _, port in in_url] if ports is None else list(ports.split(","))
    if len(given) == 1:
        given *= len(names)
    if named is not None and ports is None and len(given) != len(names):
        given = [None] * len(names)
    if len(given) != len(names):
        raise ValueError("as many ports as hosts are expected, or one for all")
    found = tuple((name or "localhost", _port(port)) for name, port in zip(names, given, strict=True))
    return found or (("localhost", _port(given[0] if given else None)),)


def _host(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        name, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ValueError(EXPECTED)
        return unquote(name), rest[1:] or None
    name, _, port = text.partition(":")
    return unquote(name), port or None


def _port(text: str | None) -> int:
    if not text:
        return DEFAULT_PORT
    if not text.isdecimal() or not text.isascii() or not 0 < int(text[:6]) < 65_536:
        # The text may be half a password.
        raise ValueError("a port is a number up to 65535; in a password, write @, : and / as %40, %3A and %2F")
    return int(text)
