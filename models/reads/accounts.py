"""Finding accounts."""

from uuid import UUID

from models.tables import Account


async def account_by_id(account_id: UUID) -> Account:
    """An account that is known to exist."""
    return await Account.get(id=account_id)
