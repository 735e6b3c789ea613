"""Names of clients that are not signed in, and the mailboxes of their recipients."""
# ruff: noqa: RUF001 - addresses are written in many scripts

import pytest

from models.rules.inputs import Inputs
from models.text.mailboxes import mailbox_of

REAL_NAMES = [
    "St. John",
    "J.R.",
    "J.R.R. Tolkien",
    "J.P.Morgan",
    "O'Brien",
    "Dr. Smith",
    "Acme Inc.",
    "A.B.C. Ltd",
    "Smith & Sons Co., Ltd.",
    "d.o.o. Zagreb",
    "S.p.A.",
    "Web 2.0",
    "No.1 Bakery",
    "Yahoo!",
    "AT&T",
    "3/4 Music",
    "Example Inc. (www)",
    "Tea @ Four",
    "Ratio 3:1",
    "Jean-François",
    "李小龍",
    "Zagreb. Ljubljana.",
    "Version 1.2.3",
]
LINKS = [
    "https://other.example",
    "Your account is locked, see http://other.example/unlock",
    "HTTPS://OTHER",
    "hxxp://other",
    "www.other",
    "WWW2.other",
    "Sign in at other.example",
    "Amazon.com",
    "sub.other.example",
    "xn--e1afmkfd.xn--p1ai",
    "пример.рф",
    "other。example",
    "other．example",
    "other｡example",
    "ｗｗｗ.other",
    "other.ex\u200dample",
    "t.me",
    "x.com/sale",
    "Go to a.bc/d",
    "owner@other",
    "owner@other.example",
    "mailto:owner",
    "tel:5551234",
    "203.0.113.5",
    "https：//other",
    "Dr.Smith",
]


@pytest.mark.parametrize("typed", REAL_NAMES)
def test_names_of_people_and_companies_are_no_addresses_of_the_web(typed: str) -> None:
    inputs = Inputs()
    inputs.without_web_address("field", typed)
    assert inputs.bad == []


@pytest.mark.parametrize("typed", LINKS)
def test_what_mail_programs_make_a_link_of_is_refused(typed: str) -> None:
    inputs = Inputs()
    inputs.without_web_address("field", typed)
    assert inputs.bad == [(("field",), "Must not hold an address of the web. After a dot, write a space.")]


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Victim+1@Example.com", "victim@example.com"),
        ("victim+a+b@example.com", "victim@example.com"),
        ("v.ic.tim@example.com", "victim@example.com"),
        ("victim@sub.example.com", "victim@sub.example.com"),
    ],
)
def test_the_addresses_of_a_mailbox_count_as_one(address: str, mailbox: str) -> None:
    assert mailbox_of(address) == mailbox
