"""Finding accounts."""

from uuid import UUID

from models.reads.rows import rows_where
from models.tables import Account


async def account_by_id(account_id: UUID) -> Account:
    """An account that is known to exist."""
    return (await rows_where(Account, "id = $1", account_id))[0]
