"""Search texts of people: case, accents and spellings folded.

Python does all of it and the database none, as its letters depend on the locale that it was created with.
"""

# ruff: noqa: RUF001 - letters are spelled in many ways
import re
import unicodedata

from models.text.domain_names import domain_name, readable_domain
from models.text.typed_text import without_pasted

MOST_CHARACTERS = 1_000
MOST_WORDS = 20
# Accents of Latin, Greek and Cyrillic, points of Hebrew, vowels of Arabic. Other marks make another letter.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Invisible: joiners and variation selectors.
_JOINERS = re.compile("[\u034f\u200c\u200d\ufe00-\ufe0f]")
# Unicode decomposes it into a space and an accent; it is typed for an apostrophe.
_ACUTE = "\u00b4"
# Letters that Unicode decomposes into nothing, and punctuation that programs put in the place of what was typed.
_SPELLINGS = str.maketrans(
    {
        **dict(zip("øłđðħŧıȷĸŋ。", "olddhtijkn.", strict=True)),
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        **dict.fromkeys("‘’‛ʼʹ′`", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        # PostgreSQL cannot store it and no name has it, so it matches nobody.
        **dict.fromkeys(["\x00", *map(chr, range(0xD800, 0xE000))], "\ufffe"),
    }
)


def folded(text: str) -> str:
    """The text without case, accents and other differences of spelling; words are one space apart.

    Compatible forms are one (NFKC): ligatures, full width, superscripts. Both Turkish letters i are one with i.
    """
    visible = _JOINERS.sub("", without_pasted(text)).replace(_ACUTE, "'")
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", visible))
    spelled = plain.casefold().translate(_SPELLINGS)
    return " ".join(unicodedata.normalize("NFC", spelled).split())


def search_text(first_name: str, last_name: str, email: str) -> str:
    """The search text of a person: the name, and the address with both spellings of an internationalised domain."""
    return folded(" ".join([first_name, last_name, *_spellings(email)]))


def search_words(search: str) -> list[str] | None:
    """The words of a search, each once, the longest first; None where they are more than any person can have."""
    if len(search) > MOST_CHARACTERS:
        return None
    words = sorted(set(folded(search).split()), key=lambda word: (-len(word), word))
    return words if len(words) <= MOST_WORDS else None


def _spellings(email: str) -> list[str]:
    local_part, _, domain = email.rpartition("@")
    ascii_domain = domain if domain.isascii() else domain_name(domain) or domain
    return sorted({email, f"{local_part}@{ascii_domain}", f"{local_part}@{readable_domain(domain)}"})
