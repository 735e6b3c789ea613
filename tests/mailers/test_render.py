"""Every mail in both languages, from its facts to the subject, the HTML and the text."""
# ruff: noqa: RUF001 - the mails are written with typographic apostrophes and times signs

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from jinja2 import Environment, UndefinedError
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import Getattr, Name

from mailers.render import FOLDER, Amount, UnknownMailKind, render
from tests.support.expected_mails import expected_mail, moment
from tests.support.html_mail import Page

LINK = "https://usher.example.com/activate?token=aZ0-_9&next=%2Fseats"
INSTALL_URL = "https://get.example.com/install?from=mail&os=any"


def cad(amount: str) -> Amount:
    return Amount(Decimal(amount), "CAD")


ALL_FACTS: dict[str, Any] = {
    "first_name": "Chloe",
    "account_name": "Atelier Boreal",
    "link": LINK,
    "install_url": INSTALL_URL,
    "expires_at": datetime(2026, 7, 14, 9, 5, tzinfo=UTC),
    "completed_at": datetime(2026, 8, 1, 14, 20, tzinfo=UTC),
    "purchase_number": "2026-000042",
    "lines": [
        {"package": "Eco", "quantity": 1200, "unit_price": cad("9.5"), "total": cad("11400")},
        {"package": "Pro", "quantity": 1, "unit_price": cad("249"), "total": cad("249")},
    ],
    "total": cad("11649"),
    "package": "Pro",
    "from_package": "Eco",
    "package_description": "Message body and attachments",
    "by": "Marc",
    "to_name": "Anne",
    "from_name": "Bruno",
}

PERSON = ("first_name", "account_name")
ACTIVATION = ("install_url", "link", "expires_at")

# kind: its facts
KINDS: dict[str, tuple[str, ...]] = {
    "account_opened": ("link", "expires_at"),
    "sign_in_requested": ("link", "expires_at"),
    "purchase_completed": (*PERSON, "purchase_number", "completed_at", "lines", "total", "link"),
    "license_assigned": (*PERSON, "package", "package_description", "by", *ACTIVATION),
    "license_changed": (*PERSON, "from_package", "package", "package_description", "by"),
    "license_transferred_from": (*PERSON, "package", "by", "to_name"),
    "license_transferred_to": (*PERSON, "package", "package_description", "by", "from_name", *ACTIVATION),
    "license_removed": (*PERSON, "package", "by"),
    "activation_link_sent": (*PERSON, "package", "by", *ACTIVATION),
}

RECEIPT = {
    "en": {
        "currency": "CAD",
        "rows": "- Eco, 1,200 seats × $9.50: $11,400.00\n- Pro, 1 seat × $249.00: $249.00",
        "total": "$11,649.00",
    },
    "fr-CA": {
        "currency": "CAD",
        "rows": (
            "- Eco, 1\u00a0200\u00a0places × 9,50\u00a0$\u00a0: 11\u00a0400,00\u00a0$\n"
            "- Pro, 1\u00a0place × 249,00\u00a0$\u00a0: 249,00\u00a0$"
        ),
        "total": "11\u00a0649,00\u00a0$",
    },
}

each_kind = pytest.mark.parametrize("kind", KINDS)
each_language = pytest.mark.parametrize("locale", ["en", "fr-CA"])


def facts_of(kind: str, **changes: Any) -> dict[str, Any]:
    return {name: ALL_FACTS[name] for name in KINDS[kind]} | changes


def load_texts(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / "texts" / f"{language}.toml").read_text(encoding="utf-8"))


@each_kind
@each_language
def test_a_mail_is_what_was_written_down(kind: str, locale: str) -> None:
    facts = facts_of(kind)
    values = {name: fact for name, fact in facts.items() if isinstance(fact, str)}
    values |= {name: moment(facts[name], locale) for name in ("expires_at", "completed_at") if name in facts}
    mail = render(kind, locale=locale, facts=facts)
    expected = expected_mail(kind, locale, **values, **RECEIPT[locale])
    assert (mail.subject, mail.text) == (expected.subject, expected.text)


@each_kind
@each_language
def test_links_are_the_same_in_both_parts(kind: str, locale: str) -> None:
    facts = facts_of(kind)
    mail = render(kind, locale=locale, facts=facts)
    # The button, and the same address printed below it.
    given = [facts["install_url"]] if "install_url" in facts else []
    given += [facts["link"]] * 2 if "link" in facts else []
    assert Page(mail.html).links == given
    lines = mail.text.splitlines()
    assert [line for line in lines if "https:" in line] == list(dict.fromkeys(given))
    escaped = 'href="https://usher.example.com/activate?token=aZ0-_9&amp;next=%2Fseats"'
    assert mail.html.count(escaped) == given.count(LINK)


