"""Accounts that nobody has proved: what they hold, whom they give way to, and that they go as a whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import pytest

from jobs.relay import Relay
from mailers.consumers import deliveries_for
from models.database.clock import now
from models.database.connection import fetch, transaction
from models.errors import BusinessError, EmailTaken, TokenInvalid
from models.events.outbox import add_deliveries, claim_deliveries, take_events
from models.operations.people.add_domain import add_domain
from models.operations.people.approve_domain import approve_domain
from models.operations.sign_in.complete_sign_in import SignedIn, complete_sign_in
from models.operations.sign_in.withdraw_account import withdraw_account
from models.tables import Account, Delivery, SessionKind, SignInRequest, User
from tests.support.client import Client
from tests.support.company import Company, make_company, sign_in_token
from tests.support.links import ask_for_link
from tests.support.mails import Post, run_until_idle
from tests.support.queue import in_turn, waiting
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import assert_invalid, refusal
from tests.support.unchanged import nothing_changes
from tests.support.unproven import let_pass, open_unproven, traces_of
from tests.support.waiting import until_told
from usher.mailbox.server import Mailbox

TAKEN = refusal("EmailTakenError", "EMAIL_TAKEN", "A user with this e-mail address exists already.")
ADDED = "... on UserAdded { user { email } }"
OPENED = "... on AccountOpened { account { name } }"
PERSON = {"email": "ceo@example.com", "firstName": "Cleo", "lastName": "Example"}
BUSINESS = PERSON | {"companyName": "The real one", "email": "ceo@example.net"}
LAPSED = timedelta(minutes=15, seconds=1)
BELONGS = "The domain example.com is approved for an account here. Ask the administrators of that account to add you."


@pytest.fixture
def post(relay: Relay, mailbox: Mailbox) -> Post:
    """The relay and its mailbox."""
    return Post(relay, mailbox)


@pytest.fixture
async def squatter(db: None, relay: Relay) -> AsyncIterator[User]:
    """The user of an unproven account, mailed a link: the address is of a domain that was not approved then."""
    user = await open_before("CEO@example.com")
    await run_until_idle(relay)
    yield user
    assert await broken_invariants() == {}


@pytest.fixture
async def owner(squatter: User, company: Company) -> Company:
    """The account that has the domain approved."""
    return company


async def open_before(email: str) -> User:
    """An unproven account with an address, opened before its domain was approved for another."""
    user = await open_unproven(f"{email.partition('@')[0]}@before.example")
    await fetch("UPDATE users SET email = $2, search_text = NULL WHERE id = $1", user.id, email)
    return await User.get(id=user.id)


async def confirmed(user: User) -> bool:
    return (await Account.get(id=user.account_id)).confirmed_at is not None


async def follow(token: str) -> SignedIn:
    return await complete_sign_in(token=token, kind=SessionKind.BEARER)


async def add_ceo(owner: Company) -> User:
    return await owner.add_user("CEO")


async def outcome(call: Awaitable[Any]) -> Any:
    """The result of a call, or its refusal."""
    try:
        return await call
    except BusinessError as error:
        return error


async def test_an_address_of_an_approved_domain_opens_nothing(client: Client, company: Company) -> None:
    for email in ["ceo@example.com", " CEO@EXAMPLE.com"]:
        async with nothing_changes("allowances_spent"):
            answer = await client.mutate(
                "openAccount", "... on InvalidInputError { fields { path message } }", **(BUSINESS | {"email": email})
            )
        assert answer["__typename"] == "InvalidInputError"
        assert answer["fields"] == [{"path": ["email"], "message": BELONGS}]
    # A user of the domain has an account, and a sub-domain is a domain of its own.
    taken = await client.mutate("openAccount", OPENED, **(BUSINESS | {"email": "ann@example.com"}))
    assert taken == TAKEN
    opened = await client.mutate("openAccount", OPENED, **(BUSINESS | {"email": "ceo@sub.example.com"}))
    assert opened["__typename"] == "AccountOpened"


async def test_an_account_is_unproven_until_a_link_is_followed(client: Client, post: Post) -> None:
    await client.mutate("openAccount", OPENED, **BUSINESS)
    user = await User.get(email="ceo@example.net")
    first = await post.collect_one()
    await ask_for_link("ceo@example.net")
    second = await post.collect_one()
    assert not await confirmed(user)
    moment = now()
    assert (await follow(second.token)).viewer.account_id == user.account_id
    proven_at = (await Account.get(id=user.account_id)).confirmed_at
    assert proven_at is not None
    assert moment <= proven_at <= now()
    await follow(first.token)
    assert (await Account.get(id=user.account_id)).confirmed_at == proven_at


async def test_the_domains_account_displaces_it_at_once(admin: Client, owner: Company, squatter: User) -> None:
    token = await sign_in_token(squatter)
    await SignInRequest.create(id=squatter.id, email="ceo@EXAMPLE.com", requested_at=now())
    async with records(owner, "user.added"):
        answer = await admin.mutate("addUser", ADDED, **PERSON)
    assert answer == {"__typename": "UserAdded", "user": {"email": "ceo@example.com"}}
    assert await traces_of(squatter) == {}
    with pytest.raises(TokenInvalid):
        await follow(token)
    assert (await User.get(email="ceo@example.com")).account_id == owner.account_id


async def test_who_has_not_the_domain_approved_displaces_nobody(
    other_admin: Client, other_company: Company, squatter: User
) -> None:
    async with nothing_changes("allowances_spent"):
        answer = await other_admin.mutate("addUser", ADDED, **PERSON)
    assert answer["__typename"] == "DomainNotApprovedError"


async def test_a_proven_account_keeps_its_address(admin: Client, owner: Company, squatter: User) -> None:
    await follow(await sign_in_token(squatter))
    await let_pass(squatter.account_id, timedelta(days=400))
    async with nothing_changes("allowances_spent"):
        assert await admin.mutate("addUser", ADDED, **PERSON) == TAKEN


@pytest.mark.parametrize("keeps", ["the first link", "a second link", "a link that is not mailed yet"])
async def test_while_a_link_works_nobody_else_opens_with_its_address(client: Client, post: Post, keeps: str) -> None:
    user = await open_unproven("ceo@example.net")
    await post.collect()
    if keeps != "the first link":
        await let_pass(user.account_id, LAPSED)
        await ask_for_link("ceo@example.net")
    if keeps == "a second link":
        await post.collect()
        await let_pass(user.account_id, timedelta(minutes=14))
    async with nothing_changes("allowances_spent"):
        assert await client.mutate("openAccount", OPENED, **BUSINESS) == TAKEN


@pytest.mark.parametrize("mailed", [True, False])
async def test_a_lapsed_one_gives_way_to_who_opens_one(client: Client, post: Post, mailed: bool) -> None:
    user = await open_unproven("ceo@example.net")
    if mailed:
        await post.collect()
    await let_pass(user.account_id, LAPSED)
    answer = await client.mutate("openAccount", OPENED, **BUSINESS)
    assert answer["account"] == {"name": "The real one"}
    assert await traces_of(user) == {}
    mail = await post.collect_one()
    assert mail.subject == "Your Usher account is open"
    assert (await follow(mail.token)).viewer.user_id == (await User.get(email="ceo@example.net")).id
    assert await broken_invariants() == {}


async def test_a_lapsed_one_is_still_mailed_a_link_that_works(post: Post) -> None:
    user = await open_unproven("ceo@example.net")
    await post.collect()
    await let_pass(user.account_id, timedelta(days=6))
    await ask_for_link("ceo@example.net")
    assert (await follow((await post.collect_one()).token)).viewer.user_id == user.id
    assert await confirmed(user)


async def test_what_makes_the_opening_fail_leaves_the_lapsed_one(
    client: Client, company: Company, squatter: User
) -> None:
    await let_pass(squatter.account_id, LAPSED)
    async with nothing_changes("allowances_spent"):
        answer = await client.mutate("openAccount", OPENED, **(BUSINESS | {"email": "ceo@example.com"}))
    assert answer["__typename"] == "InvalidInputError"


@pytest.mark.parametrize("first", ["the link", "the domain's account"])
async def test_of_a_link_and_the_domains_account_the_first_wins(owner: Company, squatter: User, first: str) -> None:
    calls = [follow(await sign_in_token(squatter)), add_ceo(owner)]
    if first != "the link":
        calls.reverse()
    one, two = await in_turn(squatter.account_id, *(outcome(call) for call in calls))
    if first == "the link":
        assert isinstance(one, SignedIn)
        assert isinstance(two, EmailTaken)
        assert await confirmed(squatter)
    else:
        assert isinstance(one, User)
        assert isinstance(two, TokenInvalid)
        assert await traces_of(squatter) == {}


async def test_at_once_exactly_one_of_them_wins(owner: Company, relay: Relay) -> None:
    for number in range(10):
        user = await open_before(f"b{number}@example.com")
        tokens = [await sign_in_token(user) for _ in range(3)]
        tries = [owner.add_user(f"B{number}"), *(follow(token) for token in tokens), relay.round(now())]
        added, *followed = await asyncio.gather(*tries, return_exceptions=True)
        followed.pop()
        proven = [each for each in followed if isinstance(each, SignedIn)]
        if isinstance(added, User):
            assert proven == []
            assert {type(each) for each in followed} == {TokenInvalid}
            assert await traces_of(user) == {}
        else:
            assert isinstance(added, EmailTaken)
            assert len(proven) == 3
    assert await broken_invariants() == {}


async def test_of_many_who_open_with_a_lapsed_address_at_once_one_does(client: Client, relay: Relay) -> None:
    user = await open_unproven("ceo@example.net")
    await let_pass(user.account_id, LAPSED)
    tries = [client.mutate("openAccount", OPENED, **BUSINESS) for _ in range(9)]
    names = [answer["__typename"] for answer in await asyncio.gather(*tries)]
    assert sorted(names) == ["AccountOpened"] + ["EmailTakenError"] * 8
    assert await traces_of(user) == {}
    assert (await Account.all().count(), await User.all().count()) == (1, 1)


async def test_the_domains_account_gets_the_person_whoever_opens_meanwhile(db: None, relay: Relay) -> None:
    user = await open_unproven("ceo@example.com")
    await let_pass(user.account_id, LAPSED)
    company = await make_company("example.org")
    await add_domain(company.viewer, name="example.com")
    company.domain = "example.com"

    async def approve_and_add() -> User:
        await approve_domain(company.account_id, name="example.com")
        return await add_ceo(company)

    results = await asyncio.gather(approve_and_add(), *(outcome(open_unproven("ceo@example.com")) for _ in range(5)))
    assert isinstance(results[0], User)
    assert [each.account_id for each in await User.filter(email__iexact="ceo@example.com")] == [company.account_id]
    assert await Account.filter(confirmed_at__isnull=True).count() == 0
    assert await broken_invariants() == {}


async def test_mails_on_their_way_to_it_stop_no_relay(
    owner: Company, squatter: User, post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await ask_for_link("ceo@example.com")
    await ask_for_link("ann@example.com")
    await post.relay.make_deliveries(now())

    async def claimed(moment: Any, *, most: int) -> list[Delivery]:
        found = await claim_deliveries(moment, most=most)
        if await User.exists(id=squatter.id):
            assert len(found) >= 2
            await add_ceo(owner)
        return found

    monkeypatch.setattr("jobs.send_mail.claim_deliveries", claimed)
    mails = await post.collect()
    assert [mail.to for mail in mails][-1] == "ann@example.com"
    assert not [mail for mail in mails if "Squat" in mail.to and mail.subject == "Your sign-in link for Usher"]
    assert "failed" not in caplog.text
    assert await traces_of(squatter) == {}
    assert await Delivery.filter(sent_at=None, failed_at=None).count() == 0


async def test_a_relay_that_is_making_its_deliveries_is_waited_for(owner: Company, squatter: User) -> None:
    await ask_for_link("ceo@example.com")
    await ask_for_link("ann@example.com")
    outside = copy_context()

    async def it_waits() -> bool:
        return await waiting() == 1

    async with transaction():
        events = await take_events(now(), most=100)
        assert {event.account_id for event in events} >= {owner.account_id, squatter.account_id}
        adding = asyncio.create_task(add_ceo(owner), context=outside)
        await until_told(it_waits)
        await add_deliveries([each for event in events for each in deliveries_for(event)], now())
    assert (await adding).account_id == owner.account_id
    assert await traces_of(squatter) == {}


async def test_requests_are_answered_while_accounts_go(owner: Company, relay: Relay) -> None:
    for number in range(10):
        user = await open_before(f"c{number}@example.com")
        asking = [ask_for_link(f"c{number}@example.com"), ask_for_link("ann@example.com")]
        done = await asyncio.gather(owner.add_user(f"C{number}"), *asking, relay.round(now()))
        assert isinstance(done[0], User)
        assert await traces_of(user) == {}
    await run_until_idle(relay)
    assert await broken_invariants() == {}


async def test_the_operator_deletes_it(squatter: User, company: Company) -> None:
    assert await withdraw_account(email="Ceo@Example.com")
    assert await traces_of(squatter) == {}
    async with nothing_changes():
        assert not await withdraw_account(email="ceo@example.com")
        assert not await withdraw_account(email="admin@example.com")


async def test_an_address_that_no_account_has_approved_is_as_before(client: Client, squatter: User) -> None:
    async with nothing_changes("allowances_spent"):
        answer = await client.mutate("openAccount", OPENED, **(BUSINESS | {"email": "ceo@example.com"}))
    assert answer == TAKEN
    await assert_invalid(client, "openAccount", {"email": "Not an e-mail address."}, **(BUSINESS | {"email": "ceo@"}))
