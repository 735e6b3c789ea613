"""The transactions of accounts: their commits are announced, and nothing else is."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from models.events import commit_listeners
from models.events.events import EventType, record_event
from models.permissions import Permission
from models.rules.account_transaction import account_transaction, accounts_transaction, viewer_transaction
from models.tables import Account
from tests.support.company import Company
from tests.support.unchanged import nothing_changes


@pytest.fixture
def announced(company: Company, other_company: Company) -> Iterator[list[UUID]]:
    """The accounts that are announced while the test runs, in order."""
    found: list[UUID] = []
    stop = commit_listeners.listen(found.append)
    yield found
    stop()


async def change(account: Account) -> None:
    """Move an account to its next version."""
    await record_event(account, EventType.DOMAIN_ADDED, by=None, data={})


async def test_an_account_is_announced_once_its_change_is_committed(company: Company, announced: list[UUID]) -> None:
    async with account_transaction(company.account_id) as account:
        await change(account)
        await change(account)
        assert announced == []
    assert announced == [company.account_id]
    async with viewer_transaction(company.viewer, Permission.MANAGE_DOMAINS) as account:
        await change(account)
    assert announced == [company.account_id] * 2


async def test_of_several_accounts_those_that_changed_are_announced(
    company: Company, other_company: Company, announced: list[UUID]
) -> None:
    ids = [company.account_id, other_company.account_id]
    async with accounts_transaction(ids) as accounts:
        await change(accounts[other_company.account_id])
        assert announced == []
    assert announced == [other_company.account_id]
    async with accounts_transaction(ids) as accounts:
        for each in ids:
            await change(accounts[each])
    assert announced[1:] == sorted(ids)


async def test_nothing_is_announced_that_did_not_change_or_was_undone(
    company: Company, other_company: Company, announced: list[UUID]
) -> None:
    ids = [company.account_id, other_company.account_id]

    async def fail(*, together: bool) -> None:
        if together:
            async with accounts_transaction(ids) as accounts:
                await change(accounts[ids[0]])
                raise ValueError("enough")
        async with account_transaction(ids[0]) as account:
            await change(account)
            raise ValueError("enough")

    async with nothing_changes():
        async with account_transaction(company.account_id):
            pass
        async with accounts_transaction(ids):
            pass
        for together in (False, True):
            with pytest.raises(ValueError, match="enough"):
                await fail(together=together)
    assert announced == []
