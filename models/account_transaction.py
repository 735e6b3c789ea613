"""One account, one queue: the transaction that every change of an account runs in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from models import wakeups
from models.database import transaction
from models.tables import Account


@asynccontextmanager
async def account_transaction(account_id: UUID) -> AsyncIterator[Account]:
    """Lock the account, run the block, commit, wake the account's live subscribers.

    The account's row is the only lock anyone takes on what the account owns, so changes of one account follow
    each other, no two transactions can wait for one another, and what the block reads stays true until it ends.
    """
    async with transaction():
        # NO KEY: carts and sessions insert rows that refer to the account, and need not wait for it.
        account = await Account.filter(id=account_id).select_for_update(no_key=True).get()
        version = account.version
        yield account
    if account.version != version:
        wakeups.announce(account_id)
