"""The language that a client prefers, by Accept-Language (RFC 9110, 12.5.4)."""

import re
from functools import lru_cache

from models.text.languages import LANGUAGES

# The rest of a longer field is ignored; browsers send some hundred characters at most.
MOST_CHARACTERS = 1_000
_WEIGHT = re.compile(r"[qQ]=(0(\.[0-9]{0,3})?|1(\.0{0,3})?)\Z")


def preferred_language(accept_language: str) -> str | None:
    """The supported language with the highest quality; None if no language is named, or only the star."""
    # Cut off first: the keys of the cache must not be as long as a client likes.
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
    """The quality of a language range; 0 if it is malformed."""
    if not weight:
        return 1.0
    found = _WEIGHT.match(weight)
    return float(found[1]) if found else 0.0
