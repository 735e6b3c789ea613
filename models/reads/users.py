"""Finding users."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.database import fetch_one
from models.reads.conditions import Condition
from models.reads.packages import codes_condition
from models.reads.rows import rows_where
from models.tables import User


@dataclass(frozen=True)
class UserFilter:
    """Conditions that must all hold; null ones do not count."""

    search: str | None = None
    licensed: bool | None = None
    package_code: str | None = None


def user_conditions(wanted: UserFilter) -> list[Condition]:
    """A filter as conditions of a statement; `{row}` is a user."""
    found = []
    if search := (wanted.search or "").strip().replace("\x00", "\ufffd"):
        escaped = re.sub(r"([\\%_])", r"\\\1", search)
        # By PostgreSQL on both sides: Python's upper case of some letters is another one.
        named = "upper({row}.first_name || ' ' || {row}.last_name) LIKE upper({value}::text)"
        found.append(Condition(f"(upper({{row}}.email) LIKE upper({{value}}::text) OR {named})", f"%{escaped}%"))
    holds = (
        "SELECT FROM licenses AS held WHERE held.account_id = {account} AND held.user_id = {row}.id"
        " AND held.ended_at IS NULL"
    )
    if wanted.package_code is not None:
        of_package = "packages.id = held.package_id AND packages.code = ANY({value}::text[])"
        package = f"EXISTS (SELECT FROM packages WHERE {of_package})"
        found.append(codes_condition(f"EXISTS ({holds} AND {package})", [wanted.package_code]))
    if wanted.licensed is not None:
        found.append(Condition(f"EXISTS ({holds}) = {{value}}", wanted.licensed))
    return found


async def users_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, User]:
    """Users of an account by id; ids that are not the account's are left out."""
    found = await rows_where(User, "account_id = $1 AND id = ANY($2)", account_id, list(ids))
    return {user.id: user for user in found}


async def user_by_email(email: str) -> User | None:
    """A user of any account by e-mail address, case ignored."""
    row = await fetch_one("SELECT id FROM users WHERE lower(email) = lower($1)", email)
    return await User.get(id=row["id"]) if row else None
