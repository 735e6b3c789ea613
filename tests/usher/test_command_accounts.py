"""usher account and usher token."""

import re

import pytest

from models.access.credentials import authenticate
from models.database.clock import now
from models.database.connection import fetch
from models.errors import TokenInvalid
from models.operations.sign_in.complete_sign_in import complete_sign_in
from models.tables import Account, Event, Role, SessionKind, Token, User
from tests.support.company import Company
from tests.support.processes import Finished
from tests.support.refused_command import assert_refused
from tests.support.unchanged import nothing_changes
from tests.support.unproven import open_unproven, traces_of
from tests.usher.conftest import Run

CREATE = ["account", "create", "Example & Co [1]", "Ola@Example.NET", "--first-name", "Ola", "--last-name", "Owner"]


async def test_an_account_is_opened_with_its_administrator(run: Run, db: None) -> None:
    done = await run(*CREATE, "--locale", "fr-ca")
    (account,) = await Account.all()
    (user,) = await User.all()
    assert (done.code, done.err) == (0, "")
    line = f"Account {account.id} is open; a sign-in link goes to Ola@example.net."
    assert " ".join(done.out.split()) == line
    assert (account.name, account.version) == ("Example & Co [1]", 1)
    assert (user.email, user.full_name, user.locale) == ("Ola@example.net", "Ola Owner", "fr-CA")
    assert (user.role, user.account_id) == (Role.ADMINISTRATOR, account.id)
    event = await Event.get(account_id=account.id)
    assert (event.type, event.actor_id, event.relayed_at) == ("account.opened", user.id, None)


async def test_an_address_that_is_taken_opens_no_account(run: Run, db: None) -> None:
    await run(*CREATE)
    async with nothing_changes():
        assert_refused(await run(*CREATE), "A user with this e-mail address exists already.")


async def test_wrong_values_open_no_account(run: Run, db: None) -> None:
    async with nothing_changes():
        done = await run("account", "create", " ", "ola", "--first-name", "Ola", "--last-name", "", "--locale", "xx")
    assert_refused(
        done,
        "companyName: Must not be empty.; email: Not an e-mail address.; lastName: Must not be empty.;"
        " locale: Not a locale, for example en or fr-CA.",
    )


async def test_an_account_of_the_operators_is_proven(run: Run, db: None) -> None:
    await run(*CREATE)
    (account,) = await Account.all()
    assert account.confirmed_at is not None
    async with nothing_changes():
        done = await run("account", "withdraw", "ola@example.net", "--yes")
    assert_refused(done, "The account of ola@example.net is proven, and stays.")


async def test_an_unproven_account_is_deleted_when_the_operator_says_yes(run: Run, company: Company) -> None:
    user = await open_unproven("sam@example.net")
    account = await Account.get(id=user.account_id)
    question = f"Delete Squat Inc (account {account.id}, opened {account.created_at:%Y-%m-%d %H:%M} UTC)? [y/N]"
    async with nothing_changes():
        asked = await run("account", "withdraw", "sam@example.net")
        assert_refused(
            await run("account", "withdraw", "tom@example.net", "--yes"), "There is no user tom@example.net."
        )
    assert asked.code == 1
    assert question in asked.out
    done = await run("account", "withdraw", "SAM@example.net", "--yes")
    assert done == Finished(0, "The account of SAM@example.net is deleted.\n", "")
    assert await traces_of(user) == {}
    assert await Account.all().count() == 1
    assert (await run("verify")).code == 0


async def test_a_bearer_token_lets_its_user_in(run: Run, company: Company) -> None:
    done = await run("token", "bearer", "ANN@example.com")
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", done.out)
    viewer = (await authenticate(done.out.strip(), "")).viewer
    assert viewer is not None
    assert (viewer.user_id, viewer.account_id) == (company.users[0].id, company.account_id)
    (session,) = await fetch(
        "SELECT kind, expires_at - created_at AS lasts FROM sessions WHERE id = $1", viewer.credential_id
    )
    assert (session["kind"], session["lasts"].days) == ("BEARER", 30)


async def test_a_link_signs_its_user_in_once(run: Run, company: Company) -> None:
    done = await run("token", "link", "ben@example.com", PUBLIC_URL="https://seats.example.com/")
    assert (done.code, done.err) == (0, "")
    found = re.fullmatch(r"https://seats\.example\.com/sign-in\?token=([A-Za-z0-9_-]{43})\n", done.out)
    assert found is not None
    token = await Token.filter(user_id=company.users[1].id).get()
    assert 14 * 60 < (token.expires_at - now()).total_seconds() <= 15 * 60
    signed_in = await complete_sign_in(token=found[1], kind=SessionKind.COOKIE)
    assert signed_in.viewer.user_id == company.users[1].id
    with pytest.raises(TokenInvalid):
        await complete_sign_in(token=found[1], kind=SessionKind.COOKIE)


@pytest.mark.parametrize("kind", ["bearer", "link"])
@pytest.mark.parametrize("email", ["nobody@example.com", "", "[/red]@example.com", "[bold]ann@example.com"])
async def test_nobody_unknown_is_let_in(run: Run, company: Company, kind: str, email: str) -> None:
    async with nothing_changes():
        done = await run("token", kind, email)
    assert_refused(done, f"There is no user {email}.")
