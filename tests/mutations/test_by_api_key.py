"""Mutations by an API key: it buys for its maker, assigns in the account's name, and never signs out."""

from api.schema.ids import encode_id
from jobs.relay import Relay
from models.database.connection import fetch
from models.permissions import Permission
from models.tables import Purchase, Role, User
from tests.support.answers import unauthenticated
from tests.support.api_keys import make_key
from tests.support.buying import MY_CART, add_to_cart, validate
from tests.support.carts import shown_cart, shown_cart_of
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import assign_over, held_by
from tests.support.mails import Post
from tests.support.paying import pay
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import assert_not_permitted
from tests.support.shown import NOT_PERMITTED
from tests.support.unchanged import nothing_changes
from usher.mailbox.server import Mailbox

SIGN_OUT = 'mutation { signOut { ok } viewerIs: validatePurchase(input: {cartVersion: "0"}) { __typename } }'


async def test_a_key_buys_with_its_own_cart_for_who_made_it(
    admin: Client, company: Company, relay: Relay, mailbox: Mailbox
) -> None:
    post = Post(relay, mailbox)
    await company.put_in_cart(ADVANCED=9)
    made = await make_key(admin, Permission.PURCHASE)
    key, row = admin.signed_in(made.secret), await made.row()
    await post.collect()
    assert await add_to_cart(key, company, "PRO", 2) == await shown_cart_of(row, 1, PRO=2)
    assert await key.run(MY_CART) == {"account": {"cart": await shown_cart_of(row, 1, PRO=2)}}
    purchase = await validate(key, "1")
    assert (await pay(key, purchase))["__typename"] == "PurchaseProceeded"
    events = await fetch("SELECT type, actor_id FROM events WHERE type LIKE 'purchase.%' ORDER BY version")
    # Money may come much later, of itself: what comes of it is the buyer's.
    assert [(event["type"], event["actor_id"]) for event in events] == [
        ("purchase.validated", row.id),
        ("purchase.accepted", row.id),
        ("purchase.completed", company.administrator.id),
    ]
    bought = await Purchase.get()
    assert (bought.buyer_id, bought.api_key_id) == (company.administrator.id, row.id)
    assert await company.counts() == {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (2, 0, 0)}
    assert await key.run(MY_CART) == {"account": {"cart": await shown_cart_of(row, 2)}}
    assert await admin.run(MY_CART) == {"account": {"cart": await shown_cart(company, 1, ADVANCED=9)}}
    receipt = await post.collect_one()
    assert receipt.to == "Ada Admin <admin@example.com>"
    assert purchase.number in receipt.text
    assert await broken_invariants() == {}


async def test_a_key_cancels_what_its_maker_validated(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    purchase = await company.validate()
    made = await make_key(admin, Permission.PURCHASE)
    async with records(company, "purchase.cancelled", by=(await made.row()).id):
        answer = await admin.signed_in(made.secret).mutate(
            "cancelPurchase", "", purchaseId=encode_id("Purchase", purchase.id)
        )
    assert answer == {"__typename": "PurchaseCancelled"}


async def test_who_gets_a_seat_from_a_key_is_told_that_the_account_gave_it(
    admin: Client, company: Company, relay: Relay, mailbox: Mailbox
) -> None:
    post = Post(relay, mailbox)
    await company.buy(PRO=1)
    ann = company.users[0]
    made = await make_key(admin, Permission.ASSIGN_LICENSES)
    key_id = (await made.row()).id
    await post.collect()
    async with records(company, "license.assigned", by=key_id):
        answer = await assign_over(admin.signed_in(made.secret), company, ann)
    assert answer["__typename"] == "LicenseAssigned"
    license = await held_by(ann)
    assert license is not None
    assert license.assigned_by == key_id
    mail = await post.collect_one()
    assert mail.to == "Ann Example <ann@example.com>"
    assert "Company of example.com" in mail.text
    assert "Ada Admin" not in mail.text + mail.html
    assert await broken_invariants() == {}


async def test_signing_out_with_a_key_changes_nothing_and_the_key_goes_on(admin: Client, company: Company) -> None:
    key = admin.signed_in((await make_key(admin, Permission.PURCHASE)).secret)
    async with nothing_changes():
        answer = await key.run(SIGN_OUT)
    assert answer == {"signOut": {"ok": True}, "viewerIs": {"__typename": "CartEmptyError"}}
    assert await key.run("{ viewer { permissions } }") == {"viewer": {"permissions": ["PURCHASE"]}}
    assert (await admin.run("{ viewer { user { email } } }"))["viewer"] == {"user": {"email": "admin@example.com"}}


async def test_a_key_makes_administrators_only_where_it_may_manage_roles(admin: Client, company: Company) -> None:
    person = {"email": "nia@example.com", "firstName": "Nia", "lastName": "New"}
    users = await make_key(admin, Permission.MANAGE_USERS)
    both = await make_key(admin, Permission.MANAGE_USERS, Permission.MANAGE_ROLES)
    await assert_not_permitted(
        admin.signed_in(users.secret), "addUser", "MANAGE_ROLES", **person, role="ADMINISTRATOR"
    )
    answer = await admin.signed_in(users.secret).mutate("addUser", NOT_PERMITTED, **person, role="STANDARD")
    assert answer == {"__typename": "UserAdded"}
    other = person | {"email": "noa@example.com"}
    answer = await admin.signed_in(both.secret).mutate("addUser", NOT_PERMITTED, **other, role="ADMINISTRATOR")
    assert answer == {"__typename": "UserAdded"}
    assert (await User.get(email="noa@example.com")).role is Role.ADMINISTRATOR


async def test_a_key_of_another_account_reaches_nothing_here(
    admin: Client, other_admin: Client, company: Company, other_company: Company
) -> None:
    await company.buy(PRO=1)
    theirs = other_admin.signed_in((await make_key(other_admin, *Permission)).secret)
    async with nothing_changes():
        answer = await assign_over(theirs, company, company.users[0])
    assert answer["code"] == "NOT_FOUND"
    account = (await theirs.run("{ account { name } }"))["account"]
    assert account == {"name": "Company of example.org"}


async def test_a_secret_that_is_no_bearer_token_is_nobody_s(admin: Client, client: Client, company: Company) -> None:
    made = await make_key(admin, Permission.VIEW_INVENTORY)
    for header in (made.secret, f"Basic {made.secret}", f"Token {made.secret}"):
        response = await client.http.post(
            "/graphql", json={"query": "{ account { id } }"}, headers={"authorization": header}
        )
        unauthenticated(response.json(), "account", reason="MALFORMED")
