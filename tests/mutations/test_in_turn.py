"""Several changes in one document, and changes whose answer cannot be shown: each is done once, in turn."""

from typing import Any

from api.schema.ids import encode_id
from models.database.connection import fetch
from models.rules.carts import read_cart
from tests.support.client import Client
from tests.support.company import Company, sign_in_token

# A standard user may sign in, but may not see this of who they are then.
SIGNED_IN = "... on SignedIn { viewer { account { users { totalCount } } } }"
ADDED = "... on CartChanged { cart { lines { quantity } } }"


# The second change must not see the rows that the first has read.
GIVEN_AND_TAKEN = """
mutation ($give: AssignLicenseInput!, $take: RemoveLicenseInput!) {
    give: assignLicense(input: $give) { ... on AlreadyLicensedError { license { user { license { state } } } } }
    take: removeLicense(input: $take) { ... on LicenseRemoved { license { state user { license { state } } } } }
}
"""


async def sessions() -> int:
    return (await fetch("SELECT count(*) AS n FROM sessions"))[0]["n"]


async def changed(client: Client, company: Company, fields: str, **more: Any) -> dict[str, Any]:
    added = ", $add: AddToCartInput!" if "$add" in fields else ""
    document = f"mutation ($in: CompleteSignInInput!{added}) {{ {fields} }}"
    token = await sign_in_token(company.users[0])
    add = {"packageId": encode_id("Package", company.packages["PRO"].id), "quantity": 1}
    return await client.post(document, **{"in": {"token": token, "session": "BEARER"}, "add": add}, **more)


async def test_a_change_whose_answer_cannot_be_shown_is_done_once(client: Client, company: Company) -> None:
    before = await sessions()
    answer = await changed(client, company, f"in: completeSignIn(input: $in) {{ __typename {SIGNED_IN} }}")
    assert answer["data"] is None
    assert [(error["path"], error["extensions"]) for error in answer["errors"]] == [
        (["in", "viewer", "account", "users"], {"code": "NOT_PERMITTED", "requires": "MANAGE_USERS"})
    ]
    assert await sessions() == before + 1


async def test_what_was_done_before_a_failure_is_not_done_again_nor_what_comes_after(
    admin: Client, company: Company
) -> None:
    fields = (
        f"a: addToCart(input: $add) {{ {ADDED} }} in: completeSignIn(input: $in) {{ {SIGNED_IN} }}"
        f" b: addToCart(input: $add) {{ {ADDED} }}"
    )
    before = await sessions()
    answer = await changed(admin, company, fields)
    assert answer["data"] is None
    assert [error["path"] for error in answer["errors"]] == [["in", "viewer", "account", "users"]]
    assert [line.quantity for line in (await read_cart(company.viewer.user_id)).lines] == [1]
    assert await sessions() == before + 1


async def test_a_refusal_in_between_keeps_nothing_from_being_done(admin: Client, company: Company) -> None:
    fields = (
        f"a: addToCart(input: $add) {{ {ADDED} }}"
        ' no: completeSignIn(input: { token: "none" }) { ... on TokenInvalidError { code } }'
        f" b: addToCart(input: $add) {{ {ADDED} }}"
    )
    answer = await changed(admin, company, fields + " in: completeSignIn(input: $in) { __typename }")
    assert answer == {
        "data": {
            "a": {"cart": {"lines": [{"quantity": 1}]}},
            "no": {"code": "TOKEN_INVALID"},
            "b": {"cart": {"lines": [{"quantity": 2}]}},
            "in": {"__typename": "SignedIn"},
        }
    }
    assert list(answer["data"]) == ["a", "no", "b", "in"]


async def test_an_error_of_the_change_itself_is_told_and_nothing_comes_after(
    client: Client, company: Company
) -> None:
    before = await sessions()
    answer = await changed(
        client,
        company,
        f"a: addToCart(input: $add) {{ {ADDED} }} in: completeSignIn(input: $in) {{ __typename }}",
    )
    assert answer["data"] is None
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["a"], "UNAUTHENTICATED")
    ]
    assert await sessions() == before


async def given_and_taken(company: Company) -> dict[str, Any]:
    """The variables for a user who has a license."""
    user = company.users[0]
    license = await company.assign(user, "PRO")
    package = encode_id("Package", company.packages["PRO"].id)
    return {
        "give": {"userId": encode_id("User", user.id), "packageId": package},
        "take": {"licenseId": encode_id("License", license.id)},
    }


TAKEN = {
    "give": {"license": {"user": {"license": {"state": "ASSIGNED"}}}},
    "take": {"license": {"state": "ENDED", "user": {"license": None}}},
}


async def test_a_change_shows_nothing_that_was_read_before_it(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    assert await admin.run(GIVEN_AND_TAKEN, **await given_and_taken(company)) == TAKEN


async def test_a_change_over_a_socket_shows_nothing_that_was_read_before_it(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    async with admin.live() as live:
        await live.subscribe(GIVEN_AND_TAKEN, **await given_and_taken(company))
        assert await live.next() == TAKEN
