"""Header values that carry text of callers: quoted strings and encoded words, folded, in ASCII.

The standard library's own header classes read encoded words inside the text they are given, and fold a quoted string
by leaving its quotes out. So they get no text of a caller.
"""

import re
from email.header import Header

from mailers.printable import printable

# RFC 5322, 2.1.1.
LINE = 78
MAX_DISPLAY_NAME = 60

_PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]*")
_LONGEST_FIELD_NAME = "Subject: "


def display_name(name: str) -> str:
    """A name as mails show it beside an address: printable, at most 60 characters."""
    clean = printable(name)
    return clean if len(clean) <= MAX_DISPLAY_NAME else f"{clean[: MAX_DISPLAY_NAME - 1].rstrip()}…"


def mailbox_value(name: str, address: str) -> str:
    """The one mailbox of a From or To field (RFC 5322, 3.4); the display name is always quoted or encoded."""
    shown = display_name(name)
    if not shown:
        return f"<{address}>"
    quoted = '"{}"'.format(re.sub(r'(["\\])', r"\\\1", shown))
    phrase = quoted if _is_plain(shown) and _fits(quoted) else _encoded(shown)
    value = f"{phrase} <{address}>"
    return value if _fits(value) else f"{phrase}\r\n <{address}>"


def text_value(text: str) -> str:
    """The value of an unstructured field, e.g. the subject (RFC 5322, 2.2.1)."""
    clean = printable(text)
    return clean if _is_plain(clean) and _fits(clean) else _encoded(clean)


def _is_plain(text: str) -> bool:
    # Mail programs read encoded words inside quoted strings as well, although RFC 2047 forbids it.
    return bool(_PRINTABLE_ASCII.fullmatch(text)) and "=?" not in text and "  " not in text


def _fits(value: str) -> bool:
    return len(_LONGEST_FIELD_NAME + value) <= LINE


def _encoded(text: str) -> str:
    # The charset has the whole text encoded. Encoded words have 75 characters
    # at most (RFC 2047, 2); the library may go two beyond the number that it is given.
    return Header(text, "utf-8", maxlinelen=73, header_name="Subject").encode(splitchars="", linesep="\r\n")