@each_kind
@each_language
def test_html_asks_no_other_host_for_anything(kind: str, locale: str) -> None:
    html = render(kind, locale=locale, facts=facts_of(kind)).html
    page = Page(html)
    assert {"img", "script", "link", "iframe", "object", "form"}.isdisjoint(page.tags)
    assert not [value for name, value in page.attributes if name in {"src", "background"}]
    assert not re.search(r"src=|<link|<script|url\(|@import|@font-face", html, re.IGNORECASE)


@each_kind
@each_language
def test_html_names_its_language_and_both_colour_schemes(kind: str, locale: str) -> None:
    html = render(kind, locale=locale, facts=facts_of(kind)).html
    assert f'<html lang="{locale}"' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme: dark)" in html


@each_kind
@each_language
def test_both_parts_say_the_same(kind: str, locale: str) -> None:
    mail = render(kind, locale=locale, facts=facts_of(kind))
    page = Page(mail.html)
    assert page.lacks(mail.text) == []
    assert not re.search(r"\{\{|\{%|%\}|\}\}", mail.subject + mail.text + page.words)


@each_kind
@each_language
def test_each_fact_is_used_and_required(kind: str, locale: str) -> None:
    facts = facts_of(kind)
    for name in facts:
        with pytest.raises(UndefinedError, match=f"'{name}' is undefined"):
            render(kind, locale=locale, facts={k: v for k, v in facts.items() if k != name})


@each_kind
@each_language
def test_hostile_names(kind: str, locale: str) -> None:
    hostile = "<script>alert(\"1\")</script> & 'x'\r\nBcc: a@example.com\x00\u202e{{ 7 * 7 }}"
    harmless = "<script>alert(\"1\")</script> & 'x' Bcc: a@example.com {{ 7 * 7 }}"
    facts = facts_of(kind)
    names = {"first_name", "account_name", "package", "by", "to_name", "from_name"} & set(facts)
    mail = render(kind, locale=locale, facts=facts | dict.fromkeys(names, hostile))
    assert mail.subject == " ".join(mail.subject.splitlines())
    assert (harmless in mail.text) == bool(names)
    assert "<script" not in mail.html
    page = Page(mail.html)
    assert "script" not in page.tags
    assert (harmless in page.words) == bool(names)
    assert not [line for line in mail.text.splitlines() if line.startswith("Bcc")]
    assert "\u202e" not in mail.subject + mail.text + mail.html


@each_language
def test_a_subject_is_one_line_whatever_the_name(locale: str) -> None:
    name = "\n Atelier\u2028Boreal\r\nBcc: a@example.com\t"
    facts = facts_of("license_removed", package=name)
    assert render("license_removed", locale=locale, facts=facts).subject in {
        "Your license has been removed: Atelier Boreal Bcc: a@example.com",
        "Votre licence a été retirée\u00a0: Atelier Boreal Bcc: a@example.com",
    }


def test_a_package_name_in_a_receipt_line_is_cleaned_and_escaped() -> None:
    line = {"package": "Pro\n<b>", "quantity": 1, "unit_price": cad("1"), "total": cad("1")}
    facts = facts_of("purchase_completed", lines=[line])
    mail = render("purchase_completed", locale="en", facts=facts)
    assert "- Pro <b>, 1 seat × $1.00: $1.00" in mail.text
    assert "Pro &lt;b&gt;" in mail.html


def test_a_quote_in_a_link_stays_inside_its_attribute() -> None:
    link = 'https://usher.example.com/?a="onclick="x&amp=<y>'
    facts = facts_of("sign_in_requested", link=link)
    mail = render("sign_in_requested", locale="en", facts=facts)
    page = Page(mail.html)
    assert page.links == [link, link]
    assert "onclick" not in {name for name, _ in page.attributes}
    assert link in mail.text.splitlines()


def test_receipt_in_english() -> None:
    mail = render("purchase_completed", locale="en", facts=facts_of("purchase_completed"))
    assert (
        "Package / Amount (CAD)\n"
        "- Eco, 1,200 seats × $9.50: $11,400.00\n"
        "- Pro, 1 seat × $249.00: $249.00\n"
        "Total (CAD): $11,649.00\n"
    ) in mail.text
    words = Page(mail.html).words
    assert "Payment confirmed: 1,201 seats are ready to be given to people." in words
    for money in ("$9.50", "$11,400.00", "$249.00", "$11,649.00"):
        assert money in words


