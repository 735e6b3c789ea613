"""A mail server that answers as a test tells it to."""

import asyncio
import re
import ssl
import warnings
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.certificate import Certificate

HANG_UP = "hang up"
HANG = "hang"
HOLD = "hold"
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


@dataclass
class Rule:
    """An answer to give in place of the usual one: to one recipient's mails or to all, some times or always."""

    command: str
    answer: str
    to: str | None
    times: int


@dataclass(frozen=True)
class Try:
    """One mail as far as it got to the server's DATA, taken or not."""

    to: str
    content: bytes
    taken: bool
    secure: bool
    login: str | None

    @property
    def message(self) -> EmailMessage:
        """The mail."""
        return cast("EmailMessage", message_from_bytes(self.content, policy=policy.default))

    @property
    def message_id(self) -> str:
        """Its Message-ID, without reading the rest."""
        found = MESSAGE_ID.search(self.content)
        return found.group(1).decode() if found else ""


@dataclass
class MailServer:
    """An SMTP server on a free port of 127.0.0.1, to be used with `async with`.

    With a certificate it offers STARTTLS, or speaks TLS from the start. With a login (name and password) it takes
    mails only from who has given it.
    """

    certificate: Certificate | None = None
    tls: bool = False
    login: tuple[str, str] | None = None
    tries: list[Try] = field(default_factory=list)
    was_tried: asyncio.Event = field(default_factory=asyncio.Event)
    forgiven: asyncio.Event = field(default_factory=asyncio.Event)
    held: int = 0
    most_connections: int = 1_000_000
    connections: int = 0
    port: int = 0
    _in_clear: bytearray = field(default_factory=bytearray)
    _rules: list[Rule] = field(default_factory=list)
    _sessions: set[SMTP] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the same port as before if it did."""
        context = self.certificate.for_server() if self.certificate and self.tls else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._new_session, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End every connection, and listen no more."""
        self._server.close()
        for session in list(self._sessions):
            if session.transport is not None:
                session.transport.close()
        await self._server.wait_closed()

    @property
    def heard_in_clear(self) -> bytes:
        """Everything that came in clear, as an eavesdropper hears it."""
        return bytes(self._in_clear)

    def hear(self, data: bytes) -> None:
        """Something came in clear."""
        self._in_clear += data

    @property
    def taken(self) -> list[Try]:
        """The mails that were taken, in order."""
        return [one for one in self.tries if one.taken]

    def answer(self, command: str, answer: str, *, to: str | None = None, times: int = 1_000_000) -> None:
        """Answer CONNECT, MAIL, RCPT or DATA with this, in place of what is usual.

        Or, but for CONNECT, HANG_UP, or HANG and never answer. HOLD, for RCPT alone, answers as usual once forgiven.
        """
        self._rules.append(Rule(command, answer, to, times))

    def forgive(self) -> None:
        """Answer as usual from now on."""
        self._rules.clear()
        self.forgiven.set()

    def find_answer(self, command: str, to: str | None = None) -> str | None:
        """The answer to give in place of the usual one."""
        for rule in self._rules:
            if rule.command == command and rule.times > 0 and rule.to in {None, to}:
                rule.times -= 1
                return rule.answer
        return None

    def _new_session(self) -> SMTP:
        self.connections += 1
        session = _Session(self, one_too_many=len(self._sessions) >= self.most_connections)
        self._sessions.add(session)
        return session

    def forget(self, session: SMTP) -> None:
        """A connection is over."""
        self._sessions.discard(session)


class _Session(SMTP):
    def __init__(self, server: MailServer, *, one_too_many: bool) -> None:
        context: ssl.SSLContext | None = None
        if server.certificate and not server.tls:
            context = server.certificate.for_server()
        with warnings.catch_warnings(action="ignore"):
            # It takes a connection that spoke TLS from the start for one in clear, and warns of it.
            super().__init__(
                _Handler(server),
                hostname="mail.example.com",
                tls_context=context,
                require_starttls=context is not None and server.login is not None,
                auth_required=server.login is not None,
                auth_require_tls=not server.tls,
                authenticator=self._check,
                loop=asyncio.get_running_loop(),
            )
        self._mail_server = server
        self._one_too_many = one_too_many
        self._greeted = False

    def data_received(self, data: bytes) -> None:
        if not (self._mail_server.tls or self._tls_protocol):
            self._mail_server.hear(data)
        super().data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._mail_server.forget(self)

    async def push(self, status: str | bytes) -> None:
        if not self._greeted:
            self._greeted = True
            too_many = "421 4.7.0 Too many connections from you" if self._one_too_many else None
            status = too_many or self._mail_server.find_answer("CONNECT") or status
        await super().push(status)

    def _check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        right = (data.login.decode(), data.password.decode()) == self._mail_server.login
        # handled=False has aiosmtpd send the answer; the client waits for ever without.
        return AuthResult(success=right, handled=False, auth_data=data)


class _Handler:
    """The handler of aiosmtpd: called with each command."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_MAIL(  # noqa: N802
        self, smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := self._server.find_answer("MAIL"):
            return await _give(smtp, answer)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self._server.find_answer("RCPT", address)
        if answer == HOLD:
            self._server.held += 1
            await self._server.forgiven.wait()
        elif answer:
            return await _give(smtp, answer)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        (to,) = envelope.rcpt_tos
        answer = self._server.find_answer("DATA", to)
        login = session.auth_data.login.decode() if session.authenticated else None
        content = cast("bytes", envelope.content)
        self._server.tries.append(
            Try(to, content, answer is None, session.ssl is not None or smtp_is_tls(smtp), login)
        )
        self._server.was_tried.set()
        return await _give(smtp, answer) if answer else "250 2.0.0 Taken"


def smtp_is_tls(smtp: SMTP) -> bool:
    """Whether the connection spoke TLS from the start."""
    return smtp.transport is not None and smtp.transport.get_extra_info("ssl_object") is not None


async def _give(smtp: SMTP, answer: str) -> str:
    if answer == HANG:
        await asyncio.Event().wait()
    if answer == HANG_UP and smtp.transport is not None:
        smtp.transport.abort()
        raise ConnectionResetError
    # As servers that know no UTF-8 do.
    return answer if answer.isascii() else cast("str", answer.encode("latin-1"))
