"""Reading mails that anybody may have written: nothing in them raises."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.policy import Policy
from typing import Any, cast

_ANCHOR = re.compile(r"<(a|area)(?=[\s/>])", re.IGNORECASE)
# NUL, and the halves of characters that do not stand for a raw byte.
_UNPRINTABLE = re.compile(r"[\x00\ud800-\udc7f\udd00-\udfff]")
_PRECONNECTING = re.compile(r"<(link|iframe|frame|object|embed)\b", re.IGNORECASE)


def parse(content: bytes) -> EmailMessage:
    """A mail from its bytes."""
    try:
        return _parse(content, policy.default)
    except Exception:  # noqa: BLE001 - the modern parser of the standard library trips over broken headers
        return _parse(content, policy.compat32)


def header(message: EmailMessage, name: str) -> str:
    """A header in plain text; empty where it is missing."""
    try:
        value = str(message.get(name, ""))
    except Exception:  # noqa: BLE001 - as in `parse`; here it falls back on the header as it was sent
        value = next(str(raw) for key, raw in message.raw_items() if key.lower() == name.lower())
    return _printable(" ".join(value.split()))


def html_part(message: EmailMessage) -> str | None:
    """The HTML of a mail, if it has any."""
    return _part(message, "html")


def text_part(message: EmailMessage) -> str | None:
    """The plain text of a mail, if it has any."""
    return _part(message, "plain")


def html_for_frame(html: str) -> str:
    """The HTML with every link made to open in the whole window, in place of the frame it is shown in.

    The sandbox and the content security policy keep it harmless. Only a few elements are defused here,
    because browsers connect to the hosts that these name before they ask any policy.
    """
    html = _PRECONNECTING.sub(r"<x-\1", html)
    # Of an attribute given twice, HTML takes the first.
    return _ANCHOR.sub(r'<\1 target="_top"', html)


def _parse(content: bytes, how: "Policy[Any]") -> EmailMessage:
    message = cast("EmailMessage", message_from_bytes(content, _class=EmailMessage, policy=how))
    for part in message.walk():
        # Headers are parsed when they are first asked for: what they do wrong, they do here.
        part.get_content_type()
        part.get_content_charset()
        part.get_content_disposition()
    return message


def _part(message: EmailMessage, subtype: str) -> str | None:
    for part in message.walk():
        if part.get_content_type() == f"text/{subtype}" and part.get_content_disposition() != "attachment":
            return _content(cast("EmailMessage", part))
    return None


def _content(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return _printable(text)


def _printable(value: str) -> str:
    """The text with its raw bytes read as UTF-8, and without what no page can show."""
    whole = _UNPRINTABLE.sub("\ufffd", value)
    return whole.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
