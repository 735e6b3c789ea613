"""One account, one queue: the transactions that every change of an account runs in."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from uuid import UUID

from models.access.credentials import reauthenticate
from models.access.viewer import Viewer
from models.database.connection import transaction
from models.events import commit_listeners
from models.permissions import Permission
from models.tables import Account


@asynccontextmanager
async def account_transaction(account_id: UUID) -> AsyncIterator[Account]:
    """Lock the account, run the block, commit, notify the account's subscribers.

    The account's row is the only lock on what the account owns, so changes of one account are serialised, no deadlock
    is possible, and everything that the block reads stays true until it ends.
    """
    async with transaction():
        # NO KEY: carts and sessions insert rows that refer to the account, and need not wait for it.
        account = await Account.filter(id=account_id).select_for_update(no_key=True).get()
        version = account.version
        yield account
    if account.version != version:
        commit_listeners.publish(account_id)


@asynccontextmanager
async def accounts_transaction(account_ids: Collection[UUID]) -> AsyncIterator[dict[UUID, Account]]:
    """The same for several accounts, which are locked in the order of their ids."""
    async with transaction():
        locked = Account.filter(id__in=list(account_ids)).order_by("id").select_for_update(no_key=True)
        accounts = {account.id: account async for account in locked}
        versions = {account.id: account.version for account in accounts.values()}
        yield accounts
    for account in accounts.values():
        if account.version != versions[account.id]:
            commit_listeners.publish(account.id)


@asynccontextmanager
async def viewer_transaction(viewer: Viewer, *permissions: Permission) -> AsyncIterator[Account]:
    """The same for a viewer with all these permissions. Raises NotPermitted; Unauthenticated when signed out.

    The permissions are checked before the lock, so that a refused call blocks no other, and again under it: roles
    change under the same lock, so a viewer that lost its role while it waited is refused.
    """
    viewer.require_all(permissions)
    async with account_transaction(viewer.account_id) as account:
        current = await reauthenticate(viewer)
        current.require_all(permissions)
        yield account
