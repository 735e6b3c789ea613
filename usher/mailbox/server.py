"""An SMTP server that keeps what it is given; nothing is ever sent on."""

import asyncio
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from usher.mailbox.folder import MailFolder, MailSummary

log = structlog.get_logger(__name__)


class Mailbox:
    """The mails under a folder, and the SMTP server that adds to them. They outlive the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = MailFolder(folder)
        self._server: asyncio.Server | None = None
        self._sessions: set[SMTP] = set()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Take mails in the running event loop; returns the port, a free one for port 0. Raises OSError."""
        if self._server is not None:
            raise RuntimeError("the mailbox is open already")
        self._server = await asyncio.get_running_loop().create_server(self._new_session, host, port)
        return self.port

    @property
    def port(self) -> int:
        """The port of the mail server. Raises RuntimeError when it is not open."""
        if self._server is None:
            raise RuntimeError("the mailbox is not open")
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more mails and hang up on who is connected."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for session in list(self._sessions):
            if session.transport is not None:
                session.transport.close()
        await server.wait_closed()

    def messages(self) -> list[MailSummary]:
        """Every mail, newest first."""
        return self._folder.summaries()

    def read(self, id: str) -> EmailMessage | None:
        """A mail as it was sent; None when there is none of this id."""
        return self._folder.message(id)

    def source(self, id: str) -> bytes | None:
        """The very bytes of a mail; None when there is none of this id."""
        return self._folder.source(id)

    def _new_session(self) -> SMTP:
        session = _Session(_Keeper(self._folder), self._sessions.discard)
        self._sessions.add(session)
        return session


class _Session(SMTP):
    """One connection; tells when it is over."""

    def __init__(self, handler: "_Keeper", when_over: Callable[[SMTP], None]) -> None:
        # Without a host name aiosmtpd asks the DNS for one, on every connection.
        super().__init__(
            handler,
            hostname="localhost",
            ident="Usher demo mailbox",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._when_over = when_over

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._when_over(self)


class _Keeper:
    """The handler of aiosmtpd: stores each mail."""

    def __init__(self, folder: MailFolder) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        try:
            self._folder.keep(content if isinstance(content, bytes) else (content or "").encode())
        except OSError:
            log.exception("mailbox.not_kept")
            return "452 4.3.1 The mailbox could not write the mail"
        return "250 2.0.0 Kept"
