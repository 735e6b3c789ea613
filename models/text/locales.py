"""Language tags: from a browser's language to the nearest locale of the Unicode data."""

import re
from collections.abc import Iterator
from itertools import chain

FALLBACK = "en"
MAX_TAG = 255
# RFC 5646, 2.1. A language of four letters or more is reserved, and none is registered.
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(-[a-z]{3}){0,3}(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?"
)
# The same, 2.2.8, with what the registry prefers, if anything; those that begin with zh do as they are.
_GRANDFATHERED = {
    "art-lojban": "jbo",
    "cel-gaulish": "und",
    "en-gb-oed": "en-gb",
    "no-bok": "nb",
    "no-nyn": "nn",
    "i-ami": "ami",
    "i-bnn": "bnn",
    "i-default": "und",
    "i-enochian": "und",
    "i-hak": "hak",
    "i-klingon": "tlh",
    "i-lux": "lb",
    "i-mingo": "und",
    "i-navajo": "nv",
    "i-pwn": "pwn",
    "i-tao": "tao",
    "i-tay": "tay",
    "i-tsu": "tsu",
    "sgn-be-fr": "und",
    "sgn-be-nl": "und",
    "sgn-ch-de": "und",
}
# A language that is not determined, one without a code, several, none.
_NO_LANGUAGE = {"und", "mis", "mul", "zxx"}


def nearest_locale(tag: str) -> str | None:
    """The nearest known locale as a BCP 47 tag in canonical case; None for a malformed tag or an unknown language.

    Subtags that lead to no known locale are dropped: en-JP is en, ca-ES-valencia-u-nu-latn is ca-ES-valencia.
    English stands for a language without data, and for none, e.g. und.
    """
    lower = tag.lower()
    parts = _TAG.fullmatch(_GRANDFATHERED.get(lower, lower)) if len(tag) <= MAX_TAG else None
    if parts is None:
        return None
    language, script = _renamed(parts["language"], parts["script"] or "")
    if not _is_language(language):
        return None
    subtags = script, parts["region"] or "", parts["variants"].split("-")[1:]
    return next(chain(_known(language, *subtags), _known(FALLBACK, *subtags)))


def _renamed(language: str, script: str) -> tuple[str, str]:
    from babel.core import get_global  # noqa: PLC0415 - a server answers first

    # A former or a longer code; sh implies a script as well.
    current, _, implied = get_global("language_aliases").get(language, language).partition("_")
    return current, script or implied


def _is_language(code: str) -> bool:
    from babel import Locale  # noqa: PLC0415 - a server answers first
    from babel.core import get_global  # noqa: PLC0415

    return code in _NO_LANGUAGE or code in get_global("likely_subtags") or code in Locale(FALLBACK).languages


def _known(language: str, script: str, region: str, variants: list[str]) -> Iterator[str]:
    """The known locales of a language, the nearest first."""
    from babel.core import get_global  # noqa: PLC0415 - a server answers first
    from babel.localedata import normalize_locale  # noqa: PLC0415

    for place in get_global("territory_aliases").get(region.upper(), [region]):
        for spelled, where in _scripts_and_regions(language, script, place.upper()):
            for variant in [*variants, ""]:
                subtags = [each for each in (language, spelled, where, variant) if each]
                if known := normalize_locale("_".join(subtags)):
                    yield _canonical(known)


def _scripts_and_regions(language: str, script: str, region: str) -> list[tuple[str, str]]:
    from babel.core import get_global  # noqa: PLC0415 - a server answers first

    likely = get_global("likely_subtags")
    by_region, by_language = (likely.get(name, "").split("_") for name in (f"{language}_{region}", language))
    script = script or (by_region[1] if len(by_region) == 3 else "")
    default = by_language[1] if len(by_language) == 3 else ""
    as_said = [(script, region), (script, "")] if script else []
    return [*as_said, ("", region), (default, region), ("", "")]


def _canonical(known: str) -> str:
    """The Unicode data writes variants in capitals, BCP 47 in small letters."""
    return "-".join(each.lower() if len(each) > 4 else each for each in known.split("_"))
