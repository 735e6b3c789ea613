"""Text that mails can show: stored names may hold characters that no mail should repeat."""

import re

# Line breaks and other controls would add header lines or forge lines of the text part; the
# directional overrides make a name read backwards; a lone surrogate cannot be encoded.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def printable(text: str) -> str:
    """The text with a space in place of what must not be printed, and none at its ends."""
    return _UNPRINTABLE.sub(" ", text).strip()
