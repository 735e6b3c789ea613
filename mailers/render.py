"""A mail from its kind, a locale and the facts: the texts in TOML, one layout for all of them."""

import re
import tomllib
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from mailers.html_page import html_page
from mailers.printable import printable
from models.rules.currencies import decimals_of

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Amount:
    """A sum of money in one currency, named by its ISO 4217 code."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class RenderedMail:
    """The subject, in one line, and the same content as text and HTML."""

    subject: str
    html: str
    text: str


class UnknownMailKind(KeyError):
    """No texts exist for this kind of mail."""


def render(kind: str, *, locale: str, facts: Mapping[str, object]) -> RenderedMail:
    """Write the mail of this kind in the language of the locale; every fact it uses must be given."""
    language = _language(locale)
    texts = _texts(language)
    if kind not in texts["kinds"]:
        raise UnknownMailKind(f"no mail of the kind {kind!r} in {sorted(texts['kinds'])}")
    clean_facts = {name: _printable(fact) for name, fact in facts.items()}
    mail = _fill(texts["kinds"][kind], language, clean_facts)
    common = _fill(texts["common"], language, clean_facts)
    layout = {"mail": mail, "common": common, "language": language}
    html = html_page(layout, _environment(language).get_template("mail.mjml.j2"))
    text = _environment(language).get_template("mail.txt.j2").render(layout)
    return RenderedMail(subject=mail["subject"], html=html, text=text)


def _language(locale: str) -> str:
    return "fr-CA" if re.split("[-_]", locale.lower())[0] == "fr" else "en"


@cache
def _texts(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / "texts" / f"{language}.toml").read_text(encoding="utf-8"))


def _printable(fact: Any) -> Any:
    match fact:
        case str():
            return printable(fact)
        case Mapping():
            return {name: _printable(part) for name, part in fact.items()}
        case list() | tuple():
            return [_printable(part) for part in fact]
        case _:
            return fact


def _fill(content: Any, language: str, facts: Mapping[str, Any]) -> Any:
    """Put the facts into every sentence; a table with `for_each` becomes one row per item."""
    match content:
        case str():
            return _sentence(content, language).render(facts) if "{" in content else content
        case list():
            return [_fill(part, language, facts) for part in content]
        case {"for_each": name, "row": row}:
            return [_fill(row, language, {**facts, "item": item}) for item in facts[name]]
        case _:
            return {key: _fill(part, language, facts) for key, part in content.items()}


@cache
def _sentence(source: str, language: str) -> Template:
    return _environment(language).from_string(source)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        # A sentence has no template name and stays plain: only the layout knows what to escape.
        autoescape=select_autoescape(["mjml.j2"], default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    formats: dict[str, str] = _texts(language)["formats"]
    environment.filters["moment"] = partial(_moment, formats=formats)
    environment.filters["money"] = partial(_money, locale=formats["locale"])
    environment.filters["number"] = partial(format_decimal, locale=formats["locale"])
    return environment


def _moment(at: datetime, *, formats: Mapping[str, str]) -> str:
    # French writes "1er" for the first of a month, which no date pattern can express.
    pattern = formats["moment_on_the_first" if at.astimezone(UTC).day == 1 else "moment"]
    return format_datetime(at, pattern, tzinfo=UTC, locale=formats["locale"])


def _money(price: Amount, *, locale: str) -> str:
    pattern = copy(Locale.parse(locale).currency_formats["standard"])
    decimals = decimals_of(price.currency, price.amount)
    pattern.frac_prec = (decimals, decimals)
    return pattern.apply(price.amount, locale, currency=price.currency, currency_digits=False)
