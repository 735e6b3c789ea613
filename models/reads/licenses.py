"""Finding licenses."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tortoise.queryset import QuerySet

from models.reads.packages import plausible_code
from models.tables import License


class LicenseState(StrEnum):
    """Assigned until activated, active until ended; derived from the license's times."""

    ASSIGNED = "ASSIGNED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


@dataclass(frozen=True)
class LicenseFilter:
    """Conditions that must all hold; null ones do not count."""

    state: LicenseState | None = None
    package_code: str | None = None
    user_id: UUID | None = None


def state_of(license: License) -> LicenseState:
    """The state of a license."""
    if license.ended_at is not None:
        return LicenseState.ENDED
    return LicenseState.ASSIGNED if license.activated_at is None else LicenseState.ACTIVE


def licenses_of(account_id: UUID, wanted: LicenseFilter) -> QuerySet[License]:
    """The licenses of an account, ended ones too, that fit a filter."""
    licenses = License.filter(account_id=account_id)
    if wanted.state is not None:
        licenses = licenses.filter(**_CONDITIONS[wanted.state])
    if wanted.package_code is not None:
        licenses = licenses.filter(package__code=plausible_code(wanted.package_code))
    if wanted.user_id is not None:
        licenses = licenses.filter(user_id=wanted.user_id)
    return licenses


async def licenses_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, License]:
    """Licenses of an account by id; ids that are not the account's are left out."""
    found = License.filter(account_id=account_id, id__in=list(ids))
    return {license.id: license async for license in found}


async def live_licenses_by_user(account_id: UUID, user_ids: Sequence[UUID]) -> dict[UUID, License]:
    """The licenses that users of an account hold now, by user."""
    found = License.filter(account_id=account_id, user_id__in=list(user_ids), ended_at=None)
    return {license.user_id: license async for license in found}


_CONDITIONS: dict[LicenseState, dict[str, object]] = {
    LicenseState.ASSIGNED: {"ended_at": None, "activated_at": None},
    LicenseState.ACTIVE: {"ended_at": None, "activated_at__not_isnull": True},
    LicenseState.ENDED: {"ended_at__not_isnull": True},
}
