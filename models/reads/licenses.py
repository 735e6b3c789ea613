"""Finding licenses."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.reads.conditions import Condition
from models.reads.packages import codes_condition
from models.reads.rows import rows_where
from models.tables import License


class LicenseState(StrEnum):
    """Assigned until activated, active until ended; derived from the license's times."""

    ASSIGNED = "ASSIGNED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


def state_of(license: License) -> LicenseState:
    """The state of a license."""
    return state_at(license.ended_at, license.activated_at)


def state_at(ended_at: datetime | None, activated_at: datetime | None) -> LicenseState:
    """The state that follows from a license's times."""
    if ended_at is not None:
        return LicenseState.ENDED
    return LicenseState.ASSIGNED if activated_at is None else LicenseState.ACTIVE


def license_conditions(
    state: LicenseState | None = None, package_code: str | None = None, user_id: UUID | None = None
) -> list[Condition]:
    """A filter as conditions of a statement, which must all hold; `{row}` is a license. Null ones are ignored."""
    found = [] if state is None else [Condition(_STATES[state])]
    if package_code is not None:
        package = "SELECT FROM packages WHERE packages.id = {row}.package_id AND packages.code = ANY({value}::text[])"
        found.append(codes_condition(f"EXISTS ({package})", [package_code]))
    if user_id is not None:
        found.append(Condition("{row}.user_id = {value}", user_id))
    return found


async def licenses_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, License]:
    """Licenses of an account by id; ids that are not the account's are left out."""
    found = await rows_where(License, "account_id = $1 AND id = ANY($2)", account_id, list(ids))
    return {license.id: license for license in found}


async def live_licenses_by_user(account_id: UUID, user_ids: Sequence[UUID]) -> dict[UUID, License]:
    """The licenses that users of an account hold now, by user."""
    live = "account_id = $1 AND user_id = ANY($2) AND ended_at IS NULL"
    return {license.user_id: license for license in await rows_where(License, live, account_id, list(user_ids))}


_STATES = {
    LicenseState.ASSIGNED: "{row}.ended_at IS NULL AND {row}.activated_at IS NULL",
    LicenseState.ACTIVE: "{row}.ended_at IS NULL AND {row}.activated_at IS NOT NULL",
    LicenseState.ENDED: "{row}.ended_at IS NOT NULL",
}
