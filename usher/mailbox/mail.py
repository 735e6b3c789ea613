"""Reading mails that anybody may have written: nothing in them raises."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

# The first element that may hold a `target`, so that ours is the one that counts.
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_ANCHOR = re.compile(r"<(?:a|area)\b[^>]*>", re.IGNORECASE)
_TARGET = re.compile(r"""\starget\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_LINK_ELEMENT = re.compile(r"<link\b", re.IGNORECASE)


def parse(content: bytes) -> EmailMessage:
    """A mail from its bytes."""
    return cast("EmailMessage", message_from_bytes(content, policy=policy.default))


def header(message: EmailMessage, name: str) -> str:
    """A header in plain text; empty where it is missing."""
    try:
        value = str(message.get(name, ""))
    except Exception:  # noqa: BLE001 - the parser of the standard library fails in many ways on broken headers
        value = next((str(raw) for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return _printable(value).strip()


def html_part(message: EmailMessage) -> str | None:
    """The HTML of a mail, if it has any."""
    return _part(message, "html")


def text_part(message: EmailMessage) -> str | None:
    """The plain text of a mail, if it has any."""
    return _part(message, "plain")


def for_the_frame(html: str) -> str:
    """The HTML with every link made to open in the whole window, in place of the frame it is shown in.

    What keeps it harmless is the sandbox and the policy it is served with. Only `link` elements are defused here,
    because no policy keeps a browser from looking up the hosts that they announce.
    """
    html = _LINK_ELEMENT.sub("<x-link", html)
    html = _ANCHOR.sub(lambda anchor: _TARGET.sub("", anchor[0]), html)
    base = '<base target="_top">'
    if head := _HEAD.search(html):
        return html[: head.end()] + base + html[head.end() :]
    return f"<!doctype html><html><head>{base}</head>{html}"


def _part(message: EmailMessage, subtype: str) -> str | None:
    for part in message.walk():
        if part.get_content_type() == f"text/{subtype}" and part.get_content_disposition() != "attachment":
            return _content(cast("EmailMessage", part))
    return None


def _content(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _printable(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\x00", "\ufffd")
