"""Amounts in mails: with the decimals of their currency, and never another amount than was charged."""

from decimal import Decimal

import pytest
from babel.core import Locale
from babel.numbers import get_territory_currencies, list_currencies

from mailers.render import Amount, render
from models.rules.currencies import currency_problem, decimals_of
from tests.mailers.test_render import facts_of

SOLD_IN_ANY = {code for code in list_currencies() if currency_problem(code) is None}


@pytest.mark.parametrize(
    ("currency", "amount", "english", "french"),
    [
        ("JPY", "6050.00", "JP¥6,050", "6\u00a0050\u00a0¥"),
        ("KRW", "149.00", "₩149", "149\u00a0KRW"),
        ("CAD", "149.00", "$149.00", "149,00\u00a0$"),
        ("EUR", "0.50", "€0.50", "0,50\u00a0€"),
        ("RSD", "60.50", "RSD60.50", "60,50\u00a0RSD"),
        # Charged before such prices were refused.
        ("JPY", "181.50", "JP¥181.5", "181,5\u00a0¥"),
        ("KWD", "1.50", "KWD1.500", "1,500\u00a0KWD"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(currency: str, amount: str, english: str, french: str) -> None:
    facts = facts_of("purchase_completed", total=Amount(Decimal(amount), currency))
    for locale, written in (("en", english), ("fr-CA", french)):
        mail = render("purchase_completed", locale=locale, facts=facts)
        assert f"{written}\n" in mail.text.replace("\u202f", "\u00a0")


def test_every_currency_that_is_paid_in_anywhere_is_known() -> None:
    territories = [each for each in Locale("en").territories if len(each) == 2]
    tender = {code for each in territories for code in get_territory_currencies(each)}
    three = {code for code in tender if decimals_of(code, Decimal("1.00")) == 3}
    assert tender - three - SOLD_IN_ANY == set()
    assert len(SOLD_IN_ANY) > 140
    assert three == {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


@pytest.mark.parametrize("currency", ["XXX", "XTS", "XAU", "XDR", "DEM", "XQQ", "cad", ""])
def test_what_nobody_pays_in_is_refused(currency: str) -> None:
    assert currency_problem(currency) == f"{currency} is no currency of ISO 4217 that people pay in"
