"""usher account, usher domain and usher token."""

import re

import pytest

from models.clock import now
from models.credentials import recognise
from models.database import fetch
from models.errors import TokenInvalid
from models.ids import new_id
from models.operations.add_domain import add_domain
from models.operations.approve_domain import approve_domain
from models.operations.complete_sign_in import complete_sign_in
from models.tables import Account, Domain, DomainState, Event, Role, SessionKind, Token, User
from tests.support.company import Company
from tests.support.refused_command import assert_one_line, assert_refused
from tests.support.unchanged import nothing_changes
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


async def test_a_claim_is_approved_and_again_changes_nothing(run: Run, company: Company) -> None:
    claim = await add_domain(company.viewer, name="sub.example.com")
    done = await run("domain", "approve", " SUB.example.com ")
    assert (done.code, done.err) == (0, "")
    assert "is approved." in done.out
    approved = await Domain.get(id=claim.id)
    assert approved.state is DomainState.APPROVED
    event = await Event.filter(type="domain.approved").order_by("-version").first()
    assert event is not None
    assert (event.actor_id, event.data) == (None, {"domain_id": str(claim.id), "name": "sub.example.com"})
    async with nothing_changes():
        assert (await run("domain", "approve", "sub.example.com")).code == 0


async def test_a_domain_in_its_own_script_is_approved_by_that_name(run: Run, company: Company) -> None:
    claim = await add_domain(company.viewer, name="bücher.example.com")
    done = await run("domain", "approve", "Bücher.example.com")
    assert (done.code, done.err) == (0, "")
    assert (await Domain.get(id=claim.id)).state is DomainState.APPROVED


async def test_a_domain_that_nobody_claims_is_refused(run: Run, company: Company) -> None:
    text = "Nobody claims sub.example.com. An administrator of the account adds it first."
    async with nothing_changes():
        assert_refused(await run("domain", "approve", "sub.example.com"), text)
        assert_refused(await run("domain", "approve", "sub.example.com", "--account", str(company.account_id)), text)
        assert_one_line(await run("domain", "approve", "example.com", "--account", str(new_id())), "Nobody claims ")


async def test_of_several_claims_one_must_be_chosen(run: Run, company: Company, other_company: Company) -> None:
    for claimant in (company, other_company):
        await add_domain(claimant.viewer, name="example.net")
    async with nothing_changes():
        done = await run("domain", "approve", "example.net")
    assert_refused(
        done,
        "Several accounts claim example.net: say which with --account."
        f" They are {company.account_id}, {other_company.account_id}.",
    )
    chosen = await run("domain", "approve", "example.net", "--account", str(other_company.account_id))
    assert chosen.code == 0
    claims = await Domain.filter(name="example.net").order_by("id")
    assert [(claim.account_id, claim.state) for claim in claims] == [
        (company.account_id, DomainState.PENDING),
        (other_company.account_id, DomainState.APPROVED),
    ]
    async with nothing_changes():
        late = await run("domain", "approve", "example.net", "--account", str(company.account_id))
    assert_refused(late, "The domain example.net is approved for another account.")


async def test_a_domain_approved_for_another_account_is_not_approved_again(
    run: Run, company: Company, other_company: Company
) -> None:
    await add_domain(company.viewer, name="example.net")
    await add_domain(other_company.viewer, name="example.net")
    await approve_domain(other_company.account_id, name="example.net")
    async with nothing_changes():
        done = await run("domain", "approve", "example.net", "--account", str(company.account_id))
    assert_refused(done, "The domain example.net is approved for another account.")


async def test_a_bearer_token_lets_its_user_in(run: Run, company: Company) -> None:
    done = await run("token", "bearer", "ANN@example.com")
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", done.out)
    viewer = (await recognise(done.out.strip(), "")).viewer
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
