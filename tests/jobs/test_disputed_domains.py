"""A domain that two accounts claim: a TXT record that is found wins over what is not proved."""

import asyncio

import pytest

from jobs.check_domains import DomainChecker
from models.database.clock import now
from models.database.connection import fetch
from models.errors import DomainNotApproved, InvalidInput
from models.operations.people.add_domain import add_domain
from models.operations.people.approve_domain import approve_domain
from models.operations.people.prove_domain import prove_domain
from models.operations.people.refuse_domain import refuse_domain
from models.operations.people.withdraw_domain import withdraw_domain
from models.rules.domains import DomainTaken
from models.tables import Domain, DomainProof, DomainState, Event
from tests.support.company import Company
from tests.support.dns import BROKEN, NameServer
from tests.support.queue import in_turn
from tests.support.recorded import broken_invariants
from tests.support.unchanged import nothing_changes

NAME = "example.net"
APPROVED, PENDING, REFUSED = DomainState.APPROVED, DomainState.PENDING, DomainState.REFUSED


@pytest.fixture
async def mine(company: Company) -> Domain:
    """The claim of the account that has the domain approved."""
    return await add_domain(company.viewer, name=NAME)


@pytest.fixture
async def theirs(other_company: Company, mine: Domain) -> Domain:
    """The claim of the account that proves it later."""
    return await add_domain(other_company.viewer, name=NAME)


async def state(domain: Domain) -> DomainState:
    return (await Domain.get(id=domain.id)).state


async def news(domain: Domain) -> list[tuple[str, str | None]]:
    """The events of a claim in its account, after it was made, with the reason."""
    events = await Event.filter(account_id=domain.account_id, version__isnull=False).order_by("version")
    told = [event for event in events if event.data.get("domain_id") == str(domain.id)]
    assert {event.actor_id for event in told[1:]} <= {None}
    return [(event.type, event.data.get("reason")) for event in told[1:]]


async def test_a_record_wins_over_the_operators_word(
    mine: Domain, theirs: Domain, company: Company, name_server: NameServer, checker: DomainChecker
) -> None:
    await approve_domain(mine.account_id, name=NAME)
    ann = await company.add_user("Ann2")
    await fetch("UPDATE users SET email = 'ann2@example.net', search_text = NULL WHERE id = $1", ann.id)
    name_server.records[theirs.txt_name] = [[theirs.txt_value]]
    before = now()
    async with nothing_changes("accounts", "domains", "events"):
        assert await checker.check_due(now()) == 1
    lost, won = await Domain.get(id=mine.id), await Domain.get(id=theirs.id)
    assert (won.state, won.approved_by, won.check_at) == (APPROVED, DomainProof.TXT, None)
    assert (lost.state, lost.approved_by, lost.approved_at) == (PENDING, None, None)
    # Its record is looked for again.
    assert lost.check_at is not None
    assert lost.check_at >= before
    assert await news(mine) == [("domain.approved", None), ("domain.withdrawn", "PROVED_BY_ANOTHER")]
    assert await news(theirs) == [("domain.approved", None)]
    company.domain = NAME
    with pytest.raises(DomainNotApproved):
        await company.add_user("Late")
    assert await broken_invariants() == {}


async def test_a_record_wins_over_one_that_is_gone_and_not_over_one_that_is_there(
    mine: Domain, theirs: Domain, name_server: NameServer, checker: DomainChecker
) -> None:
    name_server.records[mine.txt_name] = [[mine.txt_value]]
    assert await checker.check_due(now()) == 2
    assert (await state(mine), (await Domain.get(id=mine.id)).approved_by) == (APPROVED, DomainProof.TXT)
    name_server.records[mine.txt_name] = [[mine.txt_value], [theirs.txt_value]]
    await fetch("UPDATE domains SET check_at = $2 WHERE id = $1", theirs.id, now())
    async with nothing_changes("domains"):
        assert await checker.check_due(now()) == 1
    assert (await state(mine), await state(theirs)) == (APPROVED, PENDING)
    name_server.records[mine.txt_name] = [[theirs.txt_value]]
    await fetch("UPDATE domains SET check_at = $2 WHERE id = $1", theirs.id, now())
    await checker.check_due(now())
    assert (await state(mine), await state(theirs)) == (PENDING, APPROVED)
    assert await news(mine) == [("domain.approved", None), ("domain.withdrawn", "PROVED_BY_ANOTHER")]


