"""Licenses in tests: their ids, their links, and the company that gives them."""

from datetime import timedelta
from typing import Any

from api.schema.ids import encode_id
from models.access.credentials import issue_token
from models.access.secrets import new_secret
from models.database.clock import now
from models.operations.licensing.activate_license import activate_license
from models.tables import License, Package, TokenPurpose, User
from tests.support.client import Client
from tests.support.company import Company

ASSIGNED = "... on LicenseAssigned { license { id } } ... on NoSeatAvailableError { pool { available } }"
MOVES_A_SEAT = ("accounts", "events", "licenses", "seat_pools")


def id_of(row: License | Package | User) -> str:
    """The global id of a row."""
    return encode_id(type(row).__name__, row.id)


async def activation_token(license: License, *, lasts: timedelta = timedelta(days=30)) -> str:
    """A token as the newest mail for a license would carry it."""
    row = await License.get(id=license.id)
    user = await User.get(id=row.user_id)
    secret = new_secret()
    await issue_token(
        secret,
        TokenPurpose.ACTIVATE,
        user,
        expires_at=now() + lasts,
        license_id=row.id,
        event_id=row.link_event_id,
    )
    return secret


async def give(company: Company, user: User, code: str, *, activated: bool = False) -> License:
    """Give a user a seat, and have them activate it if told so."""
    license = await company.assign(user, code)
    if activated:
        license = await activate_license(token=await activation_token(license))
    return await License.get(id=license.id)


async def held_by(user: User) -> License | None:
    """The license a user holds now."""
    return await License.get_or_none(user_id=user.id, ended_at=None)


async def assign_over(client: Client, company: Company, user: User, code: str = "PRO", **more: Any) -> dict[str, Any]:
    """Give a user a seat over HTTP; the answer with what tells how it went."""
    values = {"userId": id_of(user), "packageId": id_of(company.packages[code])} | more
    return await client.mutate("assignLicense", ASSIGNED, **values)