def test_receipt_in_french() -> None:
    mail = render("purchase_completed", locale="fr-CA", facts=facts_of("purchase_completed"))
    assert (
        "Forfait / Montant (CAD)\n"
        "- Eco, 1\u00a0200\u00a0places × 9,50\u00a0$\u00a0: 11\u00a0400,00\u00a0$\n"
        "- Pro, 1\u00a0place × 249,00\u00a0$\u00a0: 249,00\u00a0$\n"
        "Total (CAD)\u00a0: 11\u00a0649,00\u00a0$\n"
    ) in mail.text
    words = Page(mail.html).words
    assert "Paiement confirmé\u00a0: 1\u00a0201\u00a0places sont prêtes à être données." in words
    for money in ("9,50\u00a0$", "11\u00a0400,00\u00a0$", "249,00\u00a0$", "11\u00a0649,00\u00a0$"):
        assert money in words


def test_a_receipt_in_another_currency_names_it() -> None:
    facts = facts_of("purchase_completed", total=Amount(Decimal("20.5"), "USD"))
    english = render("purchase_completed", locale="en", facts=facts).text
    french = render("purchase_completed", locale="fr-CA", facts=facts).text
    assert "Total (USD): US$20.50\n" in english
    assert "Total (USD)\u00a0: 20,50\u00a0$\u00a0US\n" in french


def test_moments_are_unambiguous_and_in_utc() -> None:
    facts = facts_of("purchase_completed")
    assert "Date: August 1, 2026 at 14:20\u00a0UTC\n" in render_receipt("en", facts)
    assert "Date\u00a0: 1er août 2026 à 14\u00a0h\u00a020\u00a0UTC\n" in render_receipt("fr", facts)
    montreal = timezone(timedelta(hours=-4))
    facts["completed_at"] = datetime(2026, 7, 31, 22, 5, tzinfo=montreal)
    assert "Date: August 1, 2026 at 02:05\u00a0UTC\n" in render_receipt("en", facts)
    assert "Date\u00a0: 1er août 2026 à 2\u00a0h\u00a005\u00a0UTC\n" in render_receipt("fr", facts)


def render_receipt(locale: str, facts: dict[str, Any]) -> str:
    return render("purchase_completed", locale=locale, facts=facts).text


@pytest.mark.parametrize("locale", ["fr", "fr-CA", "fr_CA", "fr-FR", "FR-ca"])
def test_anything_french_is_written_in_canadian_french(locale: str) -> None:
    facts = facts_of("license_removed")
    expected = render("license_removed", locale="fr-CA", facts=facts)
    assert render("license_removed", locale=locale, facts=facts) == expected
    assert "Forfait\u00a0: Pro" in expected.text


@pytest.mark.parametrize("locale", ["en", "en-GB", "en-CA", "de", "fry-NL", ""])
def test_everything_else_is_written_in_english(locale: str) -> None:
    mail = render("license_removed", locale=locale, facts=facts_of("license_removed"))
    assert '<html lang="en"' in mail.html
    assert "Package: Pro" in mail.text


@pytest.mark.parametrize("kind", ["license_lost", "common", "formats", ""])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(UnknownMailKind, match=f"no mail of the kind '{kind}'"):
        render(kind, locale="en", facts=ALL_FACTS)


def test_the_texts_have_the_same_keys_in_both_languages() -> None:
    assert shape(load_texts("en")) == shape(load_texts("fr-CA"))
    assert load_texts("en")["kinds"].keys() == KINDS.keys()


def test_each_sentence_has_the_same_placeholders_in_both_languages() -> None:
    english, french = (dict(places(load_texts(language)["kinds"])) for language in ("en", "fr-CA"))
    assert {where: named for where, named in english.items() if french[where] != named} == {}
    assert english["license_transferred_from", "paragraphs", 0] == {"by", "account_name", "to_name"}


def places(content: Any, *where: str | int) -> Iterator[tuple[tuple[str | int, ...], set[str]]]:
    """Each sentence of the texts, and the facts and parts of facts that it names."""
    if isinstance(content, str):
        environment = Environment(autoescape=True)
        environment.filters |= dict.fromkeys(("moment", "money", "number"), str)
        tree = environment.parse(content)
        parts = {f"{part.node.name}.{part.attr}" for part in tree.find_all(Getattr) if isinstance(part.node, Name)}
        yield where, find_undeclared_variables(tree) | parts
    else:
        for key, part in content.items() if isinstance(content, dict) else enumerate(content):
            yield from places(part, *where, key)


def shape(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: shape(part) for key, part in content.items()}
    if isinstance(content, list):
        return [shape(part) for part in content]
    return type(content)


def test_spelling_and_french_spaces() -> None:
    english = (FOLDER / "texts" / "en.toml").read_text(encoding="utf-8")
    assert "licence" not in english.lower()
    for kind in KINDS:
        mail = render(kind, locale="fr-CA", facts=facts_of(kind))
        assert not re.search(r"(?<!\u00a0):(?!//)|\s[;?!]|'", mail.subject + mail.text)
