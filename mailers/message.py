"""A message as bytes: header fields, and a body of text and HTML (RFC 5322, RFC 2046)."""

from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property, lru_cache
from uuid import UUID

from mailers.header_values import mailbox_value, text_value
from mailers.mail_address import MailAddress


@dataclass(frozen=True, kw_only=True)
class Message:
    """The contents of one mail to one recipient; its id makes the Message-ID."""

    id: UUID
    sender: MailAddress
    recipient: MailAddress
    date: datetime
    language: str
    subject: str
    text: str
    html: str

    @cached_property
    def fields(self) -> dict[str, str]:
        """The header fields, in order."""
        return {
            "From": mailbox_value(self.sender.name, self.sender.address),
            "To": mailbox_value(self.recipient.name, self.recipient.address),
            "Subject": text_value(self.subject),
            "Date": format_datetime(self.date),
            "Message-ID": f"<{self.id}@{self.sender.domain}>",
            # RFC 3834: no out-of-office answers to a machine.
            "Auto-Submitted": "auto-generated",
            "Content-Language": self.language,
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="{self.boundary}"',
        }

    @property
    def boundary(self) -> str:
        """The boundary of the two contents: quoted-printable text has no "=_" (RFC 2045, 6.7)."""
        return f"=_{self.id}"

    def to_bytes(self) -> bytes:
        """The message in ASCII, the same each time to the last byte. Raises ValueError."""
        return b"\r\n".join(
            [
                *(f"{name}: {value}".encode("ascii") for name, value in self.fields.items()),
                b"",
                *self._part("text/plain", self.text),
                *self._part("text/html", self.html),
                f"--{self.boundary}--\r\n".encode("ascii"),
            ]
        )

    def _part(self, content_type: str, content: str) -> list[bytes]:
        head = f"--{self.boundary}\r\nContent-Type: {content_type}; charset=utf-8\r\n"
        # It passes every server unchanged, with any extensions.
        encoding = "Content-Transfer-Encoding: quoted-printable\r\n"
        lines = content.removesuffix("\n").split("\n")
        return [(head + encoding).encode("ascii"), *(_quoted_printable(line) for line in lines), b""]


# Most lines are of the layout.
@lru_cache(1_000)
def _quoted_printable(line: str) -> bytes:
    return b2a_qp(line.encode(), istext=False).replace(b"=\n", b"=\r\n")
