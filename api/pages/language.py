"""Which language a page speaks, and its sentences."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request

DEFAULT = "en"
SPOKEN = {"en": "en", "fr": "fr-CA"}

_TEXTS = Path(__file__).parent / "texts"
# RFC 9110, 12.5.4: a language range and its weight.
_RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?\Z")


def language_of(request: Request) -> str:
    """The language of the answer: the chosen one, else what the browser likes best of what we speak."""
    return chosen_language(request) or _accepted(request.headers.get("accept-language", ""))


def chosen_language(request: Request) -> str | None:
    """The language that `?lang=` asks for, if it is one we speak."""
    primary = request.query_params.get("lang", "").lower().partition("-")[0]
    return SPOKEN.get(primary)


@cache
def texts(language: str) -> dict[str, Any]:
    """Every sentence of the pages in one language."""
    return tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))


def _accepted(header: str) -> str:
    best, best_weight = DEFAULT, 0.0
    for part in header[:500].split(","):
        found = _RANGE.match(part)
        language = SPOKEN.get(found[1].lower()) if found else None
        weight = float(found[2] or 1) if found else 0.0
        if language and weight > best_weight:
            best, best_weight = language, weight
    return best
