"""Sending a message to the mail server, and interpreting its answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from mailers.smtp_answers import is_permanent

if TYPE_CHECKING:
    import aiosmtplib

    from mailers.checked import CheckedMessage

TIMEOUT = 20.0


class PermanentlyRefused(Exception):
    """The server will never take this message for this recipient."""


class TryLater(Exception):
    """The server could not be reached, or would not take the message now."""


@dataclass(frozen=True)
class SmtpServer:
    """The mail server.

    STARTTLS is used when offered; `required` refuses to go on without it, as does `auto` with a login, unless the
    server is on this machine: an attacker that strips the offer would get the password.
    """

    host: str
    port: int
    username: str | None
    password: str | None
    use_tls: bool
    start_tls: bool | None

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """Read smtp://user:password@host:port?starttls=required or smtps://... Raises ValueError."""
        parts = urlsplit(url)
        starttls = parse_qs(parts.query).get("starttls", ["auto"])[0]
        known = parts.scheme in {"smtp", "smtps"} and starttls in _STARTTLS
        if not parts.hostname or not known or not _has_good_port(parts):
            raise ValueError("expected smtp://user:password@host:port or smtps://..., ?starttls=required|auto|never")
        secure = parts.scheme == "smtps"
        if starttls == "auto" and parts.username and not _is_loopback(parts.hostname):
            starttls = "required"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if secure else 587),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=secure,
            start_tls=False if secure else _STARTTLS[starttls],
        )

    @asynccontextmanager
    async def session(self) -> AsyncIterator["SmtpSession"]:
        """One connection for several messages. Raises TryLater when none can be made."""
        import aiosmtplib  # noqa: PLC0415 - a server answers first

        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            use_tls=self.use_tls,
            start_tls=self.start_tls,
            timeout=TIMEOUT,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TryLater(self._why_not(error)) from error
        try:
            yield SmtpSession(client)
        finally:
            client.close()

    def _why_not(self, error: BaseException) -> str:
        words = _words(error)
        if self.username and "STARTTLS" in words:
            return f"{words} A login is sent over TLS only, unless USHER_SMTP_URL has starttls=never."
        return words


@dataclass(frozen=True)
class SmtpSession:
    """A connection that takes messages."""

    client: "aiosmtplib.SMTP"

    @property
    def alive(self) -> bool:
        """Whether the connection still stands."""
        return self.client.is_connected

    def hang_up(self) -> None:
        """Close the connection during a message; nothing more is written."""
        transport = self.client.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    async def send(self, message: "CheckedMessage") -> None:
        """Send one message to its one recipient. Raises PermanentlyRefused, TryLater."""
        import aiosmtplib  # noqa: PLC0415 - as above

        try:
            await self.client.sendmail(message.sender, message.recipient, message.content)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _meaning(error.recipients[0]) from error
        except aiosmtplib.SMTPDataError as error:
            raise _meaning(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TryLater(_words(error)) from error


_STARTTLS = {"required": True, "auto": None, "never": False}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _meaning(error: "aiosmtplib.SMTPResponseException") -> Exception:
    words = _readable(f"{error.code} {error.message}")
    return PermanentlyRefused(words) if is_permanent(error.code, error.message) else TryLater(words)


def _words(error: BaseException) -> str:
    return _readable(f"{type(error).__name__}: {error}")


def _readable(text: str) -> str:
    """A server's words as text that can be stored: bytes that are no UTF-8 come as surrogates."""
    return text.encode(errors="replace").decode().replace("\0", "?")


def _has_good_port(parts: SplitResult) -> bool:
    """Whether a URL's port is a number; the error that says otherwise quotes what may be half a password."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False