async def test_the_operators_word_stands_where_the_record_is_there_too(
    mine: Domain, theirs: Domain, name_server: NameServer, checker: DomainChecker
) -> None:
    await approve_domain(mine.account_id, name=NAME)
    name_server.records[mine.txt_name] = [[mine.txt_value], [theirs.txt_value]]
    async with nothing_changes("domains"):
        await checker.check_due(now())
    assert (await state(mine), await state(theirs)) == (APPROVED, PENDING)


@pytest.mark.parametrize("gone", [True, False])
async def test_an_approval_outlives_its_record_while_nobody_else_proves(
    mine: Domain, theirs: Domain, name_server: NameServer, checker: DomainChecker, gone: bool
) -> None:
    name_server.records[mine.txt_name] = [[mine.txt_value]]
    await checker.check_due(now())
    if gone:
        name_server.records[mine.txt_name] = []
    else:
        name_server.says[mine.txt_name] = BROKEN
    await fetch("UPDATE domains SET check_at = $2 WHERE id = $1", theirs.id, now())
    async with nothing_changes("domains"):
        await checker.check_due(now())
    assert (await state(mine), await state(theirs)) == (APPROVED, PENDING)


async def test_a_refused_claim_is_proved_by_no_record(
    mine: Domain, name_server: NameServer, checker: DomainChecker
) -> None:
    await refuse_domain(mine.account_id, name=NAME)
    name_server.records[mine.txt_name] = [[mine.txt_value]]
    async with nothing_changes():
        assert await checker.check_due(now()) == 0
        # Nor where it was refused while the name servers were asked.
        await prove_domain(mine.account_id, name=NAME, published=[mine.txt_value])
    assert await state(mine) is REFUSED


async def test_a_withdrawn_claim_is_approved_again_by_its_record(
    mine: Domain, name_server: NameServer, checker: DomainChecker
) -> None:
    await approve_domain(mine.account_id, name=NAME)
    await withdraw_domain(mine.account_id, name=NAME)
    name_server.records[mine.txt_name] = [[mine.txt_value]]
    assert await checker.check_due(now()) == 1
    assert (await state(mine), (await Domain.get(id=mine.id)).approved_by) == (APPROVED, DomainProof.TXT)


@pytest.mark.parametrize("name", ["outlook.com", "co.jp", "blogspot.com"])
async def test_a_record_proves_nothing_of_what_nobody_can_own(
    mine: Domain, name_server: NameServer, checker: DomainChecker, name: str
) -> None:
    await fetch("UPDATE domains SET name = $2 WHERE id = $1", mine.id, name)
    name_server.records[f"_usher-challenge.{name}"] = [[mine.txt_value]]
    async with nothing_changes("domains"):
        assert await checker.check_due(now()) == 1
    assert await state(mine) is PENDING
    with pytest.raises(InvalidInput, match="no account can claim it"):
        await approve_domain(mine.account_id, name=name)


async def test_of_two_who_prove_at_once_one_has_it(mine: Domain, theirs: Domain) -> None:
    published = [mine.txt_value, theirs.txt_value]
    tries = [prove_domain(each.account_id, name=NAME, published=published) for each in (mine, theirs) * 5]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert {type(each) for each in done} == {Domain, DomainTaken}
    assert sorted([await state(mine), await state(theirs)]) == [APPROVED, PENDING]
    assert await broken_invariants() == {}


async def test_accounts_that_take_a_domain_from_each_other_at_once_do_not_block_each_other(
    mine: Domain, theirs: Domain
) -> None:
    for _ in range(5):
        tries = [prove_domain(each.account_id, name=NAME, published=[each.txt_value]) for each in (mine, theirs) * 3]
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert {type(each) for each in done} <= {Domain, DomainTaken}
        assert sorted([await state(mine), await state(theirs)]) == [APPROVED, PENDING]
    assert await broken_invariants() == {}


async def test_what_changed_while_the_account_was_waited_for_counts(mine: Domain, theirs: Domain) -> None:
    await approve_domain(mine.account_id, name=NAME)

    async def withdraw() -> None:
        await fetch(
            "UPDATE domains SET state = 'PENDING', approved_at = NULL, approved_by = NULL WHERE id = $1", mine.id
        )

    await in_turn(
        mine.account_id, prove_domain(theirs.account_id, name=NAME, published=[theirs.txt_value]), change=withdraw
    )
    assert (await state(mine), await state(theirs)) == (PENDING, APPROVED)
    # It had nothing left to lose.
    assert await news(mine) == [("domain.approved", None)]
