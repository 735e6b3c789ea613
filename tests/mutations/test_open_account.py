"""openAccount over HTTP."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.limits import Limits
from api.schema.ids import encode_id
from models.database.clock import now
from models.database.connection import fetch
from models.events.seat_feed import Feed
from models.operations.sign_in import open_account as open_account_file
from models.operations.sign_in.open_account import open_account
from models.tables import Account, Role, User
from payments import make_provider
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import broken_invariants
from tests.support.refusals import assert_bad_variables, assert_invalid, refusal
from tests.support.serving import serving
from tests.support.unchanged import nothing_changes

OPENED = "... on AccountOpened { account { id name version } }"
GOOD = {
    "companyName": "Example Bakery",
    "email": "owner@example.net",
    "firstName": "Olive",
    "lastName": "Owner",
    "locale": "fr-CA",
}
EMPTY = "Must not be empty."
WEB_ADDRESS = "Must not hold an address of the web. After a dot, write a space."
CONTROL = "Must not hold control characters."
NO_EMAIL = "Not an e-mail address."
NO_LOCALE = "Not a locale, for example en or fr-CA."
TAKEN = refusal("EmailTakenError", "EMAIL_TAKEN", "A user with this e-mail address exists already.")


async def opened(client: Client, **changes: Any) -> tuple[dict[str, Any], Account, User]:
    answer = await client.mutate("openAccount", OPENED, **(GOOD | changes))
    assert answer["__typename"] == "AccountOpened", answer
    account = await Account.all().order_by("-id").first()
    assert account is not None
    return answer, account, await User.get(account_id=account.id)


async def test_the_account_has_its_first_administrator(client: Client) -> None:
    async with nothing_changes("accounts", "users", "events", "allowances_spent"):
        answer, account, user = await opened(client)
    assert answer["account"] == {
        "id": encode_id("Account", account.id),
        "name": "Example Bakery",
        "version": "1",
    }
    assert (account.name, account.version) == ("Example Bakery", 1)
    assert (user.email, user.first_name, user.last_name) == ("owner@example.net", "Olive", "Owner")
    assert (user.locale, user.role) == ("fr-CA", Role.ADMINISTRATOR)
    assert (await Account.all().count(), await User.all().count()) == (1, 1)


async def test_the_event_tells_who_opened_what(client: Client) -> None:
    _, account, user = await opened(client)
    events = await fetch("SELECT account_id, type, version, actor_id, pools, data FROM events")
    assert [event | {"data": None} for event in events] == [
        {
            "account_id": account.id,
            "type": "account.opened",
            "version": 1,
            "actor_id": user.id,
            "pools": None,
            "data": None,
        }
    ]
    assert events[0]["data"] == f'{{"name": "Example Bakery", "user_id": "{user.id}"}}'
    assert await broken_invariants() == {}


@pytest.mark.parametrize("left_out", [True, False])
async def test_the_language_is_english_unless_told(client: Client, left_out: bool) -> None:
    values = GOOD | {"locale": None}
    if left_out:
        del values["locale"]
    await client.mutate("openAccount", OPENED, **values)
    assert (await User.get(email="owner@example.net")).locale == "en"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("en-TH", "en"),
        ("ru-US", "ru"),
        ("no-NO", "no"),
        ("en-US-u-hc-h12", "en-US"),
        ("ca-ES-valencia", "ca-ES-valencia"),
    ],
)
async def test_what_a_browser_calls_its_language_is_taken(client: Client, said: str, kept: str) -> None:
    assert (await opened(client, locale=said))[2].locale == kept


async def test_what_people_type_is_tidied(client: Client) -> None:
    _, account, user = await opened(
        client,
        companyName="  Cafe\u0301 \n",
        email=" Owner@Example.NET ",
        firstName="\tOlive ",
        locale="FR-ca",
    )
    assert account.name == "Caf\u00e9"
    assert (user.email, user.first_name, user.locale) == ("Owner@example.net", "Olive", "fr-CA")


async def test_the_longest_names_fit(client: Client) -> None:
    _, account, user = await opened(client, companyName="c" * 200, firstName="f" * 100, lastName="\U0001f600" * 100)
    assert (len(account.name), len(user.first_name), len(user.last_name)) == (200, 100, 100)


@pytest.mark.parametrize("email", ["admin@example.com", "ADMIN@Example.COM", " Admin@example.com "])
async def test_an_address_that_is_a_users_already_is_refused_whatever_its_case(
    client: Client, company: Company, email: str
) -> None:
    async with nothing_changes("allowances_spent"):
        answer = await client.mutate("openAccount", OPENED, **(GOOD | {"email": email}))
    assert answer == TAKEN


async def test_a_caller_who_opens_one_after_the_other_is_stopped(feed: Feed, company: Company) -> None:
    async with serving(make_provider("sandbox"), feed, "", Limits(caller_accounts=2)) as client:
        for email in ["owner@example.net", "admin@example.com"]:
            await client.mutate("openAccount", OPENED, **(GOOD | {"email": email}))
        async with nothing_changes():
            answer = await client.mutate(
                "openAccount", "... on RateLimitedError { retryAt }", **(GOOD | {"email": "another@example.net"})
            )
        assert answer["__typename"] == "RateLimitedError"
        assert now() < datetime.fromisoformat(answer["retryAt"]) < now() + timedelta(hours=2)


@pytest.mark.parametrize(
    ("most", "addresses", "another"),
    [
        (10, ["Victim+{}@example.net", "v.i.ctim+x{}@EXAMPLE.net", "victim@example.net"], "victims@example.net"),
        (200, ["owner{}@example.net"], "owner@sub.example.net"),
    ],
)
async def test_one_recipient_is_not_mailed_by_ever_more_accounts(
    client: Client, most: int, addresses: list[str], another: str
) -> None:
    answers = [
        await call_from(client, number, addresses[number % len(addresses)].format(number)) for number in range(most)
    ]
    assert answers.count("AccountOpened") == await Account.all().count() == await User.all().count()
    assert set(answers) <= {"AccountOpened", "EmailTakenError"}
    assert answers[0] == "AccountOpened"
    async with nothing_changes("allowances_spent"):
        assert await call_from(client, most, addresses[0].format(most)) == "RateLimitedError"
    assert await call_from(client, most + 1, another) == "AccountOpened"


async def test_people_of_a_public_mailbox_provider_have_no_limit_together(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replace(open_account_file.ACCOUNTS_OF_A_DOMAIN, most=1)
    monkeypatch.setattr(open_account_file, "ACCOUNTS_OF_A_DOMAIN", one)
    answers = [await call_from(client, number, f"owner{number}@gmail.com") for number in range(3)]
    assert answers == ["AccountOpened"] * 3
    others = [await call_from(client, number, f"owner{number}@example.net") for number in range(2)]
    assert others == ["AccountOpened", "RateLimitedError"]


async def call_from(client: Client, number: int, email: str) -> str:
    """Open an account from an address of its own; the type of the answer."""
    query = "mutation ($input: OpenAccountInput!) { openAccount(input: $input) { __typename } }"
    answer = await client.http.post(
        "/graphql",
        json={"query": query, "variables": {"input": GOOD | {"email": email}}},
        headers={"x-forwarded-for": f"2001:db8:{number:x}::1"},
    )
    return answer.json()["data"]["openAccount"]["__typename"]


async def test_the_operator_may_open_an_account_of_any_name(db: None) -> None:
    opened = await open_account(
        company_name="Example.com", email="o@example.net", first_name="A", last_name="B", locale="en", caller=None
    )
    assert (await Account.get(id=opened.account.id)).name == "Example.com"


async def test_of_two_at_once_with_one_address_one_opens(client: Client) -> None:
    tries = [
        client.mutate("openAccount", OPENED, **(GOOD | {"email": email}))
        for email in ["owner@example.net", "OWNER@example.net"] * 5
    ]
    names = [answer["__typename"] for answer in await asyncio.gather(*tries)]
    assert sorted(names) == ["AccountOpened"] + ["EmailTakenError"] * 9
    assert (await Account.all().count(), await User.all().count()) == (1, 1)


async def test_a_bad_value_is_refused_by_its_field(client: Client) -> None:
    for field, value, text in [
        ("companyName", "", EMPTY),
        ("companyName", " \t\n", EMPTY),
        ("companyName", "c" * 201, "At most 200 characters."),
        ("companyName", "c" * 150_000, "At most 200 characters."),
        ("companyName", "Bakery\x00", CONTROL),
        ("companyName", "Bake\nry", CONTROL),
        ("firstName", "", EMPTY),
        ("firstName", "f" * 101, "At most 100 characters."),
        ("firstName", "Ol\x00ive", CONTROL),
        ("firstName", "Ol\x7five", CONTROL),
        ("lastName", "\u00a0", EMPTY),
        ("lastName", "l" * 101, "At most 100 characters."),
        ("lastName", "Ow\r\nBcc: all", CONTROL),
        ("companyName", "Your account is locked, go to https://other.example/unlock", WEB_ADDRESS),
        ("companyName", "Sign in at www.other", WEB_ADDRESS),
        ("firstName", "other.example", WEB_ADDRESS),
        ("lastName", "owner@other", WEB_ADDRESS),
        ("email", "", NO_EMAIL),
        ("email", "owner", NO_EMAIL),
        ("email", "@example.net", NO_EMAIL),
        ("email", "owner@", NO_EMAIL),
        ("email", "owner@example", NO_EMAIL),
        ("email", "owner@@example.net", NO_EMAIL),
        ("email", "owner@example..net", NO_EMAIL),
        ("email", "owner@-example.net", NO_EMAIL),
        ("email", "owner@127.0.0.1", NO_EMAIL),
        ("email", "owner@[127.0.0.1]", NO_EMAIL),
        ("email", ".owner@example.net", NO_EMAIL),
        ("email", "ow ner@example.net", NO_EMAIL),
        ("email", '"owner"@example.net', NO_EMAIL),
        ("email", "Olive <owner@example.net>", NO_EMAIL),
        ("email", "owner@example.net, all@example.net", NO_EMAIL),
        ("email", "owner\x00@example.net", NO_EMAIL),
        ("email", "owner@example.net\r\nBcc: all@example.org", NO_EMAIL),
        ("email", "ownér@example.net", NO_EMAIL),
        ("email", "o" * 65 + "@example.net", NO_EMAIL),
        ("email", "o@" + "e" * 64 + ".net", NO_EMAIL),
        ("email", "o" * 60 + "@" + ".".join(["e" * 60] * 4) + ".net", NO_EMAIL),
        ("email", "o" * 150_000 + "@example.net", NO_EMAIL),
    ]:
        await assert_invalid(client, "openAccount", {field: text}, **(GOOD | {field: value}))


async def test_what_is_no_language_tag_is_refused(client: Client) -> None:
    for locale in [
        "",
        " ",
        "x",
        "xx",
        "english",
        "fr_CA",
        "fr-",
        "fr-ca-",
        "fr--CA",
        "x-klingon",
        "en\x00",
        "en\n-CA",
        "en@euro",
        "fr-CA.UTF-8",
        "../en",
        "C",
        "e" * 36,
        "e" * 150_000,
    ]:
        await assert_invalid(client, "openAccount", {"locale": NO_LOCALE}, **(GOOD | {"locale": locale}))


async def test_all_bad_values_are_told_at_once(client: Client) -> None:
    bad = {
        "companyName": EMPTY,
        "email": NO_EMAIL,
        "firstName": EMPTY,
        "lastName": EMPTY,
        "locale": NO_LOCALE,
    }
    values = {"companyName": "", "email": "owner", "firstName": "", "lastName": " ", "locale": "xx"}
    await assert_invalid(client, "openAccount", bad, **values)


async def test_values_of_a_wrong_type_are_a_top_level_error(client: Client) -> None:
    for wrong in [
        {"companyName": None},
        {"email": 5},
        {"firstName": ["Olive"]},
        {"lastName": {}},
        {"locale": 1},
        {"role": "X"},
    ]:
        await assert_bad_variables(client, "openAccount", **(GOOD | wrong))
