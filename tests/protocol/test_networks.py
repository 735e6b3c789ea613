"""The networks that limits of anonymous clients count by."""

from collections.abc import AsyncIterator

import pytest
from starlette.requests import HTTPConnection

from api.auth.client_address import address_of, networks_of
from api.limits import Limits
from models.events.seat_feed import Feed
from models.tables import Account
from payments import make_provider
from tests.support.client import Client
from tests.support.serving import serving
from tests.support.unchanged import nothing_changes

OPEN = """
    mutation ($input: OpenAccountInput!) {
      openAccount(input: $input) { __typename ... on BusinessError { code } }
    }
"""
ASK = "mutation ($input: RequestSignInInput!) { requestSignIn(input: $input) { __typename } }"
NAMES = {"companyName": "Example", "firstName": "Ann", "lastName": "Example"}


def connection(address: str) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": [], "client": (address, 1)})


@pytest.fixture
async def small(feed: Feed, db: None) -> AsyncIterator[Client]:
    """A server on which little may be done from one address."""
    limits = Limits(caller_accounts=1, accounts_per_hour=20, caller_sign_ins=1)
    async with serving(make_provider("sandbox"), feed, "", limits) as client:
        yield client


async def open_account(client: Client, address: str, number: int) -> str:
    """Open an account from an address; the type of the answer."""
    values = {**NAMES, "email": f"owner{number}@example.net"}
    body = {"query": OPEN, "variables": {"input": values}}
    answer = await client.http.post("/graphql", json=body, headers={"x-forwarded-for": address})
    return answer.json()["data"]["openAccount"]["__typename"]


async def ask_for_link(client: Client, address: str) -> str:
    """Ask for a sign-in link from an address; the type of the answer."""
    body = {"query": ASK, "variables": {"input": {"email": f"{address.replace(':', '-')}@example.net"}}}
    answer = await client.http.post("/graphql", json=body, headers={"x-forwarded-for": address})
    return answer.json()["data"]["requestSignIn"]["__typename"]


@pytest.mark.parametrize(
    "address",
    ["203.0.113.5", "::ffff:203.0.113.5", "::ffff:cb00:7105", "64:ff9b::203.0.113.5", "64:ff9b::cb00:7105"],
)
def test_an_address_of_ipv4_is_one_network_however_it_is_written(address: str) -> None:
    assert networks_of(connection(address)) == (("203.0.113.5", 1),)
    assert address_of(connection(address)) == "203.0.113.5"


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("2001:db8:1:2ff:a::1", ("2001:db8:1:2ff::/64", "2001:db8:1:200::/56", "2001:db8:1::/48")),
        ("2001:db8:1:300::", ("2001:db8:1:300::/64", "2001:db8:1:300::/56", "2001:db8:1::/48")),
        ("2001:db8:2:2ff:a::1%eth0", ("2001:db8:2:2ff::/64", "2001:db8:2:200::/56", "2001:db8:2::/48")),
        # One more than the last of the prefix of translators, and the one before its first.
        ("64:ff9b::1:0:0", ("64:ff9b::/64", "64:ff9b::/56", "64:ff9b::/48")),
        ("64:ff9a:ffff:ffff::1", ("64:ff9a:ffff:ffff::/64", "64:ff9a:ffff:ff00::/56", "64:ff9a:ffff::/48")),
    ],
)
def test_an_address_of_ipv6_is_three(address: str, networks: tuple[str, ...]) -> None:
    assert networks_of(connection(address)) == tuple(zip(networks, (1, 4, 16), strict=True))
    assert address_of(connection(address)) == networks[0].removesuffix("/64")


def test_clients_without_an_address_are_one_network() -> None:
    assert networks_of(connection("")) == networks_of(connection("garbage")) == (("unknown", 1),)
    assert networks_of(HTTPConnection({"type": "http", "headers": []})) == (("unknown", 1),)


async def test_a_household_may_open_four_times_as_many_and_a_site_sixteen_times(small: Client) -> None:
    household = [f"2001:db8:7:{number:x}::5" for number in range(6)]
    answers = [await open_account(small, address, number) for number, address in enumerate(household)]
    assert answers == ["AccountOpened"] * 4 + ["RateLimitedError"] * 2
    # Each /56 of the site has its own.
    site = [f"2001:db8:7:{number:x}00::5" for number in range(1, 16)]
    answers = [await open_account(small, address, number) for number, address in enumerate(site, start=100)]
    assert answers == ["AccountOpened"] * 12 + ["RateLimitedError"] * 3
    assert await open_account(small, "2001:db8:8::5", 200) == "AccountOpened"
    assert await Account.all().count() == 17


async def test_a_refusal_of_the_smallest_network_spends_nothing_of_the_others(small: Client) -> None:
    assert await open_account(small, "2001:db8:7:1::5", 1) == "AccountOpened"
    async with nothing_changes():
        for number in range(2, 9):
            assert await open_account(small, "2001:db8:7:1::6", number) == "RateLimitedError"
    answers = [await open_account(small, f"2001:db8:7:{number:x}::5", number) for number in range(2, 6)]
    assert answers == ["AccountOpened"] * 3 + ["RateLimitedError"]


async def test_all_addresses_together_open_no_more_than_the_installation_allows(small: Client) -> None:
    answers = [await open_account(small, f"203.0.113.{number}", number) for number in range(20)]
    assert answers == ["AccountOpened"] * 20
    async with nothing_changes("allowances_spent"):
        assert await open_account(small, "198.51.100.1", 20) == "RateLimitedError"
    assert await Account.all().count() == 20


async def test_sign_in_links_count_by_the_same_networks(small: Client) -> None:
    answers = [await ask_for_link(small, f"2001:db8:7:{number:x}::5") for number in range(5)]
    assert answers == ["SignInRequested"] * 4 + ["RateLimitedError"]
    assert await ask_for_link(small, "::ffff:203.0.113.5") == "SignInRequested"
    assert await ask_for_link(small, "203.0.113.5") == "RateLimitedError"
