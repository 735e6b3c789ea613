"""Deleting an unproven account."""

from models.database.connection import transaction
from models.rules.unproven_accounts import displace_unproven


async def withdraw_account(*, email: str) -> bool:
    """Delete the unproven account whose user has this address, with everything it owns; False when there is none."""
    async with transaction():
        return await displace_unproven(email)
