"""Web addresses in a text, as mail programs find them to make links."""

import re
import unicodedata

# Joiners show nothing, and the full stops of East Asian scripts count as dots in domain names (UTS 46).
_AS_READ = {0x200C: None, 0x200D: None, 0x3002: "."}

_LINK = re.compile(
    r"""
    ://
    | \b(https?|ftp|mailto|tel|sms|data|javascript):
    | \bwww\d?\.
    | \w@\w
    # Two characters or more, a dot, two letters or more: "example.com" and "Dr.Smith", but not "J.R." or "Dr. Smith".
    | [^\W_][\w-]*[^\W_]\.[^\W\d_]{2}
    # Of one character before the dot, e.g. "t.me" and "x.com", but not "J.Smith".
    | (?<![\w.])[^\W_]\.(com|net|org|me|co|io)\b
    | \w\.\w+/
    | \b\d{1,3}(\.\d{1,3}){3}\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def has_web_address(text: str) -> bool:
    """Whether a mail program may make a link of a part of the text."""
    return bool(_LINK.search(unicodedata.normalize("NFKC", text).translate(_AS_READ)))
