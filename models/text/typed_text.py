"""Typed or pasted text: tidying it, and finding blank text and control characters.

Nothing here depends on Python's version of Unicode: characters that it does not know are letters and emoji of a newer
version, and names may have them.
"""

import re
import unicodedata

# Soft hyphen, marks of direction, zero-width space, word joiner, invisible operators, byte order mark, annotations,
# tags.
_PASTED_ALONG = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]"
)
# Spaces, joiners, variation selectors, and the fillers of Hangul, Khmer and Braille, all invisible.
_BLANK = re.compile("[\\s\u034f\u115f\u1160\u17b4\u17b5\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0]*")
# Controls, separators of lines and paragraphs, overrides of direction, surrogates, private use, noncharacters.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef]"
    "|[\U000f0000-\U0010ffff]"
    f"|[{''.join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))}]"
)


def tidied(text: str) -> str:
    """The text composed (NFC) and trimmed, without invisible characters that mean nothing in a name."""
    return unicodedata.normalize("NFC", without_pasted(text)).strip()


def without_pasted(text: str) -> str:
    """The text without invisible characters that are pasted along and mean nothing."""
    return _PASTED_ALONG.sub("", text)


def is_blank(text: str) -> bool:
    """Whether the text has no visible character."""
    return _BLANK.fullmatch(text) is not None


def has_control_characters(text: str) -> bool:
    """Whether the text holds characters that are no part of a name."""
    return _CONTROL.search(text) is not None
