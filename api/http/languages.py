"""The language that a client reads, as Accept-Language says (RFC 9110, 12.5.4)."""

import re
from functools import lru_cache

from models.text.languages import LANGUAGES

# Longer ones are read so far; browsers send some hundred characters at most.
MOST_CHARACTERS = 1_000
_WEIGHT = re.compile(r"[qQ]=(0(\.[0-9]{0,3})?|1(\.0{0,3})?)\Z")


def preferred_language(accept_language: str) -> str | None:
    """The known language that is preferred to the others; None where none is named, the star included."""
    # Cut off first: what is remembered must not be as long as a client likes.
    return _preferred(accept_language[:MOST_CHARACTERS])


@lru_cache(1_000)
def _preferred(accept_language: str) -> str | None:
    preferred, most = None, 0.0
    for part in accept_language.split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(weight.strip())
        if language in LANGUAGES and quality > most:
            preferred, most = language, quality
    return preferred


def _quality(weight: str) -> float:
    """The quality value of a language range; none where it cannot be read."""
    if not weight:
        return 1.0
    found = _WEIGHT.match(weight)
    return float(found[1]) if found else 0.0
