"""Writes and reads by a process of the version before that still runs on the newest schema."""

from datetime import timedelta

import pytest

from models.database.clock import now
from models.database.connection import fetch
from models.database.ids import new_id
from models.errors import EmailTaken
from models.operations.sign_in.withdraw_account import withdraw_account
from models.operations.upkeep.forget_expired import forget_expired
from models.rules.carts import read_cart
from models.tables import Account, Purchase, User
from tests.support.company import Company, viewer_of_user
from tests.support.unproven import let_pass, open_unproven

# As version 0.1 before carts of keys had them.
ADD_TO_CART = (
    "INSERT INTO carts (user_id, account_id, version) VALUES ($1, $2, 1)"
    " ON CONFLICT (user_id) DO UPDATE SET version = carts.version + 1"
)
ADD_LINE = (
    "INSERT INTO cart_lines (id, account_id, user_id, package_id, quantity) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (user_id, package_id) DO UPDATE SET quantity = cart_lines.quantity + $5"
    " WHERE cart_lines.quantity + $5 <= 10000 RETURNING id"
)
VALIDATE = (
    "INSERT INTO purchases (id, account_id, buyer_id, number, state, cart_version, total, currency, created_at,"
    " expires_at) VALUES ($1, $2, $3, $4, 'AWAITING_ACCEPTANCE', 1, 60, 'CAD', now(), now())"
)

OPEN_ACCOUNT = "INSERT INTO accounts (id, name, version, created_at) VALUES ($1, 'Opened before', 0, now())"


async def test_an_older_process_fills_a_cart_that_a_newer_one_goes_on_with(company: Company) -> None:
    owner, account = company.administrator.id, company.account_id
    package = company.packages["ECO"].id
    for _ in range(2):
        await fetch(ADD_TO_CART, owner, account)
        await fetch(ADD_LINE, new_id(), account, owner, package, 2)
    await company.put_in_cart(ECO=1)
    await fetch(ADD_TO_CART, owner, account)
    cart = await read_cart(owner)
    assert (cart.version, [line.quantity for line in cart.lines]) == (4, [5])
    purchase = await company.validate()
    assert (purchase.cart_version, purchase.api_key_id) == (4, None)


async def test_a_newer_process_replaces_what_an_older_one_validated(company: Company) -> None:
    await company.put_in_cart(ECO=1)
    given = (new_id(), company.account_id, company.administrator.id, "P-2026-999999")
    await fetch(VALIDATE, *given)
    await company.validate()
    states = [purchase.state.value async for purchase in Purchase.all().order_by("number")]
    assert states == ["AWAITING_ACCEPTANCE", "EXPIRED"]


async def test_an_account_that_an_older_process_opens_is_proven(db: None) -> None:
    account_id = new_id()
    await fetch(OPEN_ACCOUNT, account_id)
    assert (await Account.get(id=account_id)).confirmed_at is not None


async def test_an_account_that_an_older_process_signed_in_to_stays(company: Company) -> None:
    user = await open_unproven("ceo@before.example")
    lapsed = await open_unproven("coo@before.example")
    await viewer_of_user(user)
    await fetch("UPDATE accounts SET confirmed_at = NULL WHERE id = $1", user.account_id)
    await fetch("UPDATE users SET email = 'ceo@example.com' WHERE id = $1", user.id)
    for each in (user, lapsed):
        await let_pass(each.account_id, timedelta(days=8))
    with pytest.raises(EmailTaken):
        await company.add_user("Ceo")
    assert not await withdraw_account(email="ceo@example.com")
    await forget_expired(now())
    assert await User.exists(id=user.id)
    assert not await User.exists(id=lapsed.id)
