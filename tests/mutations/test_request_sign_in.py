"""requestSignIn over HTTP."""

import asyncio
from datetime import datetime

import pytest

from api.limits import Limits
from models.database.clock import now
from models.database.connection import fetch
from models.events.seat_feed import Feed
from models.operations.sign_in.answer_sign_in_requests import answer_sign_in_requests
from models.operations.sign_in.request_sign_in import SIGN_IN_LINK_LIFETIME
from payments import make_provider
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import account_version
from tests.support.refusals import assert_bad_variables, assert_invalid
from tests.support.serving import serving
from tests.support.statements import statements
from tests.support.unchanged import nothing_changes

TOO_OFTEN = "... on RateLimitedError { retryAt }"
REQUESTED = "... on SignInRequested { expiresAt }"


async def ask(client: Client, email: str) -> None:
    """Ask for a link, and check the whole answer, which says nothing about the address."""
    earliest = now() + SIGN_IN_LINK_LIFETIME
    answer = await client.mutate("requestSignIn", REQUESTED, email=email)
    assert list(answer) == ["__typename", "expiresAt"]
    assert answer["__typename"] == "SignInRequested"
    assert answer["expiresAt"].endswith("Z")
    assert earliest <= datetime.fromisoformat(answer["expiresAt"]) <= now() + SIGN_IN_LINK_LIFETIME


async def wishes() -> dict[str, int]:
    """How many links were asked for, by the address they go to."""
    rows = await fetch(
        "SELECT email, count(*) AS asked FROM events JOIN users ON users.id = actor_id"
        " WHERE type = 'sign_in.requested' GROUP BY email"
    )
    return {row["email"]: row["asked"] for row in rows}


@pytest.mark.parametrize("email", ["ann@example.com", "ANN@EXAMPLE.COM", "Ann@Example.com", " ann@example.com\n"])
async def test_a_users_address_in_any_case_becomes_an_event_of_the_user(
    client: Client, company: Company, email: str
) -> None:
    ann = company.users[0]
    version = await account_version(company.account_id)
    async with nothing_changes("events", "allowances_spent"):
        earliest = now()
        await ask(client, email)
        assert await answer_sign_in_requests() == 1
    columns = "account_id, version, actor_id, data, pools, occurred_at"
    (event,) = await fetch(f"SELECT {columns} FROM events WHERE type LIKE 'sign_in.%'")
    assert earliest <= event.pop("occurred_at") <= now()
    assert event == {
        "account_id": company.account_id,
        "version": None,
        "actor_id": ann.id,
        "data": f'{{"user_id": "{ann.id}"}}',
        "pools": None,
    }
    assert await account_version(company.account_id) == version


async def test_no_token_exists_before_the_mail_is_made(client: Client, company: Company) -> None:
    before = await fetch("SELECT count(*) AS tokens FROM tokens")
    await ask(client, "ann@example.com")
    await answer_sign_in_requests()
    assert await fetch("SELECT count(*) AS tokens FROM tokens") == before


STRANGERS = ["nobody@example.com", "ann@sub.example.com", "ann@example.org", "ann+x@example.com", "an_@example.com"]


async def test_an_unknown_address_gets_the_same_answer_and_nothing_comes_of_it(
    client: Client, company: Company
) -> None:
    async with nothing_changes("allowances_spent"):
        for email in STRANGERS:
            await ask(client, email)
        assert await answer_sign_in_requests() == len(STRANGERS)


async def test_what_is_done_for_a_request_is_the_same_for_every_address(client: Client, company: Company) -> None:
    asked: dict[str, list[str]] = {}
    for email in ["ann@example.com", "nobody@example.com"]:
        for _ in range(7):
            with statements() as seen:
                await ask(client, email)
            asked.setdefault(email, []).append("; ".join(seen))
    assert asked["ann@example.com"] == asked["nobody@example.com"]
    assert "users" not in asked["ann@example.com"][0]


async def test_asking_again_records_another_wish_up_to_five(client: Client, company: Company) -> None:
    for asked in range(1, 6):
        await ask(client, "ann@example.com")
        await answer_sign_in_requests()
        assert await wishes() == {"ann@example.com": asked}
    async with nothing_changes("allowances_spent"):
        await ask(client, "ann@example.com")
        await ask(client, "ANN@EXAMPLE.COM")
        assert await answer_sign_in_requests() == 0
    await ask(client, "ben@example.com")
    await answer_sign_in_requests()
    assert await wishes() == {"ann@example.com": 5, "ben@example.com": 1}


async def test_asking_for_other_addresses_of_a_users_mailbox_does_not_keep_the_user_out(
    client: Client, company: Company
) -> None:
    for other in ["ann+1@example.com", "ann+2@example.com", "a.nn@example.com"]:
        for _ in range(5):
            await ask(client, other)
    await ask(client, "ann@example.com")
    await answer_sign_in_requests()
    assert await wishes() == {"ann@example.com": 1}


async def test_half_an_hour_later_five_more_are_mailed(client: Client, company: Company) -> None:
    for _ in range(6):
        await ask(client, "ann@example.com")
    await fetch("UPDATE allowances_spent SET period = period - 2")
    for _ in range(6):
        await ask(client, "ann@example.com")
    await answer_sign_in_requests()
    assert await wishes() == {"ann@example.com": 10}


async def test_twenty_at_once_are_mailed_five_links(client: Client, company: Company) -> None:
    await asyncio.gather(*(ask(client, "ann@example.com") for _ in range(20)))
    await asyncio.gather(*(answer_sign_in_requests() for _ in range(3)))
    assert await wishes() == {"ann@example.com": 5}


async def test_a_caller_who_asks_for_one_stranger_after_the_other_is_stopped(feed: Feed, company: Company) -> None:
    async with serving(make_provider("sandbox"), feed, "", Limits(caller_sign_ins=3)) as client:
        for number in range(3):
            await ask(client, f"nobody{number}@example.com")
        async with nothing_changes():
            refused = await client.mutate("requestSignIn", TOO_OFTEN, email="ann@example.com")
            assert refused.pop("retryAt") > now().isoformat()
            assert refused == {
                "__typename": "RateLimitedError",
                "code": "RATE_LIMITED",
                "message": "Too often. Try again later.",
            }


async def test_a_malformed_address_is_refused(client: Client, company: Company) -> None:
    for email in [
        "",
        " ",
        "ann",
        "ann@",
        "@example.com",
        "ann@example",
        "ann@@example.com",
        "ann@example.com@example.org",
        "ann@example.com\x00",
        "an\x00n@example.com",
        "ann@example.com\r\nBcc: all@example.org",
        "ann@ex\x7fample.com",
        "a" * 65 + "@example.com",
        "a" * 150_000,
        "ann@" + "e" * 250 + ".com",
    ]:
        await assert_invalid(client, "requestSignIn", {"email": "Not an e-mail address."}, email=email)


async def test_an_address_of_a_wrong_type_is_a_top_level_error(client: Client, company: Company) -> None:
    for email in [None, 5, True, ["ann@example.com", "x"], {"address": "ann@example.com"}]:
        await assert_bad_variables(client, "requestSignIn", email=email)
