"""Finding users."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from models.database.connection import fetch_one
from models.reads.conditions import OF_ACCOUNT, Condition, Source
from models.reads.packages import codes_condition
from models.reads.rows import rows_where
from models.reads.search_entries import NO_PACKAGE
from models.reads.totals import HOLDERS, LICENSED, UNLICENSED, USERS, unlicensed_sources
from models.reads.user_search import search_condition
from models.tables import User


def user_conditions(
    search: str | None = None, licensed: bool | None = None, package_code: str | None = None
) -> list[Condition]:
    """A filter as conditions of a statement, which must all hold; `{row}` is a user. Null ones are ignored."""
    searched = search_condition(search or "")
    filters = _filters(licensed, package_code)
    if searched is None:
        return filters or [_EVERYBODY]
    return [searched, *filters]


def _filters(licensed: bool | None, package_code: str | None) -> list[Condition]:
    """The filter on licenses, if there is one: a holder of a package has a license."""
    if package_code is not None:
        of_package = _of_package(package_code)
        return [_holding_and_not(of_package) if licensed is False else of_package]
    if licensed is None:
        return []
    return [_LICENSED if licensed else _UNLICENSED]


async def users_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, User]:
    """Users of an account by id; ids that are not the account's are left out."""
    found = await rows_where(User, "account_id = $1 AND id = ANY($2)", account_id, list(ids))
    return {user.id: user for user in found}


async def user_by_email(email: str) -> User | None:
    """A user of any account by e-mail address, case ignored."""
    row = await fetch_one("SELECT id FROM users WHERE lower(email) = lower($1)", email)
    return await User.get(id=row["id"]) if row else None


# A look-up for each user, and no join: PostgreSQL would join the users of an average account.
_HELD = (
    "(SELECT held.id FROM licenses AS held WHERE held.account_id = {account} AND held.user_id = {id}"
    " AND held.ended_at IS NULL%s)"
)
_EVERYBODY = Condition("true", total=USERS)
_LICENSED = Condition(
    f"{_HELD % ''} IS NOT NULL",
    sources=(Source("licenses", "found.ended_at IS NULL", id="found.user_id"),),
    total=LICENSED,
    entry=f"{{row}}.package_id <> '{NO_PACKAGE}'",
)
_NO_LICENSE = f"{_HELD % ''} IS NULL"
_UNLICENSED = Condition(
    _NO_LICENSE,
    sources=unlicensed_sources(_NO_LICENSE),
    total=UNLICENSED,
    entry=f"{{row}}.package_id = '{NO_PACKAGE}'",
    package=f"'{NO_PACKAGE}'::uuid",
)


def _of_package(code: str) -> Condition:
    """The users who hold a license of a package."""
    package = "(SELECT id FROM packages WHERE code = ({value}::text[])[1])"
    condition = codes_condition(f"{_HELD % f' AND held.package_id = {package}'} IS NOT NULL", [code])
    keys = (*OF_ACCOUNT, ("found.package_id", package))
    source = Source("licenses", "found.ended_at IS NULL", id="found.user_id", keys=keys)
    entry = f"{{row}}.package_id = {package}"
    return replace(condition, sources=(source,), total=HOLDERS, entry=entry, package=package)


def _holding_and_not(of_package: Condition) -> Condition:
    """Nobody; the code is still refused where no package has it."""
    none, no_total = "{value}::text[] IS NULL", "cardinality({value}::text[]) * 0"
    return replace(of_package, sql=none, sources=(Source("users", none),), total=no_total, entry="false", package="")
