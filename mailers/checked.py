"""Parsing finished messages before they are sent: no text of a caller may have become part of their structure."""

import re
from binascii import a2b_qp
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from typing import cast
from uuid import UUID

from mailers.header_values import display_name
from mailers.mail_address import MailAddress
from mailers.message import Message
from mailers.printable import printable

# RFC 5322, 2.1.1.
LONGEST_LINE = 998

_PRINTABLE = bytes([*b"\t\r\n", *range(0x20, 0x7F)])
_HEAD_PARSER = BytesParser(EmailMessage, policy=SMTP.clone(raise_on_defect=True))
_MAILBOX = re.compile(r"(?:(?P<phrase>.+) )?<(?P<address>[^<>]+)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


class BrokenMessage(ValueError):
    """The message does not parse to its sources, and must not be sent."""


@dataclass(frozen=True)
class CheckedMessage:
    """The bytes of a message that parses to its sources, and the addresses of its envelope."""

    sender: str
    recipient: str
    content: bytes


def checked(message: Message) -> CheckedMessage:
    """Write the message and parse it. Raises BrokenMessage."""
    try:
        content = message.to_bytes()
        _check_lines(content)
        _check_fields(content, message)
        _check_by_library(content, message)
        _check_parts(content, message)
    except (ValueError, LookupError) as error:
        raise BrokenMessage(f"{type(error).__name__}: {error}") from error
    return CheckedMessage(message.sender.address, message.recipient.address, content)


def check_sender(text: str) -> None:
    """Write a message from this sender, as every mail is written. Raises ValueError where that fails."""
    checked(
        Message(
            id=UUID(int=0),
            sender=MailAddress.parse(text),
            recipient=MailAddress("Recipient", "recipient@example.com"),
            date=datetime(2000, 1, 1, tzinfo=UTC),
            language="en",
            subject="Subject",
            text="Text",
            html="<p>Text</p>",
        )
    )


def _check_lines(content: bytes) -> None:
    if content.translate(None, _PRINTABLE) or b"\r" in (rest := content.replace(b"\r\n", b"")) or b"\n" in rest:
        raise BrokenMessage("it holds a byte that is no printable ASCII, or half a line break")
    if max(len(line) for line in content.split(b"\r\n")) > LONGEST_LINE:
        raise BrokenMessage(f"a line is longer than {LONGEST_LINE} bytes")


def _check_fields(content: bytes, message: Message) -> None:
    head = content.partition(b"\r\n\r\n")[0].decode("ascii")
    if any(not line.strip() for line in head.split("\r\n")):
        raise BrokenMessage("an empty line stands in its head")
    fields = [line.partition(": ") for line in re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")]
    if [name for name, _, _ in fields] != list(message.fields):
        raise BrokenMessage("its header fields are not those that were written")
    values = {name: value for name, _, value in fields}
    for field, expected in (("From", message.sender), ("To", message.recipient)):
        if _mailbox(values[field]) != MailAddress(display_name(expected.name), expected.address):
            raise BrokenMessage(f"its {field} does not name that one mailbox")
    if _text(values["Subject"]) != printable(message.subject):
        raise BrokenMessage("its Subject reads otherwise")


def _mailbox(value: str) -> MailAddress:
    found = _MAILBOX.fullmatch(value)
    if found is None:
        raise BrokenMessage("a mailbox has no address in angle brackets")
    phrase = found["phrase"] or ""
    quoted = _QUOTED.fullmatch(phrase)
    return MailAddress(re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else _text(phrase), found["address"])


def _text(value: str) -> str:
    return str(make_header(decode_header(value)))


def _check_by_library(content: bytes, message: Message) -> None:
    """Have the standard library's parser read the head too, with every defect an error."""
    head, end, _ = content.partition(b"\r\n\r\n")
    parsed = cast("EmailMessage", _HEAD_PARSER.parsebytes(head + end, headersonly=True))
    if parsed.keys() != list(message.fields):
        raise BrokenMessage("its header fields are read as others")
    for field, expected in (("From", message.sender), ("To", message.recipient)):
        if [one.addr_spec for one in parsed[field].addresses] != [expected.address]:
            raise BrokenMessage(f"its {field} is read as other addresses")


def _check_parts(content: bytes, message: Message) -> None:
    _, *parts, end = content.split(f"\r\n--{message.boundary}".encode())
    expected = [text.removesuffix("\n") + "\n" for text in (message.text, message.html)]
    texts = [a2b_qp(part.partition(b"\r\n\r\n")[2]).decode().replace("\r\n", "\n") for part in parts]
    if end != b"--\r\n" or texts != expected:
        raise BrokenMessage("its parts read otherwise")
